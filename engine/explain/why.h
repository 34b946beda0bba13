// The answer to "why is this field what it is": rule, input field, record, writer.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "engine/explain/history.h"
#include "engine/explain/trace.h"
#include "engine/model/field_path.h"
#include "engine/result.h"

namespace pawprint::explain {

/// Builds the body of a `why` answer (docs/cli.md): object, zone, field, value,
/// rule, causes and gates; the caller adds the envelope.
///
/// `body` is the JSON of the generated object or status that `trace` explains, `upto` the moment
/// asked about. A field with members gives the causes of all its leaves, each once, and lists the
/// leaves with their own causes under `fields`. Each cause says in `origin` what its value is:
/// "field", "api default", "absent" (value null), "setting" or "constant"; only a field has a
/// writer. When several writers may have made a change, `writer` is the latest and `writers` lists
/// all.
///
/// kNotFound when the object has no such field.
Result<nlohmann::json> why(const ObjectTrace& trace, std::string_view body,
                           const model::FieldPath& field, History& history, record::Seq upto);

}  // namespace pawprint::explain
