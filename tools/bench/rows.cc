#include "tools/bench/rows.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

namespace pawprint::bench {

bool Row::ok() const {
  if (goal == 0) return true;
  const double judged = goal_is_ratio ? ratio() : value;
  return more_is_better ? judged >= goal : judged <= goal;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  long total = 0;
  long resident = 0;
  file >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double quantile(std::vector<double>& samples, double share) {
  if (samples.empty()) return 0;
  std::sort(samples.begin(), samples.end());
  const auto last = static_cast<double>(samples.size() - 1);
  return samples[static_cast<std::size_t>(last * share)];
}

std::string table(const std::vector<Row>& rows) {
  std::string out = fmt::format("{:<36} {:>12} {:<10} {:>12} {:>8} {:>10}\n", "NAME", "VALUE",
                                "UNIT", "FLOOR", "RATIO", "GOAL");
  for (const Row& row : rows) {
    out += fmt::format("{:<36} {:>12.2f} {:<10} ", row.name, row.value, row.unit);
    out += row.floor == 0 ? fmt::format("{:>12} {:>8} ", "", "")
                          : fmt::format("{:>12.2f} {:>8.2f} ", row.floor, row.ratio());
    if (row.goal != 0) {
      out += fmt::format("{}{:.4g}{} {}", row.more_is_better ? ">=" : "<=", row.goal,
                         row.goal_is_ratio ? "x" : "", row.ok() ? "ok" : "MISSED");
    }
    out += '\n';
  }
  return out;
}

std::string json(const std::vector<Row>& rows) {
  nlohmann::json out = nlohmann::json::array();
  for (const Row& row : rows) {
    out.push_back({{"name", row.name},
                   {"value", row.value},
                   {"unit", row.unit},
                   {"floor", row.floor},
                   {"ratio", row.ratio()},
                   {"goal", row.goal},
                   {"ok", row.ok()}});
  }
  return out.dump(1) + '\n';
}

}  // namespace pawprint::bench
