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

/// Why a field of a generated object or a status is what it is at the moment of `past`. The empty
/// path asks about all fields. kNotFound: no such object or field, or the object is an input of
/// which nothing was decided.
Result<Json> why_answer(const Past& past, store::Reader& log, const record::ObjectKey& object,
                        const model::FieldPath& field);

}  // namespace pawprint::replay
