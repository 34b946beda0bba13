// The few members of an object that the edge itself must know.
#pragma once

#include <string>
#include <string_view>

#include "engine/result.h"

namespace pawprint::watch::reflect {

struct ObjectHead {
  std::string api_version, kind, ns, name, uid, resource_version;
};

/// Validates the whole document (UTF-8, syntax, depth) and reads its head. kInvalid says why it is
/// no object; the text is not quoted.
Result<ObjectHead> read_head(std::string_view object);

/// As much as can be made out in text that is damaged or cut off.
ObjectHead guess_head(std::string_view object);

}  // namespace pawprint::watch::reflect
