// Whoever can write the store can make it consistent in itself. Against a head that was kept
// elsewhere nothing of that helps: edits, swaps, drops, insertions, older copies and forks of the
// log, each with every hash in the store made anew.
//
// 10,000 of them; PAWPRINT_TAMPERINGS=100000 is what the promise is about (some three minutes).
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>

#include "engine/record/codec.h"
#include "store/checkpoint.h"
#include "store/reach.h"
#include "store/view.h"
#include "tests/store/support.h"

namespace pawprint::store {
namespace {

using Records = std::vector<record::Record>;

/// A log whose database somebody else may write.
class OpenLog final : public View {
 public:
  explicit OpenLog(const std::filesystem::path& directory) : View(directory) {
    auto opened = Database::open(directory, Access::kWrite);
    if (!opened) std::abort();
    database_ = std::move(*opened);
    if (!refresh()) std::abort();
  }
  Result<void> refresh() override {
    decoder().clear();
    auto reach = reach_of(*database_);
    if (!reach) return tl::unexpected<Error>(reach.error());
    // What a Reader checks when it opens, against an anchor that was made anew as well.
    const Head& end = reach->stored.head;
    auto tail = tail_at(*database_, decoder(), end.seq);
    if (!tail) return tl::unexpected<Error>(tail.error());
    if (tail->hash != end.hash || reach->last != end.seq) {
      return fail(ErrorCode::kDamaged, "the log is not consistent in itself");
    }
    head_ = end;
    return {};
  }
  Result<void> flush() { return database_->flush(); }
  [[nodiscard]] Head head() const override { return head_; }
  [[nodiscard]] const Database* database() const override { return database_.get(); }

 private:
  std::unique_ptr<Database> database_;
  Head head_;
};

/// Makes the database that of a log of `records`, from one of `before`; all hashes are right.
void forge(const Database& database, const Records& before, Records& records) {
  rocksdb::WriteBatch batch;
  Tail tail;
  auto* const family = database.family(Family::kRecords);
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].seq = i + 1;
    Raw raw;
    raw.bytes = record::encode_header(records[i]);
    raw.header_size = raw.bytes.size();
    raw.bytes += records[i].body;
    const auto segment = tail.add(leaf_of(raw));
    const std::string key = record_key(i + 1);
    if (segment) {
      batch.Put(database.family(Family::kSegments), key, encode_segment(*segment));
    }
    if (i < before.size() && records[i] == before[i]) continue;
    batch.Put(family, key, whole_value(raw));
  }
  for (std::size_t i = records.size(); i < before.size(); ++i) {
    batch.Delete(family, record_key(i + 1));
  }
  StoredHead end = reach_of(database).value().stored;
  end.head = {records.size(), records.empty() ? 0 : records.back().time_ns, tail.hash};
  batch.Put(database.family(Family::kMeta), kHeadKey, encode_head(end));
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  if (!database.db().Write(options, &batch).ok()) std::abort();
}

class Tampering {
 public:
  explicit Tampering(const Records& records) : records_(records) {}

  /// Another log; its name is in `what`.
  Records next(std::string& what) {
    Records changed = records_;
    do {
      changed = records_;
      what = change(changed);
    } while (same(changed));
    return changed;
  }

 private:
  std::size_t any(std::size_t below) { return random_() % below; }

  /// What begins with the whole log is one that grew, which is no tampering.
  bool same(const Records& changed) const {
    if (changed.size() < records_.size()) return false;
    for (std::size_t i = 0; i < records_.size(); ++i) {
      record::Record as_numbered = changed[i];
      as_numbered.seq = i + 1;
      if (as_numbered != records_[i]) return false;
    }
    return true;
  }

  record::Record forged() {
    record::Record record = records_[any(records_.size())];
    edit(record);
    return record;
  }

  void edit(record::Record& record) {
    const auto flip = [&](std::string& text) {
      if (text.empty()) text = "x";
      else text[any(text.size())] ^= static_cast<char>(1 << any(7));
    };
    switch (any(7)) {
      case 0:
        record.time_ns += 1 + static_cast<std::int64_t>(any(1000));
        break;
      case 1:
        record.boot ^= 1;
        break;
      case 2:
        flip(record.resource_version);
        break;
      case 3:
        flip(record.object.name);
        break;
      case 4:
        record.kind =
            record.kind == record::Kind::kTick ? record::Kind::kBoot : record::Kind::kTick;
        break;
      case 5:
        record.body += static_cast<char>('a' + any(26));
        break;
      default:
        flip(record.body);
    }
  }

  std::string change(Records& log) {
    const std::size_t at = any(log.size());
    switch (any(7)) {
      case 0:
        edit(log[at]);
        return "edit of " + std::to_string(at + 1);
      case 1: {
        const std::size_t other = any(log.size());
        std::swap(log[at], log[other]);
        return "swap of " + std::to_string(at + 1) + " and " + std::to_string(other + 1);
      }
      case 2:
        log.erase(log.begin() + static_cast<std::ptrdiff_t>(at));
        return "drop of " + std::to_string(at + 1);
      case 3:
        log.insert(log.begin() + static_cast<std::ptrdiff_t>(at), forged());
        return "insertion before " + std::to_string(at + 1);
      case 4:
        log.insert(log.begin() + static_cast<std::ptrdiff_t>(at), log[any(log.size())]);
        return "repetition before " + std::to_string(at + 1);
      case 5:
        log.resize(at);
        return "rollback to " + std::to_string(at);
      default:
        log.resize(at);
        for (auto more = 1 + any(2 * records_.size()); more > 0; --more) log.push_back(forged());
        return "fork after " + std::to_string(at);
    }
  }

  const Records& records_;
  std::minstd_rand random_{42};
};

std::size_t tamperings() {
  const char* const wanted = std::getenv("PAWPRINT_TAMPERINGS");
  return wanted == nullptr ? 10'000 : std::strtoull(wanted, nullptr, 10);
}

Records records_of(Reader& log) {
  Records out;
  EXPECT_TRUE(log.scan(1, log.head().seq, [&](const record::Record& record) {
    out.push_back(record);
    return true;
  }));
  return out;
}

/// `times` logs that are not the one of the head; each is found. Restores the log between, and
/// looks whether it passes.
void tamper(record::Seq records, std::size_t times) {
  const TemporaryDirectory base(Place::kMemory);
  ASSERT_NO_FATAL_FAILURE(make_store(base / "s", records, 50));
  OpenLog log(base / "s");
  const TreeHead kept = log.tree_head(log.head().seq).value();
  Records original = records_of(log);
  forge(*log.database(), {}, original);  // All whole: what builds on a changed one stays readable.
  ASSERT_TRUE(log.refresh());
  ASSERT_TRUE(compare(log, kept).empty()) << "forms do not count";
  Tampering tampering(original);
  std::map<std::string, std::size_t> found;
  for (std::size_t i = 0; i < times; ++i) {
    std::string what;
    Records changed = tampering.next(what);
    forge(*log.database(), original, changed);
    ASSERT_TRUE(log.refresh()) << what << ": the tampering is to be consistent in itself";
    const auto problems = compare(log, kept);
    ASSERT_EQ(problems.size(), 1U) << what;
    ASSERT_EQ(problems[0].what, "checkpoint") << what;
    ++found[what.substr(0, what.find(' '))];
    forge(*log.database(), changed, original);
    if (i % 100 != 0) continue;
    ASSERT_TRUE(log.flush());  // Versions written over would have to be passed at every read.
    ASSERT_TRUE(log.refresh());
    ASSERT_TRUE(compare(log, kept).empty()) << "the untouched log after " << what;
  }
  for (const auto& [what, count] : found) std::printf("%6zu times %s\n", count, what.c_str());
  EXPECT_EQ(found.size(), 7U);
}

TEST(Tamper, EveryChangeIsFoundByAHeadThatWasKept) { tamper(30, tamperings()); }

TEST(Tamper, AlsoInALogOfSeveralSegments) { tamper(2 * kSegmentRecords + 50, 100); }

// A head that is older than the log holds as well: the log only grew.
TEST(Tamper, ALogThatGrewPasses) {
  const TemporaryDirectory base(Place::kMemory);
  ASSERT_NO_FATAL_FAILURE(make_store(base / "s", 1500, 50));
  auto log = Reader::open(base / "s");
  ASSERT_TRUE(log);
  for (record::Seq size = 0; size <= 1500; size += 50) {
    EXPECT_TRUE(compare(**log, (*log)->tree_head(size).value()).empty()) << size;
  }
}

}  // namespace
}  // namespace pawprint::store
