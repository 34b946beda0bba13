#include "store/crew.h"

#include <system_error>

namespace pawprint::store {
namespace {

/// Below this the other thread would still be waking up when everything is done.
constexpr std::size_t kWorthIt = 16;

}  // namespace

Crew::~Crew() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (helper_.joinable()) helper_.join();
}

void Crew::take_all(std::size_t hand) {
  for (std::size_t i = next_.fetch_add(1); i < count_; i = next_.fetch_add(1)) (*work_)(i, hand);
}

void Crew::help() {
  std::unique_lock lock(mutex_);
  for (std::size_t seen = 0;;) {
    changed_.wait(lock, [&] { return ending_ || round_ != seen; });
    if (ending_) return;
    seen = round_;
    lock.unlock();
    take_all(1);
    lock.lock();
    helping_ = false;
    changed_.notify_all();
  }
}

void Crew::run(std::size_t count,
               const std::function<void(std::size_t index, std::size_t hand)>& work) {
  work_ = &work;
  count_ = count;
  next_ = 0;
  if (count >= kWorthIt && !helper_.joinable()) {
    try {
      helper_ = std::thread([this] { help(); });
    } catch (const std::system_error&) {
      // No thread to be had: one hand does it all.
    }
  }
  if (count < kWorthIt || !helper_.joinable()) {
    take_all(0);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    ++round_;
    helping_ = true;
  }
  changed_.notify_all();
  take_all(0);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !helping_; });
}

}  // namespace pawprint::store
