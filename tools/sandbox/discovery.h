// What the server says about itself: /version, /readyz, and the discovery documents, plain and
// aggregated (apidiscovery.k8s.io/v2).
#pragma once

#include <optional>

#include "tools/sandbox/cluster.h"

namespace pawprint::sandbox {

/// The answer to a GET of a path that is not a resource; nullopt when it is none of these.
std::optional<Response> discover(const Cluster& cluster, const Request& request,
                                 const Target& target);

/// The reviews of authentication.k8s.io and authorization.k8s.io: whoever may connect may do
/// everything. nullopt when the path is none of these.
std::optional<Answer<Response>> review(const Request& request, const Target& target);

}  // namespace pawprint::sandbox
