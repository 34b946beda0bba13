// TLSRoute and TCPRoute -> MeshTCPRoute. UDPRoute is judged and never generated: Kuma's gateways
// and sidecars carry no UDP.
#pragma once

#include "engine/rules/http_rule.h"

namespace pawprint::rules {

extern const Rule kMeshTcpRoute;
extern const Rule kMeshTcpRouteTarget;

/// Whether routes of this kind take whole connections: TLSRoute, TCPRoute and UDPRoute.
bool connection_route(Kind kind);

/// Host names (SNI) of the listener that the route takes; empty where there are none (TCP).
template <class T>
std::vector<Sym> served_hostnames(Context<T>& ctx, const RouteInput<T>& route,
                                  const model::Listener& listener);

/// Resolves the backends of each rule; a rule that cannot be expressed gets a fault.
template <class T>
std::vector<RulePlan<T>> plan_connections(Context<T>& ctx, const RouteInput<T>& route,
                                          ParentKind parent);

/// One MeshTCPRoute per listener that takes the route, or per parent Service.
template <class T>
std::vector<Generated> print_tcp_routes(Context<T>& ctx, const RouteInput<T>& route,
                                        std::size_t parent_index, const Attachment<T>& attachment,
                                        const std::vector<RulePlan<T>>& plans);

}  // namespace pawprint::rules
