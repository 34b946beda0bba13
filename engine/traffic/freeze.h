// Policies that keep a proxy from taking any new configuration (D-26, D-27, D-47).
//
// A proxy's answers are then those of its configuration before. What that was cannot be known from
// the graph; the best account of it is the graph without the policies found here.
#pragma once

#include "engine/traffic/destination.h"
#include "engine/traffic/gateway.h"
#include "engine/traffic/policy.h"

namespace pawprint::traffic {

/// Adds to `answer.frozen`, and returns the policies to leave out.
Excluded frozen_at_gateway(const World& world, const MeshGateway& gateway, Answer& answer);
Excluded frozen_at_sidecar(const World& world, const Sidecar& sidecar, Answer& answer);

}  // namespace pawprint::traffic
