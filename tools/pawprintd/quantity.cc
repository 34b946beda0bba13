#include "tools/pawprintd/quantity.h"

#include <charconv>
#include <limits>
#include <string_view>
#include <utility>

namespace pawprint::pawprintd {
namespace {

/// Number and the unit behind it.
Result<std::pair<std::uint64_t, std::string_view>> split(const std::string& text,
                                                         const char* example) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{}) {
    return fail(ErrorCode::kInvalid,
                "\"" + text + "\" is not understood; write it like " + example);
  }
  return std::pair{number, std::string_view(stopped, static_cast<std::size_t>(end - stopped))};
}

Result<std::uint64_t> times(const std::string& text, std::uint64_t number, std::uint64_t factor) {
  if (factor != 0 &&
      number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / factor) {
    return fail(ErrorCode::kInvalid, "\"" + text + "\" is too large");
  }
  return number * factor;
}

Result<std::uint64_t> unknown_unit(const std::string& text, const char* example) {
  return fail(ErrorCode::kInvalid, "\"" + text + "\" is not understood; write it like " + example);
}

}  // namespace

Result<std::uint64_t> parse_number(const std::string& text) {
  auto parts = split(text, "20");
  if (!parts) return tl::unexpected(parts.error());
  if (!parts->second.empty()) return unknown_unit(text, "20");
  return times(text, parts->first, 1);
}

Result<std::uint64_t> parse_bytes(const std::string& text) {
  auto parts = split(text, "8Mi");
  if (!parts) return tl::unexpected(parts.error());
  const auto& [number, unit] = *parts;
  if (unit.empty()) return times(text, number, 1);
  if (unit == "Ki") return times(text, number, std::uint64_t{1} << 10);
  if (unit == "Mi") return times(text, number, std::uint64_t{1} << 20);
  if (unit == "Gi") return times(text, number, std::uint64_t{1} << 30);
  if (unit == "Ti") return times(text, number, std::uint64_t{1} << 40);
  return unknown_unit(text, "8Mi");
}

Result<std::chrono::seconds> parse_duration(const std::string& text) {
  auto parts = split(text, "15s, 10m, 2h or 14d");
  if (!parts) return tl::unexpected(parts.error());
  const auto& [number, unit] = *parts;
  const std::uint64_t factor = unit == "s"   ? 1
                               : unit == "m" ? 60
                               : unit == "h" ? 3600
                               : unit == "d" ? 86400
                                             : 0;
  auto seconds =
      factor == 0 ? unknown_unit(text, "15s, 10m, 2h or 14d") : times(text, number, factor);
  if (!seconds) return tl::unexpected(seconds.error());
  return std::chrono::seconds(static_cast<std::int64_t>(*seconds));
}

}  // namespace pawprint::pawprintd
