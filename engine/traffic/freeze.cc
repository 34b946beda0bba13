#include "engine/traffic/freeze.h"

#include <algorithm>

#include "engine/traffic/backends.h"
#include "engine/traffic/entry.h"

namespace pawprint::traffic {
namespace {

class Findings {
 public:
  Findings(Answer& answer, std::string proxy) : answer_(answer), proxy_(std::move(proxy)) {}

  void add(const RoutePolicy& policy, const std::string& why, bool leave_out) {
    Remark remark{policy.meta.object(), "error", "route/frozen",
                  why + "; " + proxy_ + " keeps its configuration, whatever else changes"};
    if (std::find(answer_.frozen.begin(), answer_.frozen.end(), remark) == answer_.frozen.end()) {
      answer_.frozen.push_back(std::move(remark));
    }
    if (leave_out && out_.insert(policy.meta.object()).second) grown_ = true;
  }
  /// True once after each finding that leaves something out.
  bool grown() { return std::exchange(grown_, false); }
  [[nodiscard]] const Excluded& out() const { return out_; }

 private:
  Answer& answer_;
  std::string proxy_;
  Excluded out_;
  bool grown_ = false;
};

void check_matches(const MergedRule& rule, Findings& findings) {
  for (const Match& each : *rule.matches) {
    const std::string bad = bad_expression(each);
    if (bad.empty()) continue;
    for (const Written& from : rule.from) {
      findings.add(*from.policy, "Envoy rejects the regular expression " + bad, true);
    }
  }
}

void check_mirrors(const World& world, const MergedRule& rule, Proxy proxy, Findings& findings) {
  std::string why;
  mirrors_to(world, rule, proxy, why);
  if (!why.empty()) findings.add(*rule.filters_from.policy, why, true);
}

bool any_bad_expression(const MergedRule& rule) {
  return std::any_of(rule.matches->begin(), rule.matches->end(),
                     [](const Match& each) { return !bad_expression(each).empty(); });
}

bool suspicious(const World& world, const MergedRule& rule, Proxy proxy) {
  std::string why;
  mirrors_to(world, rule, proxy, why);
  if (!why.empty() || any_bad_expression(rule)) return true;
  return proxy == Proxy::kGateway && gateway_freeze(world, rule).has_value();
}

/// Policies that could freeze the gateway, unless others override what they say.
Excluded suspects(const World& world, const MeshGateway& gateway) {
  Excluded out;
  for (const RoutePolicy& each : world.http_routes) {
    if (each.meta.mesh != gateway.meta.mesh || !gateway_failure(each.top, gateway).empty()) {
      continue;
    }
    for (std::size_t to = 0; to < each.to.size(); ++to) {
      const auto rules = rules_of(each, to);
      if (std::any_of(rules.begin(), rules.end(), [&](const MergedRule& rule) {
            return suspicious(world, rule, Proxy::kGateway);
          })) {
        out.insert(each.meta.object());
      }
    }
  }
  return out;
}

void check_listener(const World& world, const MeshGateway& gateway, const Listener& listener,
                    const Excluded& suspects, Findings& findings) {
  const auto policies = attached(world.http_routes, gateway, listener, findings.out());
  if (std::none_of(policies.begin(), policies.end(), [&](const RoutePolicy* each) {
        return suspects.contains(each->meta.object());
      })) {
    return;
  }
  for (const HostRules& host : host_rules(policies, listener)) {
    for (const MergedRule& rule : host.rules) {
      check_matches(rule, findings);
      check_mirrors(world, rule, Proxy::kGateway, findings);
      const auto freeze = gateway_freeze(world, rule);
      if (freeze) findings.add(*rule.refs_from.policy, freeze->why, !freeze->leaves_routes);
    }
  }
}

/// A MeshTCPRoute whose real reference leads nowhere.
void check_streams(const World& world, const MeshGateway& gateway, const Listener& listener,
                   Findings& findings) {
  for (const RoutePolicy* policy : attached(world.tcp_routes, gateway, listener, findings.out())) {
    for (const To& to : policy->to) {
      for (const Rule& rule : to.rules) {
        if (!rule.refs) continue;
        for (const BackendRef& each : *rule.refs) {
          const Resolved resolved = resolve(world, each.target, policy->meta);
          if (resolved.kind == Resolved::Kind::kKnown) continue;
          findings.add(*policy,
                       "cluster name is undefined: " + resolved.service +
                           " of a MeshTCPRoute does not exist",
                       true);
        }
      }
    }
  }
}

/// The policy's rules for a Service that exists, whichever it is: the snapshot has them all.
bool reaches_a_service(const World& world, const RoutePolicy& policy, const To& to,
                       const std::string& mesh) {
  if (!world.services_known) return true;
  const auto reaches = [&](const std::string& ns, const std::string& name,
                           const std::vector<Port>& ports) {
    return std::any_of(ports.begin(), ports.end(), [&](const Port& port) {
      Outbound outbound = outbound_of(world, ns, name, port.port);
      return outbound.exists && outbound.mesh == mesh && outbound.resolved.port.http() &&
             means(to.target, policy.meta, outbound);
    });
  };
  for (const Service& each : world.services) {
    if (reaches(each.ns, each.name, each.ports)) return true;
  }
  return std::any_of(
      world.mesh_services.begin(), world.mesh_services.end(), [&](const Destination& each) {
        return !each.derived &&
               reaches(each.meta.label("k8s.kuma.io/namespace"), each.meta.display, each.ports);
      });
}

}  // namespace

Excluded frozen_at_gateway(const World& world, const MeshGateway& gateway, Answer& answer) {
  Findings findings(answer, "MeshGateway " + gateway.meta.display);
  const Excluded bad = suspects(world, gateway);
  do {
    for (const Listener& each : gateway.listeners) {
      if (each.http()) check_listener(world, gateway, each, bad, findings);
      else check_streams(world, gateway, each, findings);
    }
  } while (findings.grown());
  return findings.out();
}

Excluded frozen_at_sidecar(const World& world, const Sidecar& sidecar, Answer& answer) {
  Findings findings(answer, "every sidecar that it reaches");
  for (const RoutePolicy& policy : world.http_routes) {
    if (!sidecar_failure(policy.meta, policy.top, sidecar).empty()) continue;
    for (std::size_t to = 0; to < policy.to.size(); ++to) {
      for (const MergedRule& rule : rules_of(policy, to)) {
        if (!suspicious(world, rule, Proxy::kSidecar)) continue;
        if (!reaches_a_service(world, policy, policy.to[to], sidecar.mesh)) continue;
        check_matches(rule, findings);
        check_mirrors(world, rule, Proxy::kSidecar, findings);
      }
    }
  }
  return findings.out();
}

}  // namespace pawprint::traffic
