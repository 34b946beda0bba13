// What a write that is due would change, for people.
#pragma once

#include <vector>

#include "engine/plan/operation.h"
#include "engine/reducer.h"
#include "engine/result.h"
#include "replay/field_diff.h"
#include "store/log.h"

namespace pawprint::replay {

/// The fields that `operation` would change of the object as `reducer`, which `log` was folded
/// into, last saw it; in order of path. API defaults count as present on both sides. None for a
/// deletion. Errors are those of the log.
Result<std::vector<FieldChange>> plan_writes(const plan::Operation& operation,
                                             const Reducer& reducer, store::Reader& log);

}  // namespace pawprint::replay
