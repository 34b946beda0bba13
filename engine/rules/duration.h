// Durations of the Gateway API (GEP-2257) and of Kuma, exact to the millisecond.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pawprint::rules {

/// Milliseconds of one to four groups of one to five digits, each with h, m, s or ms; nothing for
/// any other text. Units may come in any order and repeat, as in the GEP's pattern.
std::optional<std::int64_t> parse_duration(std::string_view text);

/// As Go prints it, which is what Kuma's admission turns any other spelling into: "1m30s", "1.5s",
/// "250ms", "0s".
std::string print_duration(std::int64_t ms);

}  // namespace pawprint::rules
