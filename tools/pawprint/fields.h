// Changed fields in plain text.
#pragma once

#include "tools/pawprint/format.h"

namespace pawprint::cli {

/// {"path","from","to"} as "~ .spec.x: 1 -> 2", "+ .spec.x: 2" or "- .spec.x: 1"; in yellow, green
/// and red when `colored`.
std::string change_line(const Json& field, bool colored);

}  // namespace pawprint::cli
