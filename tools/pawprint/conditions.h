// Conditions of a status as rows of a table.
#pragma once

#include "tools/pawprint/format.h"

namespace pawprint::cli {

/// Adds one row for each condition of a Gateway API object: object, section ("" for the object
/// itself, "listener NAME", "parent NAME"), type, status, reason, message.
void add_conditions(Table& table, const Json& object);

}  // namespace pawprint::cli
