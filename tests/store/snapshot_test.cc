// The content of snapshots beside the log.
#include <gtest/gtest.h>

#include "engine/record/bodies.h"
#include "store/layout.h"
#include "tests/store/support.h"

namespace pawprint::store {
namespace {

const std::string kContent = std::string(3000, 's') + "end";

record::Record snapshot_of(const std::string& content) {
  record::Snapshot taken;
  taken.reducer = "1";
  taken.content = record::hex(record::sha256(content));
  record::Record record;
  record.kind = record::Kind::kSnapshot;
  record.body = record::encode(taken);
  return record;
}

class SnapshotContent : public ::testing::Test {
 protected:
  /// Ten samples, a snapshot as record 11, one more sample.
  void SetUp() override {
    make_store(directory_, 10);
    auto writer = Writer::open(directory_);
    ASSERT_TRUE(writer) << writer.error().message;
    record::Record taken = snapshot_of(kContent);
    const auto head = (*writer)->append_snapshot(taken, kContent);
    ASSERT_TRUE(head) << head.error().message;
    ASSERT_EQ(taken.seq, 11U);
    EXPECT_EQ((*writer)->reader().snapshot(11).value_or(""), kContent) << "through the writer";
    std::vector<record::Record> more{sample(12)};
    ASSERT_TRUE((*writer)->append(more));
    ASSERT_TRUE((*writer)->close());
  }

  /// What fsck says once `change` was done behind the log's back.
  FsckReport report_after(
      const std::function<void(const Database&, rocksdb::WriteBatch&)>& change) {
    auto database = Database::open(directory_, Access::kWrite);
    EXPECT_TRUE(database) << database.error().message;
    rocksdb::WriteBatch batch;
    change(**database, batch);
    EXPECT_TRUE((*database)->write_synced(batch));
    database->reset();
    auto report = fsck(directory_);
    EXPECT_TRUE(report) << report.error().message;
    return report ? *report : FsckReport{};
  }

  TemporaryDirectory base_{Place::kMemory};
  std::filesystem::path directory_ = base_ / "s";
};

TEST_F(SnapshotContent, IsReadBack) {
  auto reader = Reader::open(directory_);
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ((*reader)->snapshots().value(), std::vector<record::Seq>{11});
  EXPECT_EQ((*reader)->snapshot(11).value_or(""), kContent);
  EXPECT_GT((*reader)->disk().snapshot_bytes, 0U);
  const auto none = (*reader)->snapshot(3);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kDamaged) << "record 3 is no Snapshot";
  EXPECT_TRUE(fsck(directory_)->problems.empty());
}

TEST_F(SnapshotContent, GoesWithACopy) {
  ASSERT_TRUE(store::copy(directory_, base_ / "copy"));
  auto reader = Reader::open(base_ / "copy");
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ((*reader)->snapshot(11).value_or(""), kContent);
}

TEST_F(SnapshotContent, ThatChangedIsFound) {
  const auto report = report_after([](const Database& database, rocksdb::WriteBatch& batch) {
    ASSERT_TRUE(batch.Put(database.family(Family::kSnapshots), record_key(11), "other").ok());
  });
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_EQ(report.problems[0].seq, 11U);
  EXPECT_EQ(report.problems[0].what, "snapshot");
  auto reader = Reader::open(directory_);
  ASSERT_TRUE(reader);
  const auto content = (*reader)->snapshot(11);
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code, ErrorCode::kDamaged);
}

TEST_F(SnapshotContent, ThatIsMissingOrSurplusIsFound) {
  const auto report = report_after([](const Database& database, rocksdb::WriteBatch& batch) {
    ASSERT_TRUE(batch.Delete(database.family(Family::kSnapshots), record_key(11)).ok());
    ASSERT_TRUE(batch.Put(database.family(Family::kSnapshots), record_key(5), "x").ok());
  });
  ASSERT_EQ(report.problems.size(), 2U);
  EXPECT_EQ(report.problems[0].seq, 5U);
  EXPECT_EQ(report.problems[1].seq, 11U);
}

}  // namespace
}  // namespace pawprint::store
