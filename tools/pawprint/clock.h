// The wall clock of the command line, or the time that `--now` sets for tests.
#pragma once

#include <chrono>
#include <cstdint>

namespace pawprint::cli {

/// Nanoseconds since the epoch.
inline std::int64_t wall_clock_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace pawprint::cli
