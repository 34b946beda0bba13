// The node `route`: one route of any kind judged and translated.
#pragma once

#include "engine/rules/gateway.h"
#include "engine/rules/mesh_http_route.h"
#include "engine/rules/mesh_tcp_route.h"

namespace pawprint::rules {

extern const Rule kRouteAccepted;
extern const Rule kRouteResolved;

/// What a route adds to attachedRoutes of one listener and, for TLSRoute and TCPRoute, which of
/// its connections it asks for.
struct Contribution {
  world::ObjId gateway = 0;
  Sym listener;  ///< JudgedListener::key.
  std::int64_t routes = 0;
  bool connections = false;    ///< A TLSRoute or TCPRoute that generates something.
  std::vector<Sym> hostnames;  ///< SNI that it takes there, sorted; empty on TCP.
  bool operator==(const Contribution&) const = default;
};

/// A BackendTLSPolicy that covers a backend of the route, and a Gateway that the route is on.
struct PolicyUse {
  world::ObjId policy = 0, gateway = 0;
  auto operator<=>(const PolicyUse&) const = default;
};

template <class T>
struct RouteResult {
  bool handled = false;              ///< False: absent, or Kuma would be stuck.
  std::vector<Section<T>> sections;  ///< One per parentRef of ours, in Kuma's order.
  std::vector<Generated> outputs;
  std::vector<Contribution> contributions;  ///< At most one per (gateway, listener).
  std::vector<PolicyUse> policies;          ///< Sorted, each once.
  std::vector<Remark> remarks;
};

template <class T>
RouteResult<T> evaluate_route(Context<T>& ctx, const Object& object, const ClassValues& classes);

}  // namespace pawprint::rules
