#include "tools/pawprintd/notice_queue.h"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/pawprintd/support.h"

namespace pawprint::pawprintd::tests {
namespace {

using std::chrono::milliseconds;
using watch::Notice;
using watch::NoticeKind;

std::vector<Notice> some(std::size_t count) {
  return std::vector<Notice>(count, notice(NoticeKind::kBookmark));
}
Clock::time_point soon(int ms = 2000) { return Clock::now() + milliseconds(ms); }

TEST(NoticeQueue, ALoneEventWaitsForNobody) {
  NoticeQueue queue;
  std::thread producer([&] {
    std::this_thread::sleep_for(milliseconds(20));
    queue.deliver(some(1));
  });
  const auto began = Clock::now();
  EXPECT_EQ(queue.take(soon(10'000)).notices.size(), 1U);
  EXPECT_LT(Clock::now() - began, milliseconds(5000));
  producer.join();
}

TEST(NoticeQueue, ReturnsAtTheDeadline) {
  NoticeQueue queue;
  const Batch batch = queue.take(soon(10));
  EXPECT_TRUE(batch.notices.empty());
  EXPECT_FALSE(batch.closed);
}

TEST(NoticeQueue, AFullQueueBlocksUntilThereIsRoom) {
  NoticeQueue queue({.notices = 2, .batch_notices = 1});
  queue.deliver(some(2));
  std::atomic<bool> delivered{false};
  std::thread producer([&] {
    queue.deliver(some(1));
    delivered = true;
  });
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_FALSE(delivered);
  queue.take(soon());
  EXPECT_TRUE(wait_for([&] { return delivered.load(); }));
  producer.join();
  EXPECT_EQ(queue.depth(), 2U);
}

TEST(NoticeQueue, BytesCountToo) {
  NoticeQueue queue({.bytes = 1000});
  std::vector<Notice> large = some(1);
  large[0].record.body.assign(5000, 'x');
  queue.deliver(large);  // One delivery may go over, or it would never fit.
  std::atomic<bool> delivered{false};
  std::thread producer([&] {
    queue.deliver(some(1));
    delivered = true;
  });
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_FALSE(delivered);
  queue.take(soon());
  EXPECT_TRUE(wait_for([&] { return delivered.load(); }));
  producer.join();
}

TEST(NoticeQueue, TheConsumerIsNeverBlocked) {
  NoticeQueue queue({.notices = 1});
  queue.adopt_consumer();
  queue.deliver(some(1));
  queue.deliver(some(1));
  EXPECT_EQ(queue.depth(), 2U);
}

TEST(NoticeQueue, TasksOvertakeNotices) {
  NoticeQueue queue;
  queue.deliver(some(3));
  EXPECT_TRUE(queue.post([] {}));
  EXPECT_EQ(queue.take_tasks(soon()).tasks.size(), 1U);
  EXPECT_EQ(queue.take(soon()).notices.size(), 3U);
}

TEST(NoticeQueue, CloseLetsProducersGoAndKeepsWhatIsQueued) {
  NoticeQueue queue({.notices = 1, .batch_notices = 1});
  queue.deliver(some(2));
  std::thread producer([&] { queue.deliver(some(1)); });
  std::this_thread::sleep_for(milliseconds(20));
  queue.close();
  producer.join();
  EXPECT_FALSE(queue.post([] {}));
  EXPECT_FALSE(queue.take(soon()).closed);
  const Batch last = queue.take(soon());
  EXPECT_EQ(last.notices.size(), 1U);
  EXPECT_TRUE(last.closed);
}

}  // namespace
}  // namespace pawprint::pawprintd::tests
