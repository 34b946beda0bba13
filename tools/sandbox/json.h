// The one JSON type of the sandbox: object members sorted by name, which is how an API server
// prints custom resources.
#pragma once

#include <nlohmann/json.hpp>

namespace pawprint::sandbox {

using Json = nlohmann::json;

/// The member `name` of an object, or null when `value` is not an object or has no such member.
inline const Json& member(const Json& value, const std::string& name) {
  static const Json kNull;
  if (!value.is_object()) return kNull;
  auto found = value.find(name);
  return found == value.end() ? kNull : *found;
}

/// The string member `name`, or "" when it is absent or not a string.
inline std::string text(const Json& value, const std::string& name) {
  const Json& found = member(value, name);
  return found.is_string() ? found.get<std::string>() : std::string();
}

}  // namespace pawprint::sandbox
