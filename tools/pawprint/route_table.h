// A Route answer as a person reads it.
#pragma once

#include <string>

#include "tools/pawprint/format.h"

namespace pawprint::cli {

/// `wide` tells also which Kuma route was asked.
std::string route_table(const Json& answer, bool wide);

}  // namespace pawprint::cli
