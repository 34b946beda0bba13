// What every JSON answer begins with (interfaces document, section 1).
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "engine/record/record.h"

namespace pawprint::replay {

using Json = nlohmann::json;

/// {"apiVersion":"pawprint/v1","kind":kind,"at":{"seq","time"},"coverage":coverage}.
/// `seq` 0: the answer is about no log. Coverage: full, thinned or partial.
Json answer(std::string_view kind, record::Seq seq, std::int64_t time_ns,
            std::string_view coverage = "full");

/// Parses text that this program made or has validated; a value of type "discarded" when it is no
/// JSON.
Json parsed(std::string_view text);

}  // namespace pawprint::replay
