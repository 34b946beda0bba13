#include <array>
#include <charconv>

#include "engine/model/status.h"
#include "replay/ref.h"

namespace pawprint::replay {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
/// Nanoseconds of what is further from 1970 do not fit; the day is for the offset.
constexpr std::int64_t kFurthest = INT64_MAX / kNsPerSecond - 86'400;
constexpr std::size_t kSecondsEnd = 19;  // "2026-08-22T10:14:00"

bool digit(char c) { return c >= '0' && c <= '9'; }

/// Every 'd' of `shape` stands for a digit, everything else for itself.
bool has_shape(std::string_view text, std::string_view shape) {
  if (text.size() != shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 'd' ? !digit(text[i]) : text[i] != shape[i]) return false;
  }
  return true;
}

/// Nanoseconds of ".123"; consumes it.
std::int64_t take_fraction(std::string_view& text) {
  if (!text.starts_with('.')) return 0;
  text.remove_prefix(1);
  std::int64_t out = 0;
  std::int64_t unit = kNsPerSecond / 10;
  while (!text.empty() && digit(text[0])) {
    out += (text[0] - '0') * unit;
    unit /= 10;
    text.remove_prefix(1);
  }
  return out;
}

std::int64_t two_digits(std::string_view text) { return (text[0] - '0') * 10 + (text[1] - '0'); }

tl::unexpected<Error> no_time(std::string_view text) {
  return fail(ErrorCode::kInvalid,
              "'" + std::string(text) + "' is no time like 2026-01-02T03:04:05Z");
}

}  // namespace

Result<std::int64_t> parse_instant(std::string_view text) {
  const std::string_view base = text.substr(0, kSecondsEnd);
  if (!has_shape(base, "dddd-dd-ddTdd:dd:dd")) return no_time(text);
  const std::int64_t seconds = model::parse_rfc3339(base);
  if (seconds < -kFurthest || seconds > kFurthest) return no_time(text);
  // Printing it again finds months of 31 days that have 30, hours after 23 and the like.
  if (model::rfc3339(seconds * kNsPerSecond) != std::string(base) + 'Z') return no_time(text);
  std::string_view rest = text.substr(kSecondsEnd);
  const std::int64_t fraction = take_fraction(rest);
  std::int64_t offset = 0;
  if (has_shape(rest, "+dd:dd") || has_shape(rest, "-dd:dd")) {
    offset = two_digits(rest.substr(1)) * 3600 + two_digits(rest.substr(4)) * 60;
    if (rest[0] == '-') offset = -offset;
  } else if (rest != "Z") {
    return no_time(text);
  }
  return (seconds - offset) * kNsPerSecond + fraction;
}

Result<std::int64_t> parse_duration(std::string_view text) {
  constexpr std::array<std::pair<char, std::uint64_t>, 5> kUnits{
      {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86'400}, {'w', 604'800}}};
  constexpr std::uint64_t kMost = 100ULL * 366 * 86'400;  // Sums of seconds stay far below 64 bits.
  std::uint64_t seconds = 0;
  std::string_view rest = text;
  do {
    std::uint64_t amount = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), amount);
    const auto used = static_cast<std::size_t>(end - rest.data());
    std::uint64_t unit = 0;
    for (const auto& [letter, length] : kUnits) {
      if (used < rest.size() && rest[used] == letter) unit = length;
    }
    if (error != std::errc{} || amount > kMost || unit == 0) {
      return fail(ErrorCode::kInvalid,
                  "'" + std::string(text) + "' is no duration like 90s, 10m, 1h30m or 2d");
    }
    seconds += amount * unit;
    rest.remove_prefix(used + 1);
    if (seconds > kMost)
      return fail(ErrorCode::kInvalid, "'" + std::string(text) + "' is too long");
  } while (!rest.empty());
  return static_cast<std::int64_t>(seconds) * kNsPerSecond;
}

}  // namespace pawprint::replay
