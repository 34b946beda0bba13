// Copies: equal in every byte that counts, also while the original is written.
#include <gtest/gtest.h>

#include "store/layout.h"
#include "tests/store/support.h"

namespace pawprint::store {
namespace {

/// Everything but what a copy may lay out anew: all entries of all families, and the key.
std::string contents(const std::filesystem::path& directory) {
  std::string out = read_file(directory / "secret.key");
  auto database = Database::open(directory, Access::kFollow);
  EXPECT_TRUE(database) << database.error().message;
  for (std::size_t i = 0; database && i < kFamilies; ++i) {
    const auto entry = (*database)->iterate(static_cast<Family>(i));
    for (entry->SeekToFirst(); entry->Valid(); entry->Next()) {
      out += std::to_string(i) + entry->key().ToString() + "=" + entry->value().ToString() + "\n";
    }
    EXPECT_TRUE(entry->status().ok());
  }
  return out;
}

TEST(Copy, OfAClosedStore) {
  const TemporaryDirectory base(Place::kMemory);
  ASSERT_NO_FATAL_FAILURE(make_store(base / "s", 300));
  const auto head = store::copy(base / "s", base / "t");
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->seq, 300U);
  EXPECT_EQ(contents(base / "t"), contents(base / "s"));
  ASSERT_NO_FATAL_FAILURE(expect_sound(base / "t"));
  ASSERT_NO_FATAL_FAILURE(make_store(base / "t", 50));  // It is a store like any other.
  auto reader = Reader::open(base / "t");
  ASSERT_TRUE(reader);
  ASSERT_NO_FATAL_FAILURE(expect_samples(**reader));
  EXPECT_EQ((*reader)->head().seq, 350U);
}

TEST(Copy, OfAKilledStore) {
  const TemporaryDirectory base(Place::kMemory);
  Appender appender(base / "s", {.records = 1000000, .group = 5});
  for (auto ack = appender.next_ack(); ack < 200; ack = appender.next_ack()) ASSERT_GE(ack, 0);
  const auto last = static_cast<record::Seq>(appender.kill_and_drain());
  const auto head = store::copy(base / "s", base / "t");
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_GE(head->seq, last);
  EXPECT_EQ(contents(base / "t"), contents(base / "s"));
  ASSERT_NO_FATAL_FAILURE(expect_sound(base / "t"));
}

TEST(Copy, OfALiveStore) {
  const TemporaryDirectory base(Place::kMemory);
  Appender appender(base / "s",
                    {.records = 1500, .group = 5, .buffer_bytes = std::size_t{64} << 10});
  std::int64_t copies = 0;
  for (auto ack = appender.next_ack(); ack >= 0; ack = appender.next_ack()) {
    if (ack < 150 * copies) continue;
    SCOPED_TRACE("copy " + std::to_string(++copies));
    const auto target = base / ("t" + std::to_string(copies));
    const auto head = store::copy(base / "s", target);
    ASSERT_TRUE(head) << head.error().message;
    ASSERT_GE(head->seq, static_cast<record::Seq>(ack));
    ASSERT_NO_FATAL_FAILURE(expect_sound(target));
    auto reader = Reader::open(target);
    ASSERT_TRUE(reader) << reader.error().message;
    ASSERT_EQ((*reader)->head().seq, head->seq);
    ASSERT_NO_FATAL_FAILURE(expect_samples(**reader));
    if (head->seq > 0) {
      ASSERT_EQ((*reader)->cursors().value(), std::vector<Cursor>{sample_cursor(head->seq)});
    }
    ASSERT_EQ(read_file(target / "secret.key"), read_file(base / "s" / "secret.key"));
  }
  EXPECT_GE(copies, 5);
  EXPECT_EQ(appender.wait(), 0) << appender.complaint();
}

TEST(Copy, NeedsAnEmptyPlace) {
  const TemporaryDirectory base(Place::kMemory);
  ASSERT_NO_FATAL_FAILURE(make_store(base / "s", 5));
  std::filesystem::create_directory(base / "empty");
  EXPECT_TRUE(store::copy(base / "s", base / "empty"));
  const std::string before = fingerprint(base / "empty");
  const auto refused = store::copy(base / "s", base / "empty");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(fingerprint(base / "empty"), before);
  write_file(base / "file", "x");
  EXPECT_FALSE(store::copy(base / "s", base / "file"));
  EXPECT_EQ(read_file(base / "file"), "x");
}

TEST(Copy, OfADamagedStoreLeavesNothing) {
  const TemporaryDirectory base(Place::kMemory);
  ASSERT_NO_FATAL_FAILURE(make_store(base / "s", 200));
  {
    auto database = Database::open(base / "s", Access::kWrite);
    ASSERT_TRUE(database);
    rocksdb::WriteBatch batch;
    ASSERT_TRUE(batch.Delete((*database)->family(Family::kRecords), record_key(77)).ok());
    ASSERT_TRUE((*database)->write_synced(batch));
  }
  const auto refused = store::copy(base / "s", base / "t");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kDamaged);
  EXPECT_NE(refused.error().message.find("record 77"), std::string::npos)
      << refused.error().message;
  EXPECT_FALSE(std::filesystem::exists(base / "t"));
}

}  // namespace
}  // namespace pawprint::store
