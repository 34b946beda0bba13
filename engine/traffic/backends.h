// The shares of a rule: who gets the request, with which weight, and what fails.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/traffic/answer.h"
#include "engine/traffic/filters.h"
#include "engine/traffic/merge.h"
#include "engine/traffic/reference.h"

namespace pawprint::traffic {

/// Gateways key shares by cluster: equal ones collapse and the last weight wins (D-26). What cannot
/// be resolved keeps its share and answers 500; without endpoints 503.
std::vector<Backend> gateway_backends(const World& world, const MergedRule& rule);

/// What a gateway's configuration fails with because of the rule's references or weights (D-26,
/// D-47). `leaves_routes`: the proxy still takes the routes and answers 500 for the share.
struct Freeze {
  std::string why;
  bool leaves_routes = false;
};
std::optional<Freeze> gateway_freeze(const World& world, const MergedRule& rule);

/// Sidecars drop what cannot be resolved, is not served over HTTP or weighs nothing; equal ones add
/// up. Unset: no share is left, and the rule is skipped.
std::optional<std::vector<Backend>> sidecar_backends(const World& world, const MergedRule& rule,
                                                     const Resolved& parent);

/// Shares of a MeshTCPRoute; what cannot be reached keeps its share and is closed.
std::vector<Backend> stream_backends(const World& world, const MergedRule& rule);

Backend backend_of(const Resolved& resolved, std::uint64_t weight, Proxy proxy);

/// Mirrors of a rule; `freeze` is set when they keep the proxy from any new configuration (D-27).
std::vector<Mirror> mirrors_to(const World& world, const MergedRule& rule, Proxy proxy,
                               std::string& freeze);

}  // namespace pawprint::traffic
