// A record as JSON for people.
#pragma once

#include <string>

#include "engine/record/record.h"
#include "replay/answer.h"

namespace pawprint::replay {

/// Everything of the record but its body, and `detail`, a short text that says what happened.
Json record_head(const record::Record& record);
/// The same with `body`: the JSON document as it is stored, or text (Quarantined,
/// unless what is stored says in JSON what could not be read, and why).
Json record_json(const record::Record& record);

}  // namespace pawprint::replay
