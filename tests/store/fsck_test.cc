// fsck: each kind of problem is found where it is, and a sound store has none.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/record/codec.h"
#include "store/layout.h"
#include "store/tail.h"
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
  // What builds on them cannot be read either.
  EXPECT_LT(report.records, kRecords - 2);
  for (const Problem& problem : report.problems) {
    if (problem.seq == 7) continue;
    EXPECT_EQ(problem.what, "body");
    EXPECT_NE(problem.detail.find("it builds on record"), std::string::npos) << problem.detail;
  }
}

/// The whole record `seq` of a store of samples, with another body.
std::string forged_value(record::Seq seq) {
  record::Record record = sample(seq);
  record.seq = seq;
  Raw raw;
  raw.bytes = record::encode_header(record);
  raw.header_size = raw.bytes.size();
  raw.bytes += "forged";
  return whole_value(raw);
}

TEST(Fsck, AChangedBodyBreaksTheChain) {
  const auto report = report_after([](const Database& database, rocksdb::WriteBatch& batch) {
    ASSERT_TRUE(
        batch.Put(database.family(Family::kRecords), record_key(39), forged_value(39)).ok());
  });
  // Nothing builds on it yet. Which one of the segment it was, the chain value does not tell.
  EXPECT_TRUE(has(report, 1, "chain"));
  EXPECT_NE(report.problems.at(0).detail.find("records 1..40"), std::string::npos);
}

// Whoever rewrites a record and the end of the log still meets the head anchor.
TEST(Fsck, ARewrittenEndOfTheLogIsTheAnchorsProblem) {
  const auto report = report_after([](const Database& database, rocksdb::WriteBatch& batch) {
    auto end = decode_head(database.meta(kHeadKey).value().value());
    ASSERT_TRUE(end);
    Decoder decoder(0);
    auto tail = tail_at(database, decoder, kRecords - 1);
    ASSERT_TRUE(tail) << tail.error().message;
    record::Record last = sample(kRecords);
    last.seq = kRecords;
    tail->add(leaf_of(record::encode_header(last), record::sha256("forged")));
    end->head.hash = tail->hash;
    ASSERT_TRUE(
        batch.Put(database.family(Family::kRecords), record_key(kRecords), forged_value(kRecords))
            .ok());
    ASSERT_TRUE(batch.Put(database.family(Family::kMeta), kHeadKey, encode_head(*end)).ok());
  });
  EXPECT_TRUE(has(report, kRecords, "anchor"));
  EXPECT_EQ(report.problems.size(), 1U);
}

TEST(Fsck, SegmentsAreComparedBothWays) {
  const TemporaryDirectory base(Place::kMemory);
  make_store(base / "s", 2 * kSegmentRecords + 100, 400);
  expect_sound(base / "s");
  const auto change = [&](record::Seq seq, const std::string& value) {
    auto database = Database::open(base / "s", Access::kWrite);
    ASSERT_TRUE(database);
    rocksdb::WriteBatch batch;
    const auto family = (*database)->family(Family::kSegments);
    const auto status = value.empty() ? batch.Delete(family, record_key(seq))
                                      : batch.Put(family, record_key(seq), value);
    ASSERT_TRUE(status.ok());
    ASSERT_TRUE((*database)->write_synced(batch));
  };
  ASSERT_NO_FATAL_FAILURE(change(7, std::string(64, 'x')));
  EXPECT_TRUE(has(fsck(base / "s").value(), 7, "index"));
  ASSERT_NO_FATAL_FAILURE(change(7, ""));
  expect_sound(base / "s");
  ASSERT_NO_FATAL_FAILURE(change(kSegmentRecords, std::string(64, 'x')));
  EXPECT_TRUE(has(fsck(base / "s").value(), 1, "chain"));
  ASSERT_NO_FATAL_FAILURE(change(kSegmentRecords, ""));
  EXPECT_TRUE(has(fsck(base / "s").value(), kSegmentRecords, "chain"));
}

TEST(Fsck, AnUndecodableRecordIsNamed) {
  const auto report = report_after([](const Database& database, rocksdb::WriteBatch& batch) {
    ASSERT_TRUE(batch.Put(database.family(Family::kRecords), record_key(20), "nonsense").ok());
  });
  EXPECT_TRUE(has(report, 20, "body"));
}

TEST(Fsck, EveryIndexIsComparedBothWays) {
  const auto missing = report_after([](const Database& database, rocksdb::WriteBatch& batch) {
    const record::Record first = sample(1);
    const record::Record fifth = sample(5);
    ASSERT_TRUE(batch.Delete(database.family(Family::kObjects), history_key(first.object, 1)).ok());
    ASSERT_TRUE(batch.Delete(database.family(Family::kKinds), kind_key(fifth.kind, 5)).ok());
    ASSERT_TRUE(batch.Delete(database.family(Family::kTimes), time_key(first.time_ns, 1)).ok());
  });
  const auto listed = [&](record::Seq seq) {
    return std::count_if(
        missing.problems.begin(), missing.problems.end(),
        [&](const Problem& problem) { return problem.seq == seq && problem.what == "index"; });
  };
  EXPECT_EQ(listed(1), 2);
  EXPECT_EQ(listed(5), 1);
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
