// Counters, gauges and histograms, printed in the Prometheus text format (version 0.0.4).
//
// Families are declared once, at construction; a label set is made on first use. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawprint::serve {

/// Label names and values, in the order in which they are printed.
using Labels = std::vector<std::pair<std::string, std::string>>;

class Metrics {
 public:
  enum class Type : std::uint8_t { kCounter, kGauge, kHistogram };

  void declare(std::string name, Type type, std::string help);
  /// Counters only go up.
  void add(std::string_view name, const Labels& labels = {}, double amount = 1);
  void set(std::string_view name, const Labels& labels, double value);
  /// Seconds, into buckets from 100 us to 10 s.
  void observe(std::string_view name, double seconds);
  /// Every family with its help and type, sorted by name; samples sorted by labels.
  [[nodiscard]] std::string text() const;

 private:
  struct Histogram {
    std::vector<std::uint64_t> counts;  // One more than there are bounds: the last is +Inf.
    double sum = 0;
  };
  struct Family {
    Type type = Type::kCounter;
    std::string help;
    std::map<std::string, double> samples;  // By printed labels.
    Histogram histogram;
  };

  Family& family(std::string_view name);

  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;
};

}  // namespace pawprint::serve
