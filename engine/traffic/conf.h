// The MeshTimeout and MeshRetry that hold for one route, in the shapes that are honoured.
//
// Source: measurements on Kuma 2.14.3 (docs/traffic.md, "Timeouts and retries"). Both kinds apply
// to a whole MeshHTTPRoute. Where a mesh's default policies are not among the objects, they are
// believed to exist, unless the Mesh says that it has none.
#pragma once

#include "engine/traffic/answer.h"
#include "engine/traffic/destination.h"
#include "engine/traffic/policy.h"

namespace pawprint::traffic {

/// Where the request is: at a listener of a gateway, or at an outbound of a sidecar.
struct Place {
  std::string mesh;
  const MeshGateway* gateway = nullptr;
  const Listener* listener = nullptr;
  const Outbound* outbound = nullptr;
  Sidecar sidecar;
  const RoutePolicy* route = nullptr;  ///< The MeshHTTPRoute; null: none took the request.
};

/// Fills timeouts and retries of `answer`, and tells policies that name the route without effect.
void apply_policies(const World& world, const Place& place, Answer& answer);

}  // namespace pawprint::traffic
