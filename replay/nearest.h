// "Did you mean": the known word that is closest to a mistyped one.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace pawprint::replay {

/// The word of `known` with the smallest edit distance to `word` (case ignored, a swap of two
/// neighbours counts once), the first of equals; empty when none is near enough to be meant.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

/// "; did you mean X?" or "".
std::string suggestion(std::string_view word, std::span<const std::string_view> known);

}  // namespace pawprint::replay
