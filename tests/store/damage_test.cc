// Flipped bits, cut and missing files: refused, or provably the same records. Never silence.
#include <gtest/gtest.h>

#include "store/anchor.h"
#include "store/layout.h"
#include "tests/store/support.h"

namespace pawprint::store {
namespace {

namespace fs = std::filesystem;

enum class Outcome : std::uint8_t { kRefused, kSame };

void expect_refusal(const Error& error, const std::string& where) {
  EXPECT_EQ(error.code, ErrorCode::kDamaged) << where << ": " << error.message;
  EXPECT_EQ(error.message.find('\n'), std::string::npos) << where;
}

/// What a reader makes of the directory: every record as it was, or a refusal.
Outcome read_all(Reader& reader, record::Seq records, const std::string& where) {
  EXPECT_EQ(reader.head().seq, records) << where;
  record::Seq seq = 0;
  auto scanned = reader.scan(1, records, [&](const record::Record& record) {
    record::Record expected = sample(++seq);
    expected.seq = seq;
    expected.boot = record.boot;
    EXPECT_EQ(record, expected) << where;
    return record == expected;
  });
  if (scanned) return Outcome::kSame;
  expect_refusal(scanned.error(), where);
  return Outcome::kRefused;
}

/// Reader, fsck and writer on a damaged copy; what one of them misses another must not pass on.
Outcome examine(const fs::path& directory, record::Seq records, const std::string& where) {
  auto outcome = Outcome::kRefused;
  auto reader = Reader::open(directory);
  if (reader) outcome = read_all(**reader, records, where);
  else expect_refusal(reader.error(), where);
  reader = tl::unexpected<Error>(Error{});

  auto report = fsck(directory);
  EXPECT_TRUE(report) << where;
  if (report && report->problems.empty()) {
    EXPECT_EQ(report->head.seq, records) << where;
    EXPECT_EQ(outcome, Outcome::kSame) << where << ": fsck finds nothing";
  }
  auto writer = Writer::open(directory);
  if (!writer) {
    expect_refusal(writer.error(), where);
    return Outcome::kRefused;
  }
  return read_all((*writer)->reader(), records, where) == Outcome::kSame ? outcome
                                                                         : Outcome::kRefused;
}

struct Count {
  int refused = 0, same = 0;
};

/// Copies `store` with `change` made to one file and examines the copy.
void try_change(const fs::path& store, const fs::path& file, record::Seq records,
                const std::string& bytes, const std::string& where, Count& count) {
  const fs::path copy = store.string() + "-changed";
  fs::remove_all(copy);
  copy_files(store, copy);
  write_file(copy / file.filename(), bytes);
  if (examine(copy, records, where) == Outcome::kRefused) ++count.refused;
  else ++count.same;
}

void flip_bits(const fs::path& store, const fs::path& file, record::Seq records, int flips,
               Count& count) {
  const std::string whole = read_file(file);
  for (int i = 0; i < flips; ++i) {
    const std::size_t at =
        whole.size() * static_cast<std::size_t>(i) / static_cast<std::size_t>(flips);
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (i % 8)));
    try_change(store, file, records, bytes,
               file.filename().string() + " bit " + std::to_string(i % 8) + " of byte " +
                   std::to_string(at),
               count);
    if (testing::Test::HasFailure()) return;
  }
}

/// A store whose records are in the write-ahead log only.
void make_unflushed(const fs::path& directory, std::uint64_t records) {
  Appender appender(directory, {.records = records, .group = 3, .end = "exit"});
  ASSERT_EQ(appender.wait(), 0) << appender.complaint();
}

record::Seq head_of(const fs::path& directory) {
  auto reader = Reader::open(directory);
  EXPECT_TRUE(reader) << reader.error().message;
  return reader ? (*reader)->head().seq : 0;
}

TEST(Damage, EveryFlipInTheWriteAheadLogIsSeen) {
  const TemporaryDirectory base(Place::kMemory);
  ASSERT_NO_FATAL_FAILURE(make_unflushed(base / "s", 30));
  const auto records = head_of(base / "s");
  Count count;
  for (const auto& file : files_ending(base / "s", ".log")) {
    flip_bits(base / "s", file, records, 120, count);
  }
  EXPECT_GE(count.refused, 119);  // Only unused bytes at a block's end may be harmless.
}

TEST(Damage, EveryCutOfTheWriteAheadLogIsSeen) {
  const TemporaryDirectory base(Place::kMemory);
  ASSERT_NO_FATAL_FAILURE(make_unflushed(base / "s", 30));
  const auto records = head_of(base / "s");
  const auto logs = files_ending(base / "s", ".log");
  ASSERT_EQ(logs.size(), 1U);
  const std::string whole = read_file(logs[0]);
  Count count;
  constexpr std::size_t kCuts = 60;
  for (std::size_t i = 0; i < kCuts; ++i) {
    const std::size_t size = whole.size() * i / kCuts;
    try_change(base / "s", logs[0], records, whole.substr(0, size),
               "cut to " + std::to_string(size), count);
  }
  for (std::size_t less = 1; less <= 20; ++less) {
    try_change(base / "s", logs[0], records, whole.substr(0, whole.size() - less),
               "cut by " + std::to_string(less), count);
  }
  EXPECT_EQ(count.same, 0);
  EXPECT_EQ(count.refused, 80);
}

TEST(Damage, TheRefusalNamesSeqAndFile) {
  const TemporaryDirectory base(Place::kMemory);
  ASSERT_NO_FATAL_FAILURE(make_unflushed(base / "s", 30));
  const auto records = head_of(base / "s");
  const auto log = files_ending(base / "s", ".log").at(0);
  fs::resize_file(log, fs::file_size(log) / 2);
  for (const auto& error : {Reader::open(base / "s").error(), Writer::open(base / "s").error()}) {
    expect_refusal(error, "half a log");
    EXPECT_NE(error.message.find("seq " + std::to_string(records)), std::string::npos)
        << error.message;
    EXPECT_NE(error.message.find((base / "s").string() + "/head.anchor"), std::string::npos)
        << error.message;
  }
}

// What can still be read must be there for the one who mends it.
TEST(Damage, AWriterThatRefusesChangesNothing) {
  const TemporaryDirectory base(Place::kMemory);
  ASSERT_NO_FATAL_FAILURE(make_store(base / "s", 40));
  ASSERT_NO_FATAL_FAILURE(make_unflushed(base / "s", 30));
  const auto log = files_ending(base / "s", ".log").back();
  std::string bytes = read_file(log);
  bytes[bytes.size() / 3] = static_cast<char>(bytes[bytes.size() / 3] ^ 1);
  write_file(log, bytes);
  const auto before = fingerprint(base / "s");
  expect_refusal(Writer::open(base / "s").error(), "flipped log");
  EXPECT_EQ(fingerprint(base / "s"), before);
}

TEST(Damage, AnotherKeyIsRefused) {
  const TemporaryDirectory base(Place::kMemory);
  ASSERT_NO_FATAL_FAILURE(make_store(base / "s", 10));
  ASSERT_NO_FATAL_FAILURE(make_store(base / "other", 10));
  fs::copy_file(base / "other" / "secret.key", base / "s" / "secret.key",
                fs::copy_options::overwrite_existing);
  expect_refusal(Writer::open(base / "s").error(), "another key");
  const auto report = fsck(base / "s");
  ASSERT_TRUE(report);
  ASSERT_EQ(report->problems.size(), 1U);
  EXPECT_EQ(report->problems[0].what, "key");
}

TEST(Damage, EveryFlipInTablesAndManifestIsSeenOrHarmless) {
  const TemporaryDirectory base(Place::kMemory);
  ASSERT_NO_FATAL_FAILURE(make_store(base / "s", 60));
  Count tables;
  Count manifests;
  for (const auto& file : files_ending(base / "s", ".sst")) {
    flip_bits(base / "s", file, 60, 16, tables);
  }
  EXPECT_GT(tables.refused, 10);
  for (const auto& file : files_ending(base / "s", "")) {
    const auto name = file.filename().string();
    if (name.starts_with("MANIFEST")) flip_bits(base / "s", file, 60, 60, manifests);
    if (name == "CURRENT") flip_bits(base / "s", file, 60, 16, manifests);
  }
  EXPECT_GT(manifests.refused, 30);
}

TEST(Damage, EveryFlipInTheAnchorIsSeenOrHarmless) {
  const TemporaryDirectory base(Place::kMemory);
  ASSERT_NO_FATAL_FAILURE(make_unflushed(base / "s", 10));
  const auto records = head_of(base / "s");
  const auto anchor = base / "s" / kAnchorFile;
  Count count;
  flip_bits(base / "s", anchor, records, 64, count);
  // One slot is lost, the other still finds the log in order: the records are the same.
  EXPECT_EQ(count.same, 64);
  Count cut;
  const std::string whole = read_file(anchor);
  for (const std::size_t size : {std::size_t{0}, std::size_t{100}, whole.size() - 1}) {
    try_change(base / "s", anchor, records, whole.substr(0, size), "cut", cut);
  }
  try_change(base / "s", anchor, records, std::string(whole.size(), '\0'), "zeros", cut);
  EXPECT_EQ(cut.refused, 4);
}

TEST(Damage, FsckReportsALostSlotAndTheWriterHealsIt) {
  const TemporaryDirectory base(Place::kMemory);
  ASSERT_NO_FATAL_FAILURE(make_store(base / "s", 10));
  const auto anchor = base / "s" / kAnchorFile;
  for (const std::size_t slot : {std::size_t{0}, std::size_t{4096}}) {
    std::string bytes = read_file(anchor);
    bytes[slot + 20] = static_cast<char>(bytes[slot + 20] ^ 1);
    write_file(anchor, bytes);
    auto report = fsck(base / "s");
    ASSERT_TRUE(report);
    ASSERT_EQ(report->problems.size(), 1U);
    EXPECT_EQ(report->problems[0].what, "anchor");
    auto reader = Reader::open(base / "s");
    ASSERT_TRUE(reader);
    EXPECT_EQ((*reader)->head().seq, 10U);  // Everything acknowledged, although a slot is lost.
    ASSERT_TRUE(Writer::open(base / "s"));
    ASSERT_NO_FATAL_FAILURE(expect_sound(base / "s"));
  }
}

TEST(Damage, AMissingFileIsSeenOrHarmless) {
  const TemporaryDirectory base(Place::kMemory);
  ASSERT_NO_FATAL_FAILURE(make_store(base / "s", 60));
  ASSERT_NO_FATAL_FAILURE(make_unflushed(base / "s", 10));
  const auto records = head_of(base / "s");
  const auto newest_log = files_ending(base / "s", ".log").back().filename().string();
  for (const auto& file : files_ending(base / "s", "")) {
    const auto name = file.filename().string();
    const fs::path copy = base / "changed";
    fs::remove_all(copy);
    copy_files(base / "s", copy);
    fs::remove(copy / name);
    const auto outcome = examine(copy, records, name + " is missing");
    const bool needed = name.ends_with(".sst") || name == newest_log || name == "CURRENT" ||
                        name.starts_with("MANIFEST") || name == kAnchorFile || name == "secret.key";
    // Of several logs the older ones are in table files already.
    if (name.ends_with(".log") && !needed) continue;
    EXPECT_EQ(outcome, needed ? Outcome::kRefused : Outcome::kSame) << name;
  }
}

// A log put back to an earlier state, under the anchor of the later one.
TEST(Damage, ARolledBackLogIsSeen) {
  const TemporaryDirectory base(Place::kMemory);
  ASSERT_NO_FATAL_FAILURE(make_store(base / "s", 20));
  copy_files(base / "s", base / "old");
  ASSERT_NO_FATAL_FAILURE(make_store(base / "s", 5));
  fs::copy_file(base / "s" / kAnchorFile, base / "old" / kAnchorFile,
                fs::copy_options::overwrite_existing);
  expect_refusal(Reader::open(base / "old").error(), "rolled back");
  expect_refusal(Writer::open(base / "old").error(), "rolled back");
  auto report = fsck(base / "old");
  ASSERT_TRUE(report);
  ASSERT_FALSE(report->problems.empty());
  EXPECT_EQ(report->problems[0].what, "anchor");
  EXPECT_EQ(report->problems[0].seq, 25U);
  expect_refusal(store::copy(base / "old", base / "copy").error(), "copy of a rolled back log");
  EXPECT_FALSE(fs::exists(base / "copy"));
}

// Families reach their table files one by one, so a lost log file can leave an index behind.
TEST(Damage, AnIndexBehindTheRecordsIsSeen) {
  for (const Family family : kIndexes) {
    const TemporaryDirectory base(Place::kMemory);
    ASSERT_NO_FATAL_FAILURE(make_store(base / "s", 22));
    {
      auto database = Database::open(base / "s", Access::kWrite);
      ASSERT_TRUE(database);
      std::string reach;
      ASSERT_TRUE((*database)
                      ->db()
                      .Get(rocksdb::ReadOptions(), (*database)->family(family), kReachKey, &reach)
                      .ok());
      std::string before;
      append_little64(before, little64(reach) - 1);
      rocksdb::WriteBatch batch;
      ASSERT_TRUE(batch.Put((*database)->family(family), kReachKey, before).ok());
      ASSERT_TRUE((*database)->write_synced(batch));
    }
    expect_refusal(Reader::open(base / "s").error(), std::string(name(family)));
    expect_refusal(Writer::open(base / "s").error(), std::string(name(family)));
    auto report = fsck(base / "s");
    ASSERT_TRUE(report);
    ASSERT_EQ(report->problems.size(), 1U) << name(family);
    EXPECT_EQ(report->problems[0].what, "index");
  }
}

// The anchor of another store of the same length.
TEST(Damage, AForeignAnchorIsSeen) {
  const TemporaryDirectory base(Place::kMemory);
  ASSERT_NO_FATAL_FAILURE(make_store(base / "s", 20));
  {
    auto other = Writer::open(base / "other");
    ASSERT_TRUE(other);
    auto group = sample_group(100, 20);
    ASSERT_TRUE((*other)->append(group));
  }
  fs::copy_file(base / "other" / kAnchorFile, base / "s" / kAnchorFile,
                fs::copy_options::overwrite_existing);
  const auto error = Reader::open(base / "s").error();
  expect_refusal(error, "foreign anchor");
  EXPECT_NE(error.message.find("chain value at seq 20"), std::string::npos) << error.message;
  expect_refusal(Writer::open(base / "s").error(), "foreign anchor");
}

}  // namespace
}  // namespace pawprint::store
