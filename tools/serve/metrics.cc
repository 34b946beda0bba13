#include "tools/serve/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/result.h"

namespace pawprint::serve {
namespace {

constexpr std::array kBounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                             0.05,   0.1,     0.25,   0.5,   1.0,    2.5,   5.0,  10.0};

std::string escaped(std::string_view text, bool quotes) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') out += "\\\\";
    else if (c == '\n') out += "\\n";
    else if (quotes && c == '"') out += "\\\"";
    else out += c;
  }
  return out;
}

std::string printed(const Labels& labels) {
  if (labels.empty()) return {};
  std::string out = "{";
  for (const auto& [name, value] : labels) {
    if (out.size() > 1) out += ',';
    out += fmt::format("{}=\"{}\"", name, escaped(value, true));
  }
  return out + '}';
}

std::string_view type_name(Metrics::Type type) {
  switch (type) {
    case Metrics::Type::kCounter:
      return "counter";
    case Metrics::Type::kGauge:
      return "gauge";
    case Metrics::Type::kHistogram:
      return "histogram";
  }
  return "untyped";
}

}  // namespace

void Metrics::declare(std::string name, Type type, std::string help) {
  const std::lock_guard lock(mutex_);
  Family& made = families_[std::move(name)];
  made.type = type;
  made.help = std::move(help);
  if (type == Type::kHistogram) made.histogram.counts.assign(kBounds.size() + 1, 0);
}

Metrics::Family& Metrics::family(std::string_view name) {
  const auto found = families_.find(name);
  PAWPRINT_CHECK(found != families_.end());
  return found->second;
}

void Metrics::add(std::string_view name, const Labels& labels, double amount) {
  const std::lock_guard lock(mutex_);
  family(name).samples[printed(labels)] += amount;
}

void Metrics::set(std::string_view name, const Labels& labels, double value) {
  const std::lock_guard lock(mutex_);
  family(name).samples[printed(labels)] = value;
}

void Metrics::observe(std::string_view name, double seconds) {
  const std::lock_guard lock(mutex_);
  Histogram& histogram = family(name).histogram;
  const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
  ++histogram.counts.at(static_cast<std::size_t>(bound - kBounds.begin()));
  histogram.sum += seconds;
}

std::string Metrics::text() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) {
    out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, escaped(family.help, false), name,
                       type_name(family.type));
    for (const auto& [labels, value] : family.samples) {
      out += fmt::format("{}{} {}\n", name, labels, value);
    }
    if (family.type != Type::kHistogram) continue;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < kBounds.size(); ++i) {
      total += family.histogram.counts[i];
      out += fmt::format("{}_bucket{{le=\"{}\"}} {}\n", name, kBounds[i], total);
    }
    total += family.histogram.counts[kBounds.size()];
    out += fmt::format("{0}_bucket{{le=\"+Inf\"}} {1}\n{0}_sum {2}\n{0}_count {1}\n", name, total,
                       family.histogram.sum);
  }
  return out;
}

}  // namespace pawprint::serve
