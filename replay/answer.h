// What every JSON answer begins with (docs/cli.md).
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
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

/// The text of a member; empty when `object` is no object, or the member is absent or no text. For
/// objects that people wrote, which may hold anything.
std::string text_in(const Json& object, const char* member);
/// The member, or null; never fails.
const Json& member_in(const Json& object, const char* member);

}  // namespace pawprint::replay
