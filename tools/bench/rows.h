// Rows of the benchmark table, and the clocks that fill them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace pawprint::bench {

/// One measured value beside the floor that was measured in the same run.
struct Row {
  std::string name;
  double value = 0;
  std::string unit;
  double floor = 0;            ///< Same unit; 0 when there is none.
  double goal = 0;             ///< 0 when nothing is asked for yet.
  bool goal_is_ratio = false;  ///< The goal is about value / floor instead of value.
  bool more_is_better = false;

  [[nodiscard]] double ratio() const { return floor == 0 ? 0 : value / floor; }
  [[nodiscard]] bool ok() const;
};

/// CPU seconds of this process so far, user and system.
double cpu_seconds();
/// Seconds of a clock that never goes back.
double wall_seconds();
/// Resident bytes of this process.
double resident_bytes();
/// The value below which `share` of the samples lie; sorts in place.
double quantile(std::vector<double>& samples, double share);

std::string table(const std::vector<Row>& rows);
std::string json(const std::vector<Row>& rows);

}  // namespace pawprint::bench
