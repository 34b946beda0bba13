// As much of OpenAPI v3 as kubectl asks for before it applies: which kinds take ?fieldValidation=.
// It leaves checking to the server then. Schemas are not published.
#pragma once

#include <optional>

#include "tools/sandbox/cluster.h"

namespace pawprint::sandbox {

/// GET /openapi/v3 and /openapi/v3/api(s)/...; nullopt for any other path.
std::optional<Response> open_api(const Cluster& cluster, const Target& target);

}  // namespace pawprint::sandbox
