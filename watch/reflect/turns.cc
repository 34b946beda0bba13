#include "watch/reflect/turns.h"

namespace pawprint::watch::reflect {

bool Turns::wait(std::size_t index, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  return wake_.wait(lock, stop, [&] { return next_ >= index; });
}

void Turns::done(std::size_t index) {
  const std::lock_guard lock(mutex_);
  done_.insert(index);
  while (next_ < count_ && done_.contains(next_)) ++next_;
  wake_.notify_all();
}

bool ListGate::enter(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!wake_.wait(lock, stop, [&] { return places_ > 0; })) return false;
  --places_;
  return true;
}

void ListGate::leave() {
  const std::lock_guard lock(mutex_);
  ++places_;
  wake_.notify_one();
}

}  // namespace pawprint::watch::reflect
