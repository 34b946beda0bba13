#include "watch/kube/backoff.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace pawprint::watch::kube {

Millis Backoff::next(Clock::time_point now, std::optional<std::chrono::seconds> asked) {
  if (now - last_ > pace_.forget) step_ = Millis{0};
  step_ = step_ == Millis{0} ? pace_.first : std::min(step_ * 2, pace_.cap);
  const double extra = std::uniform_real_distribution<double>(0.0, pace_.jitter)(random_);
  Millis wait =
      step_ + Millis{static_cast<Millis::rep>(static_cast<double>(step_.count()) * extra)};
  if (asked) wait = std::max<Millis>(wait, std::min(*asked, kRetryAfterCap));
  last_ = now + wait;
  return wait;
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = std::min<std::int64_t>(value * 10 + (c - '0'), kRetryAfterCap.count());
  }
  return std::chrono::seconds{value};
}

bool asks_retry(int status) { return status == 429 || status >= 500; }

bool pause(const std::stop_token& stop, Millis time) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

std::uint32_t fresh_seed() { return std::random_device{}(); }

}  // namespace pawprint::watch::kube
