// fsck: each kind of problem is found where it is, and a sound store has none.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/record/codec.h"
#include "store/layout.h"
#include "tests/store/support.h"

namespace pawprint::store {
namespace {

constexpr record::Seq kRecords = 40;

/// A store changed by `change` behind the log's back, and what fsck says of it.
FsckReport report_after(const std::function<void(const Database&, rocksdb::WriteBatch&)>& change) {
  const TemporaryDirectory base(Place::kMemory);
  make_store(base / "s", kRecords);
  {
    auto database = Database::open(base / "s", Access::kWrite);
    EXPECT_TRUE(database) << database.error().message;
    rocksdb::WriteBatch batch;
    change(**database, batch);
    EXPECT_TRUE((*database)->write_synced(batch));
  }
  auto report = fsck(base / "s");
  EXPECT_TRUE(report) << report.error().message;
  return report ? *report : FsckReport{};
}

bool has(const FsckReport& report, record::Seq seq, const std::string& what) {
  return std::any_of(report.problems.begin(), report.problems.end(), [&](const Problem& problem) {
    return problem.seq == seq && problem.what == what && !problem.detail.empty();
  });
}

std::string stored_value(const Database& database, record::Seq seq) {
  std::string value;
  EXPECT_TRUE(
      database.db()
          .Get(rocksdb::ReadOptions(), database.family(Family::kRecords), record_key(seq), &value)
          .ok());
  return value;
}

TEST(Fsck, ASoundStoreHasNoProblems) {
  const auto report = report_after([](const Database&, rocksdb::WriteBatch&) {});
  EXPECT_EQ(report.records, kRecords);
  EXPECT_EQ(report.head.seq, kRecords);
  EXPECT_TRUE(report.problems.empty());
}

TEST(Fsck, AMissingRecordIsAGap) {
  const auto report = report_after([](const Database& database, rocksdb::WriteBatch& batch) {
    ASSERT_TRUE(batch.Delete(database.family(Family::kRecords), record_key(7)).ok());
    ASSERT_TRUE(batch.Delete(database.family(Family::kRecords), record_key(8)).ok());
  });
  EXPECT_TRUE(has(report, 7, "gap"));
  EXPECT_EQ(report.records, kRecords - 2);
}

TEST(Fsck, AChangedBodyBreaksTheChain) {
  const auto report = report_after([](const Database& database, rocksdb::WriteBatch& batch) {
    std::string value = stored_value(database, 12);
    value.back() = static_cast<char>(value.back() ^ 1);
    ASSERT_TRUE(batch.Put(database.family(Family::kRecords), record_key(12), value).ok());
  });
  EXPECT_TRUE(has(report, 12, "chain"));
  EXPECT_EQ(report.problems.size(), 1U);
}

// Whoever rewrites a record and its chain value still meets the next one.
TEST(Fsck, ARewrittenRecordBreaksTheChainAtTheNext) {
  const auto report = report_after([](const Database& database, rocksdb::WriteBatch& batch) {
    const std::string before = stored_value(database, 11);
    const auto previous = decode_record(record_key(11), before);
    const std::string value = stored_value(database, 12);
    auto stored = decode_record(record_key(12), value);
    ASSERT_TRUE(previous && stored);
    stored->record.body = "forged";
    const std::string header = record::encode_header(stored->record);
    const auto hash = chain(previous->hash, header, stored->record.body);
    ASSERT_TRUE(batch
                    .Put(database.family(Family::kRecords), record_key(12),
                         record_prefix(hash, header) + "forged")
                    .ok());
  });
  EXPECT_TRUE(has(report, 13, "chain"));
  EXPECT_FALSE(has(report, 12, "chain"));
}

TEST(Fsck, AnUndecodableRecordIsNamed) {
  const auto report = report_after([](const Database& database, rocksdb::WriteBatch& batch) {
    ASSERT_TRUE(batch.Put(database.family(Family::kRecords), record_key(20), "nonsense").ok());
  });
  EXPECT_TRUE(has(report, 20, "body"));
}

TEST(Fsck, EveryIndexIsComparedBothWays) {
  const auto missing = report_after([](const Database& database, rocksdb::WriteBatch& batch) {
    const record::Record third = sample(3);
    ASSERT_TRUE(batch.Delete(database.family(Family::kObjects), history_key(third.object, 3)).ok());
    ASSERT_TRUE(batch.Delete(database.family(Family::kKinds), kind_key(third.kind, 3)).ok());
    ASSERT_TRUE(batch.Delete(database.family(Family::kTimes), time_key(third.time_ns, 3)).ok());
  });
  EXPECT_EQ(std::count_if(
                missing.problems.begin(), missing.problems.end(),
                [](const Problem& problem) { return problem.seq == 3 && problem.what == "index"; }),
            3);
  const auto extra = report_after([](const Database& database, rocksdb::WriteBatch& batch) {
    ASSERT_TRUE(
        batch.Put(database.family(Family::kKinds), kind_key(record::Kind::kBoot, 9), "").ok());
  });
  EXPECT_TRUE(has(extra, 0, "index"));
}

TEST(Fsck, ALostHeadIsTheAnchorsProblem) {
  const auto report = report_after([](const Database& database, rocksdb::WriteBatch& batch) {
    ASSERT_TRUE(batch.Delete(database.family(Family::kRecords), record_key(kRecords)).ok());
  });
  EXPECT_TRUE(has(report, kRecords, "anchor"));
}

TEST(Fsck, SpeaksWhenRocksDbRefuses) {
  const TemporaryDirectory base(Place::kMemory);
  make_store(base / "s", kRecords);
  for (const auto& file : files_ending(base / "s", "")) {
    if (file.filename().string().starts_with("MANIFEST")) write_file(file, "rubbish");
  }
  auto report = fsck(base / "s");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(has(*report, 0, "rocksdb"));
  EXPECT_EQ(report->head.seq, kRecords);  // What the anchor says.

  for (const auto& file : files_ending(base / "s", "")) {
    if (file.filename() != "head.anchor") std::filesystem::remove(file);
  }
  report = fsck(base / "s");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(has(*report, 0, "rocksdb"));

  make_store(base / "t", kRecords);
  std::filesystem::remove(base / "t" / "head.anchor");
  report = fsck(base / "t");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(has(*report, 0, "anchor"));
  EXPECT_EQ(report->records, kRecords);
}

TEST(Fsck, TheKeyIsMissed) {
  const TemporaryDirectory base(Place::kMemory);
  make_store(base / "s", kRecords);
  write_file(base / "s" / "secret.key", "short");
  auto report = fsck(base / "s");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(has(*report, 0, "key"));
  std::filesystem::remove(base / "s" / "secret.key");
  report = fsck(base / "s");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(has(*report, 0, "key"));
  EXPECT_EQ(report->problems.size(), 1U);
  EXPECT_EQ(report->records, kRecords);
}

/// fsck of a store whose anchor `change` was made to, and whether a reader still gets everything.
void expect_slot_problem(const std::function<void(std::string&)>& change) {
  const TemporaryDirectory base(Place::kMemory);
  make_store(base / "s", kRecords);
  std::string anchor = read_file(base / "s" / "head.anchor");
  change(anchor);
  write_file(base / "s" / "head.anchor", anchor);
  auto report = fsck(base / "s");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(has(*report, 0, "anchor"));
  EXPECT_EQ(report->problems.size(), 1U);
  {
    auto reader = Reader::open(base / "s");
    ASSERT_TRUE(reader) << reader.error().message;
    EXPECT_EQ((*reader)->head().seq, kRecords);
  }
  {
    auto writer = Writer::open(base / "s");
    ASSERT_TRUE(writer) << writer.error().message;
  }
  report = fsck(base / "s");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->problems.empty()) << "a writer repairs it";
}

TEST(Fsck, OneDamagedSlotIsAProblemAndNoObstacle) {
  constexpr std::size_t kPage = 4096;
  for (const std::size_t slot : {std::size_t{0}, kPage}) {
    const std::string where = "slot at " + std::to_string(slot);
    SCOPED_TRACE(where);
    expect_slot_problem([slot](std::string& bytes) { bytes[slot + 20] ^= 1; });
    expect_slot_problem([slot](std::string& bytes) { bytes[slot + kPage - 1] ^= 1; });
    expect_slot_problem(
        [slot](std::string& bytes) { bytes.replace(slot, kPage, std::string(kPage, '\0')); });
  }
}

TEST(Fsck, ACopyIsWhole) {
  const TemporaryDirectory base(Place::kMemory);
  make_store(base / "s", kRecords);
  ASSERT_TRUE(store::copy(base / "s", base / "t"));
  const auto report = fsck(base / "t");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->problems.empty());
}

TEST(Fsck, OneFaultIsToldOnce) {
  const auto report = report_after([](const Database& database, rocksdb::WriteBatch& batch) {
    ASSERT_TRUE(batch.Put(database.family(Family::kRecords), record_key(20), "nonsense").ok());
  });
  // Nobody can say how the indexes should list a record that cannot be read.
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_EQ(report.problems[0].detail.find("record 20"), std::string::npos)
      << report.problems[0].detail;
}

TEST(Fsck, ManyProblemsAreCutOff) {
  const TemporaryDirectory base(Place::kMemory);
  make_store(base / "s", 1300, 100);
  {
    auto database = Database::open(base / "s", Access::kWrite);
    ASSERT_TRUE(database);
    rocksdb::WriteBatch batch;
    for (record::Seq seq = 1; seq <= 1300; ++seq) {
      ASSERT_TRUE(batch.Put((*database)->family(Family::kRecords), record_key(seq), "x").ok());
    }
    ASSERT_TRUE((*database)->write_synced(batch));
  }
  const auto report = fsck(base / "s");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->problems.size(), 1001U);
  EXPECT_EQ(report->problems.back().what, "more");
}

TEST(Fsck, BesideAWriter) {
  const TemporaryDirectory base(Place::kMemory);
  Appender appender(base / "s",
                    {.records = 1500, .group = 5, .buffer_bytes = std::size_t{64} << 10});
  std::int64_t checks = 0;
  for (auto ack = appender.next_ack(); ack >= 0; ack = appender.next_ack()) {
    if (ack < 150 * checks) continue;
    ++checks;
    auto report = fsck(base / "s");
    ASSERT_TRUE(report) << report.error().message;
    for (const Problem& problem : report->problems) {
      ADD_FAILURE() << problem.seq << " " << problem.what << " " << problem.detail;
    }
    ASSERT_GE(report->head.seq, static_cast<record::Seq>(ack));
  }
  EXPECT_GE(checks, 5);
}

}  // namespace
}  // namespace pawprint::store
