// Definitions compiled into the program: JSON arrays that definition_packer makes at build time
// from builtin.yaml and deploy/crds, without descriptions.
#pragma once

#include <string_view>

namespace pawprint::sandbox {

extern const std::string_view kBuiltinDefinitions;
extern const std::string_view kCustomDefinitions;

}  // namespace pawprint::sandbox
