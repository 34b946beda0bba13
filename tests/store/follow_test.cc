// Readers beside a writer in another process.
#include <gtest/gtest.h>

#include "tests/store/support.h"

namespace pawprint::store {
namespace {

/// Follows until the writer ends; every refresh must show what was acknowledged before it.
void follow(Appender& appender, const std::filesystem::path& directory) {
  ASSERT_GE(appender.next_ack(), 0);  // The store is there.
  auto reader = Reader::open(directory);
  ASSERT_TRUE(reader) << reader.error().message;
  record::Seq seen = 0;
  int rounds = 0;
  for (auto ack = appender.next_ack(); ack >= 0; ack = appender.next_ack()) {
    if (++rounds % 64 == 0) {
      reader = Reader::open(directory);
      ASSERT_TRUE(reader) << reader.error().message;
    } else {
      auto refreshed = (*reader)->refresh();
      ASSERT_TRUE(refreshed) << refreshed.error().message;
    }
    const record::Seq head = (*reader)->head().seq;
    ASSERT_GE(head, static_cast<record::Seq>(ack));
    auto scanned = (*reader)->scan(seen + 1, head, [&](const record::Record& record) {
      record::Record expected = sample(++seen);
      expected.seq = seen;
      expected.boot = 1;
      EXPECT_EQ(record, expected) << seen;
      return record == expected;
    });
    ASSERT_TRUE(scanned) << scanned.error().message;
    ASSERT_EQ(seen, head);
  }
  ASSERT_NO_FATAL_FAILURE(expect_samples(**reader));
}

TEST(Follow, SeesEveryAcknowledgedRecord) {
  const TemporaryDirectory base;
  Appender appender(base / "s", {.records = 4000, .group = 5});
  ASSERT_NO_FATAL_FAILURE(follow(appender, base / "s"));
  EXPECT_EQ(appender.wait(), 0) << appender.complaint();
}

// The writer flushes and deletes log files under the reader all the time.
TEST(Follow, SeesEveryAcknowledgedRecordWhileFilesGo) {
  const TemporaryDirectory base;
  Appender appender(base / "s",
                    {.records = 3000, .group = 5, .buffer_bytes = std::size_t{64} << 10});
  ASSERT_NO_FATAL_FAILURE(follow(appender, base / "s"));
  EXPECT_EQ(appender.wait(), 0) << appender.complaint();
}

TEST(Follow, WritesNothingIntoTheStore) {
  const TemporaryDirectory base;
  Appender appender(base / "s", {.records = 300, .group = 3, .end = "stay"});
  for (auto ack = appender.next_ack(); ack < 300; ack = appender.next_ack()) ASSERT_GE(ack, 0);
  const std::string before = fingerprint(base / "s");
  const auto touched = std::filesystem::last_write_time(base / "s");
  {
    auto reader = Reader::open(base / "s");
    ASSERT_TRUE(reader) << reader.error().message;
    ASSERT_NO_FATAL_FAILURE(expect_samples(**reader));
    ASSERT_TRUE((*reader)->refresh());
    EXPECT_GT((*reader)->disk().log_bytes, 0U);
    ASSERT_NO_FATAL_FAILURE(expect_sound(base / "s"));
    EXPECT_EQ(fingerprint(base / "s"), before);
  }
  EXPECT_EQ(fingerprint(base / "s"), before);
  EXPECT_EQ(std::filesystem::last_write_time(base / "s"), touched);  // No file came and went.
  const auto last = appender.kill_and_drain();
  EXPECT_EQ(last, 300);
}

TEST(Follow, ReadersOfOneProcessDoNotDisturbItsWriter) {
  const TemporaryDirectory base;
  auto writer = Writer::open(base / "s");
  ASSERT_TRUE(writer);
  auto reader = Reader::open(base / "s");
  ASSERT_TRUE(reader) << reader.error().message;
  for (record::Seq head = 0; head < 200; head += 2) {
    auto group = sample_group(head, 2);
    ASSERT_TRUE((*writer)->append(group));
    auto refreshed = (*reader)->refresh();
    ASSERT_TRUE(refreshed) << refreshed.error().message;
    ASSERT_EQ((*reader)->head().seq, head + 2);
    ASSERT_EQ((*reader)->head().hash, (*writer)->reader().head().hash);
  }
  ASSERT_TRUE((*writer)->close());
  ASSERT_TRUE((*reader)->refresh());
  ASSERT_NO_FATAL_FAILURE(expect_samples(**reader));
}

// A reader that outlives its writer goes on with the next one.
TEST(Follow, GoesOnAfterARestart) {
  const TemporaryDirectory base;
  ASSERT_NO_FATAL_FAILURE(make_store(base / "s", 20));
  auto reader = Reader::open(base / "s");
  ASSERT_TRUE(reader);
  for (int restart = 1; restart <= 5; ++restart) {
    ASSERT_NO_FATAL_FAILURE(make_store(base / "s", 20));
    auto refreshed = (*reader)->refresh();
    ASSERT_TRUE(refreshed) << refreshed.error().message;
    ASSERT_EQ((*reader)->head().seq, 20U + 20U * static_cast<unsigned>(restart));
    ASSERT_NO_FATAL_FAILURE(expect_samples(**reader));
  }
}

}  // namespace
}  // namespace pawprint::store
