#include "engine/rules/duration.h"

namespace pawprint::rules {

namespace {

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::size_t kMaxGroups = 4;
constexpr std::size_t kMaxDigits = 5;

bool digit(char c) { return c >= '0' && c <= '9'; }

/// Takes one unit off the front; 0 when there is none.
std::int64_t take_unit(std::string_view& text) {
  struct Unit {
    std::string_view name;
    std::int64_t ms;
  };
  for (const Unit unit :
       {Unit{"ms", 1}, Unit{"h", kHour}, Unit{"m", kMinute}, Unit{"s", kSecond}}) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return unit.ms;
  }
  return 0;
}

}  // namespace

std::optional<std::int64_t> parse_duration(std::string_view text) {
  std::int64_t total = 0;
  std::size_t groups = 0;
  while (!text.empty()) {
    if (++groups > kMaxGroups) return std::nullopt;
    std::int64_t value = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && digit(text[digits]); ++digits) {
      if (digits == kMaxDigits) return std::nullopt;
      value = value * 10 + (text[digits] - '0');
    }
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
    const std::int64_t unit = take_unit(text);
    if (unit == 0) return std::nullopt;
    total += value * unit;
  }
  if (groups == 0) return std::nullopt;
  return total;
}

std::string print_duration(std::int64_t ms) {
  if (ms == 0) return "0s";
  if (ms < kSecond) return std::to_string(ms) + "ms";
  std::string out;
  if (ms >= kHour) out += std::to_string(ms / kHour) + 'h';
  if (ms >= kMinute) out += std::to_string(ms % kHour / kMinute) + 'm';
  out += std::to_string(ms % kMinute / kSecond);
  if (ms % kSecond != 0) {
    std::string decimals = std::to_string(kSecond + ms % kSecond).substr(1);
    while (decimals.back() == '0') decimals.pop_back();
    out += '.' + decimals;
  }
  return out + 's';
}

}  // namespace pawprint::rules
