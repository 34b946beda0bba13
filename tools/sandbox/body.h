// From the bytes of a request to an object that may be stored: decoding, the checks of type and
// name, unknown fields, defaults.
#pragma once

#include <string>
#include <vector>

#include "tools/sandbox/cluster.h"

namespace pawprint::sandbox {

/// JSON, or YAML when the text does not begin with a brace. 400 when it is neither or too deep.
Answer<Json> decode_text(const Call& call, const std::string& text);

/// The object in the body of a POST or PUT: right kind, version, namespace and (when the path gives
/// one) name. Fills in a namespace that is left out.
Answer<Json> decode_object(const Call& call);

/// Name and namespace of `object` against the path.
Answer<void> check_place(const Call& call, Json& object);

/// Defaults, and unknown fields by ?fieldValidation=: Strict refuses, Warn (the default) and Ignore
/// drop them. Returns what was dropped when a warning is due.
Answer<std::vector<std::string>> settle(const Call& call, Json& object);

}  // namespace pawprint::sandbox
