// HTTPRoute -> MeshHTTPRoute, for Gateway parents and for Service parents (GAMMA).
#pragma once

#include "engine/rules/http_rule.h"

namespace pawprint::rules {

extern const Rule kMeshHttpRoute;
extern const Rule kMeshHttpRouteTarget;
extern const Rule kMeshHttpRouteHostnames;
extern const Rule kGammaTarget;
extern const Rule kGammaDestination;

/// The objects of one accepted parentRef: a MeshHTTPRoute, or one per listener when not all of them
/// take the route (D-01), each split by timeouts and retries and with the policies for these; of a
/// Service parent also the floor under its routes.
template <class T>
std::vector<Generated> print_routes(Context<T>& ctx, const RouteInput<T>& route,
                                    std::size_t parent_index, const Attachment<T>& attachment,
                                    const std::vector<RulePlan<T>>& plans,
                                    std::vector<Remark>& remarks);

}  // namespace pawprint::rules
