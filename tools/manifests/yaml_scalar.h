// What a YAML scalar is in JSON, as Kubernetes tools read it (sigs.k8s.io/yaml): YAML 1.1.
//
// Plain `yes`, `on`, `n` are booleans; `0x1f`, `0b1`, `0o17` and `017` are integers; underscores in
// numbers are ignored; times and sexagesimal numbers stay text. Quoted scalars are always text.
#pragma once

#include <string>
#include <string_view>

#include "engine/result.h"

namespace pawprint::manifests {

/// JSON text of a scalar. `tag` is the resolved tag: "?" for plain, "!" for quoted or block
/// scalars, or an explicit one ("tag:yaml.org,2002:int"). kInvalid when JSON has no such value
/// (.inf, .nan) or the text does not fit an explicit tag.
Result<std::string> scalar_to_json(std::string_view text, std::string_view tag);

/// The member name that a scalar key becomes: numbers and booleans become their JSON text.
Result<std::string> scalar_to_name(std::string_view text, std::string_view tag);

}  // namespace pawprint::manifests
