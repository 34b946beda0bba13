// Roots, inclusion and growth: against the definitions of RFC 6962, and over a real log.
#include "store/merkle.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "engine/record/codec.h"
#include "store/checkpoint.h"
#include "store/layout.h"
#include "store/tail.h"
#include "tests/store/support.h"

namespace pawprint::store {
namespace {

using Hashes = std::vector<record::Hash>;

/// MTH as section 2.1 defines it.
record::Hash root_by_definition(const Hashes& leaves, std::size_t begin, std::size_t end) {
  if (end - begin == 1) return leaves[begin];
  std::size_t left = 1;
  while (left * 2 < end - begin) left *= 2;
  return node_of(root_by_definition(leaves, begin, begin + left),
                 root_by_definition(leaves, begin + left, end));
}

Hashes leaves_of(std::size_t count) {
  Hashes out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(record::sha256(std::to_string(i)));
  return out;
}

RangeRoot over(const Hashes& leaves) {
  return [&leaves](std::uint64_t begin, std::uint64_t end) {
    return Result<record::Hash>(root_by_definition(leaves, begin, end));
  };
}

/// A path with one hash changed, one more, one less.
std::vector<Hashes> wrong_paths(const Hashes& path) {
  std::vector<Hashes> out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    out.push_back(path);
    out.back()[i][0] ^= 1;
  }
  out.push_back(path);
  out.back().push_back(record::sha256("more"));
  if (path.empty()) return out;
  out.push_back(path);
  out.back().pop_back();
  return out;
}

constexpr std::size_t kSizes = 70;  // Past 64: one more level than a whole tree.

TEST(Merkle, EveryInclusionOfSmallTrees) {
  const Hashes leaves = leaves_of(kSizes);
  for (std::size_t size = 1; size <= kSizes; ++size) {
    const auto root = root_by_definition(leaves, 0, size);
    for (std::size_t index = 0; index < size; ++index) {
      const auto path = inclusion_path(index, size, over(leaves)).value();
      ASSERT_EQ(root_of_path(leaves[index], index, size, path), root) << index << " of " << size;
      for (const Hashes& wrong : wrong_paths(path)) {
        ASSERT_NE(root_of_path(leaves[index], index, size, wrong), root) << index << " " << size;
      }
      ASSERT_NE(root_of_path(record::sha256("x"), index, size, path), root);
      const std::size_t other = (index + 1) % size;
      if (other == index) continue;
      ASSERT_NE(root_of_path(leaves[index], other, size, path), root) << index << " " << size;
    }
    ASSERT_FALSE(root_of_path(leaves[0], size, size, {}));
  }
}

TEST(Merkle, EveryGrowthOfSmallTrees) {
  const Hashes leaves = leaves_of(kSizes);
  for (std::size_t size = 1; size <= kSizes; ++size) {
    const auto root = root_by_definition(leaves, 0, size);
    for (std::size_t from = 1; from <= size; ++from) {
      const auto before = root_by_definition(leaves, 0, from);
      const auto path = growth_path(from, size, over(leaves)).value();
      ASSERT_TRUE(grew(from, before, size, root, path)) << from << " to " << size;
      for (const Hashes& wrong : wrong_paths(path)) {
        ASSERT_FALSE(grew(from, before, size, root, wrong)) << from << " to " << size;
      }
      ASSERT_FALSE(grew(from, record::sha256("x"), size, root, path));
      ASSERT_FALSE(grew(from, before, size, record::sha256("x"), path));
      ASSERT_FALSE(grew(0, before, size, root, path));
      ASSERT_FALSE(grew(size + 1, before, size, root, path));
    }
  }
}

/// Leaves of samples 1..count, from their definition.
Hashes sample_leaves(Reader& reader, record::Seq count) {
  Hashes out;
  EXPECT_TRUE(reader.scan(1, count, [&](const record::Record& record) {
    out.push_back(leaf_of(record::encode_header(record), record::sha256(record.body)));
    return true;
  }));
  return out;
}

TEST(Merkle, ProofsOfALogOfSeveralSegments) {
  const TemporaryDirectory base(Place::kMemory);
  constexpr record::Seq kRecords = 3 * kSegmentRecords + 77;
  make_store(base / "s", kRecords, 300);
  auto opened = Reader::open(base / "s");
  ASSERT_TRUE(opened) << opened.error().message;
  Reader& log = **opened;
  const Hashes leaves = sample_leaves(log, kRecords);
  for (const record::Seq size : {kRecords, kRecords - 1, 3 * kSegmentRecords, kSegmentRecords + 1,
                                 kSegmentRecords, record::Seq{700}, record::Seq{1}}) {
    const auto head = log.tree_head(size);
    ASSERT_TRUE(head) << head.error().message;
    ASSERT_EQ(head->root, root_by_definition(leaves, 0, size)) << size;
    record::Hash chain{};
    for (record::Seq seq = 1; seq <= size; ++seq) chain = chain_after(chain, leaves[seq - 1]);
    ASSERT_EQ(head->chain, chain) << size;
    for (record::Seq seq = 1; seq <= size; seq += 1 + seq / 3) {
      const auto proof = log.prove(seq, size);
      ASSERT_TRUE(proof) << proof.error().message;
      const auto leaf = leaf_of(proof->header, proof->body_hash);
      ASSERT_EQ(leaf, leaves[seq - 1]);
      ASSERT_EQ(root_of_path(leaf, seq - 1, size, proof->path), head->root) << seq;
      const auto growth = log.prove_growth(seq, size);
      ASSERT_TRUE(growth) << growth.error().message;
      ASSERT_TRUE(grew(seq, log.tree_head(seq)->root, size, head->root, *growth)) << seq;
    }
  }
  EXPECT_EQ(log.prove(0, 5).error().code, ErrorCode::kCoverage);
  EXPECT_EQ(log.prove(6, 5).error().code, ErrorCode::kCoverage);
  EXPECT_EQ(log.prove(1, kRecords + 1).error().code, ErrorCode::kCoverage);
  EXPECT_EQ(log.tree_head(kRecords + 1).error().code, ErrorCode::kCoverage);
  EXPECT_EQ(log.prove_growth(6, 5).error().code, ErrorCode::kCoverage);
}

TEST(Checkpoint, ComesBackAndIsWrittenInOneWay) {
  const TreeHead head{"pawprint/00ff", 12, record::sha256("root"), record::sha256("chain")};
  const std::string text = checkpoint_text(head);
  EXPECT_EQ(text.substr(0, 17), "pawprint/00ff\n12\n");
  EXPECT_EQ(parse_checkpoint(text).value(), head);
  EXPECT_EQ(parse_checkpoint(text + "\n\u2014 x y\n").value(), head);
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    EXPECT_EQ(parse_checkpoint(text.substr(0, cut)).error().code, ErrorCode::kInvalid) << cut;
  }
  for (const char* wrong : {"a\n012\n", "a\n-1\n", "a\n\n", "a\n1 \n"}) {
    EXPECT_FALSE(parse_checkpoint(wrong + text.substr(17))) << wrong;
  }
}

/// Runs openssl; the tests of the store make no keys themselves.
void openssl(const std::string& arguments) {
  ASSERT_EQ(std::system(("openssl " + arguments + " 2>/dev/null").c_str()), 0) << arguments;
}

TEST(Checkpoint, SignaturesHoldOnlyForTextAndKey) {
  const TemporaryDirectory base(Place::kMemory);
  const auto file = [&](const char* name) { return (base / name).string(); };
  for (const std::string name : {"a", "b"}) {
    openssl("genpkey -algorithm ed25519 -out " + file(name.c_str()));
    openssl("pkey -pubout -in " + file(name.c_str()) + " -out " + file((name + ".pub").c_str()));
  }
  openssl("genpkey -algorithm RSA -out " + file("rsa"));
  const TreeHead head{"pawprint/00ff", 12, record::sha256("root"), record::sha256("chain")};
  const auto note = signed_checkpoint(head, file("a"));
  ASSERT_TRUE(note) << note.error().message;
  EXPECT_EQ(parse_checkpoint(*note).value(), head);
  EXPECT_TRUE(check_signature(*note, file("a.pub")));
  EXPECT_EQ(check_signature(*note, file("b.pub")).error().code, ErrorCode::kDenied);
  EXPECT_EQ(check_signature(checkpoint_text(head), file("a.pub")).error().code, ErrorCode::kDenied);
  for (std::size_t at = 0; at < note->size(); ++at) {
    std::string changed = *note;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(check_signature(changed, file("a.pub"))) << at;
  }
  for (const char* wrong : {"rsa", "a.pub", "none"}) {
    EXPECT_EQ(signed_checkpoint(head, file(wrong)).error().code, ErrorCode::kInvalid) << wrong;
  }
  EXPECT_EQ(check_signature(*note, file("a")).error().code, ErrorCode::kInvalid);
}

TEST(Checkpoint, ACopyIsTheSameLogAndAnotherStoreIsNot) {
  const TemporaryDirectory base(Place::kMemory);
  make_store(base / "s", 100);
  make_store(base / "other", 100);
  ASSERT_TRUE(store::copy(base / "s", base / "copy"));
  const auto head = Reader::open(base / "s").value()->tree_head(60).value();
  EXPECT_TRUE(compare(*Reader::open(base / "s").value(), head).empty());
  EXPECT_TRUE(compare(*Reader::open(base / "copy").value(), head).empty());
  const auto problems = compare(*Reader::open(base / "other").value(), head);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].what, "checkpoint");
  EXPECT_NE(problems[0].detail.find(head.origin), std::string::npos);
}

}  // namespace
}  // namespace pawprint::store
