// Which policies reach a proxy, and in which order they override each other.
//
// Source: Kuma 2.14.3, measured (docs/traffic.md, "Order of policies").
#pragma once

#include <string>
#include <vector>

#include "engine/traffic/world.h"

namespace pawprint::traffic {

/// The role that Kuma's admission computes: system in the system namespace; elsewhere producer
/// (about a Service of its own namespace), consumer, or "" for a mixture, which it refuses.
std::string role_of(const Meta& meta, const std::vector<TargetRef>& to,
                    const std::string& system_namespace);

/// False for policies of another zone and those with `kuma.io/effect: shadow`.
bool takes_part(const Meta& meta, const std::string& zone);

/// A sidecar, as far as a request tells it: where the client runs.
struct Sidecar {
  std::string mesh, ns, zone;
};
/// Empty: the policy reaches the sidecar; else why not.
std::string sidecar_failure(const Meta& meta, const TargetRef& top, const Sidecar& sidecar);

/// The same for a gateway of the policy's mesh, and for one of its listeners. A policy about the
/// whole mesh reaches gateways too (D-46).
std::string gateway_failure(const TargetRef& top, const MeshGateway& gateway);
std::string listener_failure(const TargetRef& top, const Listener& listener);

/// Where a policy stands: a later one overrides an earlier one.
bool overridden(const Meta& a, const TargetRef& a_top, const Meta& b, const TargetRef& b_top);

}  // namespace pawprint::traffic
