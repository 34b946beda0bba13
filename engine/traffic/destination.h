// The Service that a client in the mesh calls, and the policies' `to` that mean it.
#pragma once

#include <string>
#include <vector>

#include "engine/traffic/reference.h"
#include "engine/traffic/world.h"

namespace pawprint::traffic {

/// One outbound of a sidecar.
struct Outbound {
  std::string mesh, ns, name;
  std::int32_t port = 0;
  Resolved resolved;
  bool exists = false;
  bool real = false;                         ///< Addressed as a MeshService.
  const Destination* destination = nullptr;  ///< The MeshService, when real.
};
Outbound outbound_of(const World& world, const std::string& ns, const std::string& name,
                     std::int32_t port);

/// `to`, written in `policy`, is about this outbound.
bool means(const TargetRef& to, const Meta& policy, const Outbound& outbound);

/// The object "ns/name" split; the namespace may be empty.
struct NsName {
  std::string ns, name;
};
NsName split_name(const std::string& text);

}  // namespace pawprint::traffic
