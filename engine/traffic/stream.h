// Connections that no HTTP route reads: TCP and TLS listeners, and MeshTCPRoutes on sidecars.
#pragma once

#include "engine/traffic/answer.h"
#include "engine/traffic/destination.h"
#include "engine/traffic/gateway.h"
#include "engine/traffic/policy.h"

namespace pawprint::traffic {

void stream_at_gateway(const World& world, const MeshGateway& gateway, const Request& request,
                       const Excluded& excluded, Answer& answer);

/// Forwards to the MeshTCPRoute's backends, else to the Service itself.
void stream_at_sidecar(const World& world, const Sidecar& sidecar, const Outbound& outbound,
                       Answer& answer);
/// Some MeshTCPRoute is about this Service.
bool has_stream_route(const World& world, const Sidecar& sidecar, const Outbound& outbound);

}  // namespace pawprint::traffic
