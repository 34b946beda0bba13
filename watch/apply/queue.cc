#include "watch/apply/queue.h"

#include <algorithm>

namespace pawprint::watch::apply {
namespace {

int lane(plan::Verb verb) {
  switch (verb) {
    case plan::Verb::kCreate:
    case plan::Verb::kReplace:
    case plan::Verb::kDelete:
      return 0;
    case plan::Verb::kStatus:
      return 1;
    case plan::Verb::kFinalizer:
      return 2;
  }
  return 0;
}

}  // namespace

void Queue::schedule(const record::ObjectKey& key, const Slot& slot) {
  if (slot.busy || slot.jobs.empty()) return;
  ready_.emplace(slot.jobs.front().due, slot.jobs.front().order, key);
  wake_.notify_one();
}

void Queue::unschedule(const record::ObjectKey& key, const Slot& slot) {
  if (slot.busy || slot.jobs.empty()) return;
  ready_.erase({slot.jobs.front().due, slot.jobs.front().order, key});
}

std::vector<Job> Queue::push(plan::Operation operation) {
  const std::lock_guard lock(mutex_);
  const record::ObjectKey key = operation.object;
  Job job;
  job.operation = std::move(operation);
  job.order = ++order_;
  std::vector<Job> over;
  if (closed_) {
    over.push_back(std::move(job));
    return over;
  }
  Slot& slot = slots_[key];
  unschedule(key, slot);
  const int mine = lane(job.operation.verb);
  std::deque<Job> kept;
  for (auto& waiting : slot.jobs) {
    if (lane(waiting.operation.verb) == mine) {
      over.push_back(std::move(waiting));
    } else {
      kept.push_back(std::move(waiting));
    }
  }
  kept.push_back(std::move(job));
  slot.jobs = std::move(kept);
  schedule(key, slot);
  return over;
}

std::optional<Job> Queue::take(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested() && !closed_) {
    if (ready_.empty()) {
      wake_.wait(lock, stop, [&] { return closed_ || !ready_.empty(); });
      continue;
    }
    const auto due = std::get<0>(*ready_.begin());
    if (due > kube::Clock::now()) {
      wake_.wait_until(lock, stop, due, [&] {
        return closed_ || ready_.empty() || std::get<0>(*ready_.begin()) < due;
      });
      continue;
    }
    Slot& slot = slots_[std::get<2>(*ready_.begin())];
    ready_.erase(ready_.begin());
    slot.busy = true;
    ++busy_;
    Job job = std::move(slot.jobs.front());
    slot.jobs.pop_front();
    // notify_one may have woken a thread that found this job taken; another may be due as well.
    if (!ready_.empty()) wake_.notify_one();
    return job;
  }
  return std::nullopt;
}

void Queue::release(const record::ObjectKey& key) {
  const auto found = slots_.find(key);
  found->second.busy = false;
  --busy_;
  if (found->second.jobs.empty()) {
    slots_.erase(found);
  } else {
    schedule(key, found->second);
  }
  if (busy_ == 0) wake_.notify_all();
}

void Queue::finish(const Job& job) {
  const std::lock_guard lock(mutex_);
  release(job.operation.object);
}

std::optional<Job> Queue::retry(Job job, kube::Millis wait) {
  const std::lock_guard lock(mutex_);
  const record::ObjectKey key = job.operation.object;
  Slot& slot = slots_.find(key)->second;
  const int mine = lane(job.operation.verb);
  const bool newer = std::any_of(slot.jobs.begin(), slot.jobs.end(), [&](const Job& other) {
    return lane(other.operation.verb) == mine;
  });
  std::optional<Job> over;
  if (newer || closed_) {
    over = std::move(job);
  } else {
    job.due = kube::Clock::now() + wait;
    slot.jobs.push_front(std::move(job));
  }
  release(key);
  return over;
}

std::vector<Job> Queue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  ready_.clear();
  std::vector<Job> left;
  for (auto& [key, slot] : slots_) {
    for (auto& job : slot.jobs) left.push_back(std::move(job));
    slot.jobs.clear();
  }
  std::sort(left.begin(), left.end(), [](const Job& a, const Job& b) { return a.order < b.order; });
  wake_.notify_all();
  return left;
}

void Queue::drain(kube::Millis limit) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, limit, [&] { return busy_ == 0; });
}

}  // namespace pawprint::watch::apply
