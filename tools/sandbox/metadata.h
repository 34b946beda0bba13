// Rules for metadata that hold for every kind.
#pragma once

#include <vector>

#include "tools/sandbox/kind.h"

namespace pawprint::sandbox {

/// What is wrong with the names, labels and annotations of `object`. Names follow the kind's own
/// rule: DNS subdomain, or DNS label for Namespaces and Services.
std::vector<Cause> check_metadata(const Kind& kind, const Json& object);

}  // namespace pawprint::sandbox
