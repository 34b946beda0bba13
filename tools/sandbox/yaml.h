// YAML to JSON by the rules that API servers use (YAML 1.1 core types, no anchors of depth, no
// tags).
#pragma once

#include <string_view>
#include <vector>

#include "engine/result.h"
#include "tools/sandbox/json.h"

namespace pawprint::sandbox {

/// Every non-empty document of `yaml`, in order. JSON is YAML, so a JSON text works too.
/// kInvalid with line and column on a syntax error, and on nesting deeper than 512.
Result<std::vector<Json>> yaml_documents(std::string_view yaml);

}  // namespace pawprint::sandbox
