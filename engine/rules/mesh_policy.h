// Timeouts and retries of a generated MeshHTTPRoute: MeshTimeout and MeshRetry.
//
// Which shape has an effect was measured on Kuma 2.14.3. On gateways, and on sidecar outbounds by
// the legacy service name, it is the policy whose top reference is the MeshHTTPRoute; on outbounds
// of a real MeshService it is the one whose `to` is. Meshes that have both kinds of outbound get
// both shapes.
#pragma once

#include "engine/rules/route_input.h"

namespace pawprint::rules {

extern const Rule kMeshTimeout;
extern const Rule kMeshRetry;

/// What the policies are about.
template <class T>
struct PolicyInput {
  const RouteInput<T>& route;
  Sym target;  ///< Name of the MeshHTTPRoute.
  ParentKind parent = ParentKind::kGateway;
  bool producer = true;     ///< Service parents: the route lives in the Service's namespace.
  const RulePlan<T>& rule;  ///< One that has the values; the others have equal ones.
};

/// None when the rule sets neither.
template <class T>
std::vector<Generated> print_policies(Context<T>& ctx, const PolicyInput<T>& in);

}  // namespace pawprint::rules
