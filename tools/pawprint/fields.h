// Changed fields in plain text.
#pragma once

#include "tools/pawprint/format.h"

namespace pawprint::cli {

/// {"path","from","to"} as "~ .spec.x: 1 -> 2", "+ .spec.x: 2" or "- .spec.x: 1".
std::string change_line(const Json& field);

}  // namespace pawprint::cli
