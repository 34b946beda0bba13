// How long to wait before trying again, and waiting itself.
//
// Numbers are those of client-go's reflector: 0.8 s, doubled, at most 30 s, plus as much again at
// random, forgotten after two minutes without a failure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <stop_token>
#include <string_view>

namespace pawprint::watch::kube {

using Clock = std::chrono::steady_clock;
using Millis = std::chrono::milliseconds;

struct Pace {
  Millis first{800};
  Millis cap{30'000};
  Millis forget{120'000};
  double jitter = 1.0;  ///< The wait is between d and d * (1 + jitter).
};

/// Not thread-safe.
class Backoff {
 public:
  Backoff(Pace pace, std::uint32_t seed) : pace_(pace), random_(seed) {}
  /// The wait before the next try: the larger of our own and `asked` (a Retry-After).
  Millis next(Clock::time_point now, std::optional<std::chrono::seconds> asked = {});
  void reset() { step_ = Millis{0}; }

 private:
  Pace pace_;
  std::minstd_rand random_;
  Millis step_{0};
  Clock::time_point last_{};
};

inline constexpr std::chrono::seconds kRetryAfterCap{300};
/// Value of a Retry-After header in seconds, cut at kRetryAfterCap; nullopt for anything but
/// digits.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view text);

/// True for answers that Kubernetes asks to try again: 429 and every 5xx.
bool asks_retry(int status);

/// Sleeps; returns false at once when a stop is requested.
bool pause(const std::stop_token& stop, Millis time);

/// A seed that differs between threads and starts.
std::uint32_t fresh_seed();

}  // namespace pawprint::watch::kube
