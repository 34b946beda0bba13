#include "engine/traffic/stream.h"

#include <algorithm>

#include "engine/traffic/backends.h"
#include "engine/traffic/hostname.h"
#include "engine/traffic/take.h"

namespace pawprint::traffic {
namespace {

/// All policies' rules are one rule: a later policy's backends replace an earlier one's.
MergedRule merged(const std::vector<std::pair<const RoutePolicy*, std::size_t>>& list) {
  MergedRule out;
  for (const auto& [policy, to] : list) {
    const auto& rules = policy->to[to].rules;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      out.from.push_back({policy, to, i});
      if (!rules[i].refs) continue;
      out.refs = &*rules[i].refs;
      out.refs_from = {policy, to, i};
    }
  }
  return out;
}

void give(const World& world, const MergedRule& rule, Answer& answer) {
  for (std::size_t i = 0; i + 1 < rule.from.size(); ++i) {
    if (rule.from[i].policy != rule.refs_from.policy) {
      consider(world, rule, 0, "precedence", rule.refs_from.policy->meta.object() + " overrides it",
               answer);
      answer.considered.back().origin =
          origin_of(world.sources, rule.from[i].policy->meta,
                    {rule.from[i].policy->meta.object(), rule.from[i].to, rule.from[i].rule, 0});
    }
  }
  Origin origin = origin_of(world, rule, 0);
  if (!origin.internal) answer.origin = std::move(origin);
  answer.kuma = rule.refs_from.policy->meta.object();
  forward(stream_backends(world, rule), answer);
  // There is no status where nothing speaks HTTP.
  answer.status = 0;
}

MergedRule rule_at(const World& world, const MeshGateway& gateway, const Listener& listener,
                   const Excluded& excluded) {
  std::vector<std::pair<const RoutePolicy*, std::size_t>> list;
  for (const RoutePolicy* each : attached(world.tcp_routes, gateway, listener, excluded)) {
    for (std::size_t to = 0; to < each->to.size(); ++to) list.emplace_back(each, to);
  }
  return merged(list);
}

/// The listener whose hostname is the server name, among those that a route opens.
const Listener* choose(const World& world, const MeshGateway& gateway, const Request& request,
                       const Excluded& excluded) {
  std::vector<const Listener*> open;
  std::vector<std::string> patterns;
  for (const Listener& each : gateway.listeners) {
    if (each.port != request.port) continue;
    if (rule_at(world, gateway, each, excluded).refs == nullptr) continue;
    open.push_back(&each);
    patterns.push_back(each.hostname);
  }
  const std::size_t best = most_specific(patterns, request.sni);
  return best == std::string::npos ? nullptr : open[best];
}

std::vector<std::pair<const RoutePolicy*, std::size_t>> sidecar_policies(const World& world,
                                                                         const Sidecar& sidecar,
                                                                         const Outbound& outbound) {
  std::vector<std::pair<const RoutePolicy*, std::size_t>> out;
  for (const RoutePolicy& each : world.tcp_routes) {
    if (!sidecar_failure(each.meta, each.top, sidecar).empty()) continue;
    for (std::size_t to = 0; to < each.to.size(); ++to) {
      if (means(each.to[to].target, each.meta, outbound)) out.emplace_back(&each, to);
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return overridden(a.first->meta, a.first->top, b.first->meta, b.first->top);
  });
  return out;
}

}  // namespace

void stream_at_gateway(const World& world, const MeshGateway& gateway, const Request& request,
                       const Excluded& excluded, Answer& answer) {
  const auto at = std::find_if(gateway.listeners.begin(), gateway.listeners.end(),
                               [&](const Listener& each) { return each.port == request.port; });
  const bool tls = at->protocol == "TLS";
  if (request.scheme == Scheme::kUdp) return refuse("the port speaks TCP", answer);
  const bool asks_tls = !request.sni.empty() || request.scheme == Scheme::kHttps;
  if (tls && !asks_tls) {
    answer.tls = "reject";
    return refuse("the port wants TLS with a server name", answer);
  }
  const Listener* listener = choose(world, gateway, request, excluded);
  if (listener == nullptr) {
    if (tls) answer.tls = "reject";
    return refuse(tls ? "no listener with a route takes the server name '" + request.sni + "'"
                      : "port " + std::to_string(request.port) +
                            " is not opened: no MeshTCPRoute is attached to it",
                  answer);
  }
  answer.listener = listener->name;
  if (tls) answer.tls = listener->tls_mode == "PASSTHROUGH" ? "passthrough" : "terminate";
  give(world, rule_at(world, gateway, *listener, excluded), answer);
}

bool has_stream_route(const World& world, const Sidecar& sidecar, const Outbound& outbound) {
  return merged(sidecar_policies(world, sidecar, outbound)).refs != nullptr;
}

void stream_at_sidecar(const World& world, const Sidecar& sidecar, const Outbound& outbound,
                       Answer& answer) {
  const MergedRule rule = merged(sidecar_policies(world, sidecar, outbound));
  if (rule.refs != nullptr) return give(world, rule, answer);
  Backend parent = backend_of(outbound.resolved, 1, Proxy::kSidecar);
  if (outbound.resolved.kind == Resolved::Kind::kKnown && outbound.resolved.reachable) {
    parent.status = 0;
  }
  parent.protocol = "TCP";
  answer.reason = "no route is about this port; it reaches the Service itself";
  forward({std::move(parent)}, answer);
  answer.status = 0;
}

}  // namespace pawprint::traffic
