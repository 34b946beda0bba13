// The one way into the decide thread: what the edges saw, and tasks of other threads.
//
// Bounded: deliver() blocks while the queue is full, and that stops the edges from reading their
// sockets. Only the consumer itself is never blocked, for submit() answers on the thread that calls
// it. Tasks (questions and operator commands) are few and overtake notices.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "watch/notice.h"

namespace pawprint::pawprintd {

using Clock = std::chrono::steady_clock;
using Task = std::function<void()>;

struct Batch {
  std::vector<watch::Notice> notices;  ///< In the order of delivery.
  std::vector<Task> tasks;
  bool closed = false;  ///< Nothing will come any more, and nothing is left.
};

struct QueueLimits {
  std::size_t notices = 4096, bytes = std::size_t{64} << 20;  ///< A delivery waits beyond these.
  std::size_t batch_notices = 512,
              batch_bytes = std::size_t{16} << 20;  ///< Most that take() returns.
};

/// Thread-safe; one consumer.
class NoticeQueue final : public watch::Sink {
 public:
  explicit NoticeQueue(QueueLimits limits = {}) : limits_(limits) {}

  /// One delivery may go over the limits, so that no delivery is too large ever to fit. After
  /// close() it is dropped: its cursor was not advanced, so the next start sees it again.
  void deliver(std::vector<watch::Notice> notices) override;
  /// False after close(): the task will not run.
  bool post(Task task);
  /// Names the calling thread as the consumer.
  void adopt_consumer();
  /// Waits for anything until `deadline`, and returns all tasks and as many notices as fit a batch.
  Batch take(Clock::time_point deadline);
  /// The same for tasks only; notices stay.
  Batch take_tasks(Clock::time_point deadline);
  /// No more deliveries; what is queued is still taken.
  void close();
  [[nodiscard]] bool closed() const;
  [[nodiscard]] std::size_t depth() const;

 private:
  [[nodiscard]] bool full() const {
    return notices_.size() >= limits_.notices || bytes_ >= limits_.bytes;
  }

  const QueueLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable filled_, drained_;
  std::deque<watch::Notice> notices_;
  std::vector<Task> tasks_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
  std::thread::id consumer_;
};

}  // namespace pawprint::pawprintd
