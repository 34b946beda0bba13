// The answer of `why`, as JSON.
#pragma once

#include <string_view>

#include "engine/model/field_path.h"
#include "engine/record/record.h"
#include "engine/result.h"
#include "replay/answer.h"
#include "replay/fold.h"
#include "store/log.h"

namespace pawprint::replay {

/// Why a field is what it is at the moment of `past`. The empty path asks about all fields. Of a
/// generated object or a status: rules and what they read. Of an input: the record since which it
/// has its value, and who wrote it; `rule` is null and the chain ends there. The empty path of an
/// object whose status is ours asks about that status. kNotFound: no such object or field.
Result<Json> why_answer(const Past& past, store::Reader& log, const record::ObjectKey& object,
                        const model::FieldPath& field);

}  // namespace pawprint::replay
