// kill -9 while another process appends: nothing acknowledged is lost, nothing is there twice.
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <thread>

#include "store/anchor.h"
#include "tests/store/support.h"

namespace pawprint::store {
namespace {

void expect_prefix(Reader& reader, record::Seq at_least) {
  ASSERT_GE(reader.head().seq, at_least);
  ASSERT_NO_FATAL_FAILURE(expect_samples(reader));
}

/// The cursor is that of the last record: it moves in the same write or not at all.
void expect_cursor_of_head(Reader& reader) {
  auto cursors = reader.cursors();
  ASSERT_TRUE(cursors) << cursors.error().message;
  if (reader.head().seq == 0) {
    ASSERT_TRUE(cursors->empty());
    return;
  }
  ASSERT_EQ(*cursors, std::vector<Cursor>{sample_cursor(reader.head().seq)});
}

void kill_often(std::size_t buffer_bytes, int kills, unsigned seed) {
  const TemporaryDirectory base;
  const auto directory = base / "s";
  std::mt19937 random(seed);
  record::Seq acknowledged = 0;
  for (int round = 0; round < kills; ++round) {
    SCOPED_TRACE("kill " + std::to_string(round) + " of seed " + std::to_string(seed));
    Appender appender(directory, {.records = 1000000, .group = 5, .buffer_bytes = buffer_bytes});
    // Some are killed while they open the store, the others after a few dozen appends.
    for (auto acks = random() % 60; acks > 0; --acks) ASSERT_GE(appender.next_ack(), 0);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
    const auto last = appender.kill_and_drain();
    if (last > 0) acknowledged = static_cast<record::Seq>(last);

    auto reader = Reader::open(directory);
    if (!reader) {  // Killed before there was a store.
      ASSERT_EQ(reader.error().code, ErrorCode::kUnreachable) << reader.error().message;
      ASSERT_EQ(acknowledged, 0U);
      continue;
    }
    ASSERT_NO_FATAL_FAILURE(expect_prefix(**reader, acknowledged));
    ASSERT_NO_FATAL_FAILURE(expect_sound(directory));
    if (round % 4 != 0) continue;
    auto writer = Writer::open(directory);
    ASSERT_TRUE(writer) << writer.error().message;
    EXPECT_FALSE((*writer)->closed_cleanly());
    ASSERT_NO_FATAL_FAILURE(expect_prefix((*writer)->reader(), acknowledged));
    ASSERT_NO_FATAL_FAILURE(expect_cursor_of_head((*writer)->reader()));
    acknowledged = (*writer)->reader().head().seq;
  }
  EXPECT_GT(acknowledged, 100U);
}

TEST(Crash, NoAcknowledgedRecordIsLost) { kill_often(std::size_t{4} << 20, 30, 1); }

// Buffers so small that kills fall into flushes and compactions.
TEST(Crash, NoAcknowledgedRecordIsLostWhileFlushing) { kill_often(std::size_t{64} << 10, 30, 2); }

TEST(Crash, AGroupThatWasNotAnchoredCountsFromTheNextStartOn) {
  const TemporaryDirectory base;
  const auto directory = base / "s";
  const auto anchor = directory / kAnchorFile;
  std::string before;
  {
    auto writer = Writer::open(directory);
    ASSERT_TRUE(writer);
    auto group = sample_group(0, 4);
    ASSERT_TRUE((*writer)->append(group));
    before = read_file(anchor);
    group = sample_group(4, 3);
    const Cursor cursor = sample_cursor(7);
    ASSERT_TRUE((*writer)->append(group, std::span(&cursor, 1)));
  }
  write_file(anchor, before);
  {
    auto reader = Reader::open(directory);
    ASSERT_TRUE(reader) << reader.error().message;
    EXPECT_EQ((*reader)->head().seq, 4U);  // Nobody acknowledged more.
    ASSERT_NO_FATAL_FAILURE(expect_samples(**reader));
    ASSERT_NO_FATAL_FAILURE(expect_sound(directory));
  }
  auto writer = Writer::open(directory);
  ASSERT_TRUE(writer) << writer.error().message;
  EXPECT_EQ((*writer)->reader().head().seq, 7U);
  ASSERT_NO_FATAL_FAILURE(expect_cursor_of_head((*writer)->reader()));
  auto reader = Reader::open(directory);
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->head().seq, 7U);
  ASSERT_NO_FATAL_FAILURE(expect_samples(**reader));
}

// Every state in which the making of a store can be cut off.
TEST(Crash, AnUnfinishedCreationIsMadeAnew) {
  const TemporaryDirectory base;
  const auto directory = base / "s";
  for (const auto& [anchor, key] : std::vector<std::pair<std::string, std::string>>{
           {"", ""}, {"", "half"}, {std::string(100, '\0'), std::string(32, 'k')}}) {
    std::filesystem::remove_all(directory);
    std::filesystem::create_directory(directory);
    write_file(directory / kAnchorFile, anchor);
    write_file(directory / "secret.key", key);
    EXPECT_FALSE(Reader::open(directory));
    EXPECT_FALSE(Writer::open(directory, false));
    ASSERT_NO_FATAL_FAILURE(make_store(directory, 10));
    ASSERT_NO_FATAL_FAILURE(expect_sound(directory));
  }
}

}  // namespace
}  // namespace pawprint::store
