// One YAML document as JSON, the way Kubernetes tools convert it.
#pragma once

#include <string>
#include <string_view>

#include "engine/result.h"

namespace pawprint::manifests {

/// Where and why a document is not usable. `line` counts from 1 within the text.
struct YamlFault {
  std::size_t line = 0;
  std::string message;  ///< A phrase; names keys, never values.
};

/// Compact JSON of a single document, members in their order. Anchors, aliases and merge keys are
/// resolved. Refused: invalid UTF-8, a key twice, keys that are no scalars, aliases that contain
/// themselves, and documents whose JSON exceeds `limit` bytes (alias bombs).
tl::expected<std::string, YamlFault> yaml_to_json(std::string_view yaml,
                                                  std::size_t limit = std::size_t{64} << 20U);

}  // namespace pawprint::manifests
