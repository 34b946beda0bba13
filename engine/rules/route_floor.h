// Routes for what no route takes: the floor under the routes of a MeshGateway or a Service.
//
// A MeshGateway with an HTTP port that no route uses never gets a consistent configuration (D-48),
// and a listener without routes isolates nothing. On sidecars Kuma sends what no rule takes to the
// Service itself, unless some rule is the catch-all (D-05).
#pragma once

#include "engine/rules/mesh_gateway.h"
#include "engine/rules/route_input.h"

namespace pawprint::rules {

extern const Rule kGatewayFloor;
extern const Rule kServiceFloor;

/// One for all listeners of the MeshGateway; its one path is nobody's, everything else stays 404.
template <class T>
Generated print_gateway_floor(Context<T>& ctx, const GatewayInput<T>& in);

/// One for the ports that a parentRef selects, for all clients (the route lives in the Service's
/// namespace) or for those of the route's namespace. Every route of the same kind asks for the same
/// object: its body depends on the Service, the mesh and the namespace only.
template <class T>
Generated print_service_floor(Context<T>& ctx, const RouteInput<T>& route,
                              const model::ParentRef& parent, const Attachment<T>& attachment);

}  // namespace pawprint::rules
