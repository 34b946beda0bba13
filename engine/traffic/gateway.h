// A request at a builtin gateway.
#pragma once

#include "engine/traffic/answer.h"
#include "engine/traffic/merge.h"
#include "engine/traffic/request.h"

namespace pawprint::traffic {

/// The MeshGateway of a Gateway "ns/name": `name.ns`, or the one of that very name. Null: none.
const MeshGateway* find_gateway(const World& world, const std::string& gateway);

/// Rules that reach one listener, by the hostname they are for.
struct HostRules {
  std::string hostname;
  std::vector<MergedRule> rules;
};
using Excluded = std::set<std::string>;  ///< Objects that a proxy cannot take.

/// Policies that reach the listener, in the order in which they override each other.
std::vector<const RoutePolicy*> attached(const std::vector<RoutePolicy>& policies,
                                         const MeshGateway& gateway, const Listener& listener,
                                         const Excluded& excluded);
std::vector<HostRules> host_rules(const std::vector<const RoutePolicy*>& policies,
                                  const Listener& listener);

void route_at_gateway(const World& world, const MeshGateway& gateway, const Request& request,
                      Answer& answer);

}  // namespace pawprint::traffic
