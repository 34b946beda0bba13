// Takes what looks like a credential out of text and JSON that leaves the store.
//
// The log keeps objects as received; what is printed where others read it (log lines, error texts,
// HTTP answers, exports) goes through here first. Recognition is by name and by shape, so it finds
// what people call by its name, not every secret: docs/secrets.md says where it applies and what it
// cannot know. Idempotent: scrubbing twice changes nothing more. Pure; thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace pawprint::model {

/// What stands in place of a value that was taken out.
inline constexpr std::string_view kScrubbed = "[scrubbed]";

/// Whether a header, annotation or parameter of this name holds a credential: Authorization,
/// Cookie, X-Api-Key, and names with words like token, password or secret. Case and the kind of
/// separator do not matter ("clientSecret", "client_secret", "X-Client-Secret"). Names of things
/// that only refer to a credential ("secretName", "tokenFile") do not count.
bool names_credential(std::string_view name);

/// `text` with these taken out: private keys in PEM, JWTs, credentials in URLs, "Bearer ..." and
/// "Basic ...", and values that follow a name that names_credential knows (`token=...`,
/// `"password": "..."`). Names stay, so that a reader sees what was there.
std::string scrub_text(std::string_view text);

/// Every text in `value` by scrub_text, and whole values where a name says what they are: headers
/// and query parameters ({"name": N, "value": V}), members of annotations, and inline bytes of a
/// key in Kuma's data sources. An annotation that holds a whole manifest is scrubbed as JSON.
/// Numbers, structure and order stay. Walks as deep as `value` is.
void scrub(nlohmann::json& value);

}  // namespace pawprint::model
