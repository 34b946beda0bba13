#include "tools/pawprintd/notice_queue.h"

#include <utility>

namespace pawprint::pawprintd {
namespace {

std::size_t weight(const watch::Notice& notice) { return notice.record.body.size() + 256; }

}  // namespace

void NoticeQueue::deliver(std::vector<watch::Notice> notices) {
  std::unique_lock lock(mutex_);
  if (std::this_thread::get_id() != consumer_) {
    drained_.wait(lock, [this] { return closed_ || !full(); });
  }
  if (closed_) return;
  for (watch::Notice& notice : notices) {
    bytes_ += weight(notice);
    notices_.push_back(std::move(notice));
  }
  filled_.notify_one();
}

bool NoticeQueue::post(Task task) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  tasks_.push_back(std::move(task));
  filled_.notify_one();
  return true;
}

void NoticeQueue::adopt_consumer() {
  const std::lock_guard lock(mutex_);
  consumer_ = std::this_thread::get_id();
}

Batch NoticeQueue::take(Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  filled_.wait_until(lock, deadline,
                     [this] { return closed_ || !notices_.empty() || !tasks_.empty(); });
  Batch batch;
  batch.tasks = std::exchange(tasks_, {});
  std::size_t bytes = 0;
  while (!notices_.empty() && batch.notices.size() < limits_.batch_notices &&
         bytes < limits_.batch_bytes) {
    bytes += weight(notices_.front());
    batch.notices.push_back(std::move(notices_.front()));
    notices_.pop_front();
  }
  bytes_ -= bytes;
  batch.closed = closed_ && notices_.empty();
  if (!full()) drained_.notify_all();
  return batch;
}

Batch NoticeQueue::take_tasks(Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  filled_.wait_until(lock, deadline, [this] { return closed_ || !tasks_.empty(); });
  Batch batch;
  batch.tasks = std::exchange(tasks_, {});
  batch.closed = closed_;
  return batch;
}

void NoticeQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  filled_.notify_all();
  drained_.notify_all();
}

bool NoticeQueue::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::size_t NoticeQueue::depth() const {
  const std::lock_guard lock(mutex_);
  return notices_.size();
}

}  // namespace pawprint::pawprintd
