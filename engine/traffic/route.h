// Which backend a request gets, and why: the front door of this folder.
//
// Models how Kuma 2.14.3 and its proxies consume Kuma resources, from measurements on real proxies
// (docs/traffic.md). Pure and deterministic: the answer is a function of world and request.
#pragma once

#include <string>
#include <vector>

#include "engine/traffic/answer.h"
#include "engine/traffic/request.h"
#include "engine/traffic/world.h"

namespace pawprint::traffic {

/// `request` must name a gateway or a service; one that does not exist gives outcome none and a
/// reason.
Answer route(const World& world, const Request& request);

/// What could answer a request that names neither: gateways with a listener for its port, scheme
/// and host, and Services that its host names. Sorted.
struct Parent {
  bool gateway = false;
  std::string name;  ///< "ns/name".
  auto operator<=>(const Parent&) const = default;
};
std::vector<Parent> parents_of(const World& world, const Request& request);

}  // namespace pawprint::traffic
