// A past moment from a snapshot is the one that the whole log gives.
#include "replay/snapshots.h"

#include <gtest/gtest.h>

#include "engine/record/bodies.h"
#include "replay/fold.h"
#include "replay/snapshot_codec.h"
#include "tests/replay/recorded.h"

namespace pawprint::replay {
namespace {

std::string told_by(const Reducer& reducer) {
  std::string out = reducer.output_digest() + '\n' + std::to_string(reducer.head()) + '\n';
  for (const auto& list : {reducer.resources(), reducer.statuses()}) {
    for (const Output& each : list) out += each.body + '\n';
  }
  return out;
}

class SnapshotsTest : public ::testing::Test {
 protected:
  /// A log with a snapshot behind each `every` records.
  void write(std::uint64_t every) {
    auto writer = store::Writer::open(scratch_.store());
    ASSERT_TRUE(writer.has_value());
    Reducer reducer;
    Snapshots snapshots(every);
    ASSERT_TRUE(snapshots.start((*writer)->reader()).has_value());
    for (record::Record& record :
         test::decided(test::history_of({"route-weight-change", "gateway-deleted"}, "kuma-2.14"))) {
      ASSERT_TRUE((*writer)->append(std::span(&record, 1)).has_value());
      reducer.fold(record);
      if (!snapshots.due(record.seq)) continue;
      const auto taken = snapshots.take(reducer, **writer, record.time_ns);
      ASSERT_TRUE(taken.has_value() && taken->has_value());
      reducer.fold(**taken);
    }
    ASSERT_TRUE((*writer)->close().has_value());
  }

  [[nodiscard]] std::unique_ptr<store::Reader> open() const {
    auto log = store::Reader::open(scratch_.store());
    EXPECT_TRUE(log.has_value());
    return std::move(*log);
  }

  test::Scratch scratch_;
};

TEST_F(SnapshotsTest, GiveEveryMomentOfTheLog) {
  write(5);
  const auto log = open();
  ASSERT_GT(log->snapshots()->size(), 3U);
  ASSERT_GT(log->head().seq, 20U);
  Reducer whole;
  for (record::Seq seq = 1; seq <= log->head().seq; ++seq) {
    ASSERT_TRUE(fold_until(*log, whole, seq).has_value());
    const auto past = past_at(*log, {seq, 0});
    ASSERT_TRUE(past.has_value()) << past.error().message;
    ASSERT_EQ(told_by(past->reducer), told_by(whole)) << "@" << seq;
  }
}

TEST_F(SnapshotsTest, AreWhatPastMomentsComeFrom) {
  write(5);
  const auto log = open();
  Reducer reducer;
  ASSERT_TRUE(restore_before(*log, reducer, log->head().seq).has_value());
  EXPECT_EQ(reducer.head() + 1, log->snapshots()->back());
  Reducer early;
  ASSERT_TRUE(restore_before(*log, early, 4).has_value());
  EXPECT_EQ(early.head(), 0U) << "there is none before";
}

TEST_F(SnapshotsTest, OfAnotherReducerAreLeftAlone) {
  write(0);
  {
    auto writer = store::Writer::open(scratch_.store());
    ASSERT_TRUE(writer.has_value());
    record::Record record;
    record.kind = record::Kind::kSnapshot;
    record::Snapshot taken;
    taken.reducer = "another";
    record.body = record::encode(taken);
    ASSERT_TRUE((*writer)->append_snapshot(record, "content").has_value());
    ASSERT_TRUE((*writer)->close().has_value());
  }
  const auto log = open();
  ASSERT_EQ(log->snapshots()->size(), 1U);
  Reducer reducer;
  ASSERT_TRUE(restore_before(*log, reducer, log->head().seq).has_value());
  EXPECT_EQ(reducer.head(), 0U);
}

TEST_F(SnapshotsTest, ThatAreNotWhatWasRecordedAreDamage) {
  write(0);
  {
    auto writer = store::Writer::open(scratch_.store());
    ASSERT_TRUE(writer.has_value());
    record::Record record;
    record.kind = record::Kind::kSnapshot;
    record::Snapshot taken;
    taken.reducer = kReducerVersion;
    taken.content = std::string(64, '0');
    record.body = record::encode(taken);
    ASSERT_TRUE((*writer)->append_snapshot(record, "content").has_value());
    ASSERT_TRUE((*writer)->close().has_value());
  }
  const auto log = open();
  Reducer reducer;
  const auto restored = restore_before(*log, reducer, log->head().seq);
  ASSERT_FALSE(restored.has_value());
  EXPECT_EQ(restored.error().code, ErrorCode::kDamaged);
  EXPECT_NE(restored.error().message.find("snapshot"), std::string::npos);
}

Snapshot sample() {
  Snapshot out;
  out.seq = 1'000'000;
  out.records = {1, 2, 300, 70'000, 999'999};
  out.zones = {"", "zone-1"};
  out.flips = {{2, "", "Accepted", "True", 1'700'000'000'000'000'000},
               {2, "http", "Programmed", "False", -5},
               {70'000, R"({"name":"gw"})", "Accepted", "True", INT64_MAX},
               {70'000, "", "ResolvedRefs", "False", INT64_MIN}};
  return out;
}

TEST(SnapshotCodec, ReadsWhatItWrote) {
  const auto read = decode_snapshot(encode(sample()));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, sample());
  EXPECT_EQ(*decode_snapshot(encode(Snapshot{})), Snapshot{});
}

TEST(SnapshotCodec, RefusesEveryTruncationAndSurvivesEveryFlip) {
  const std::string whole = encode(sample());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decode_snapshot(whole.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(decode_snapshot(whole + '\0').has_value());
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const auto read = decode_snapshot(flipped);
    EXPECT_TRUE(!read || !(*read == sample())) << bit;
  }
}

}  // namespace
}  // namespace pawprint::replay
