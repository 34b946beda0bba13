#include "engine/traffic/gateway.h"

#include <algorithm>
#include <map>

#include "engine/traffic/backends.h"
#include "engine/traffic/conf.h"
#include "engine/traffic/destination.h"
#include "engine/traffic/entry.h"
#include "engine/traffic/freeze.h"
#include "engine/traffic/hostname.h"
#include "engine/traffic/policy.h"
#include "engine/traffic/stream.h"
#include "engine/traffic/take.h"

namespace pawprint::traffic {
namespace {

constexpr std::int32_t kNotFound = 404;

std::vector<std::string> hostnames_of(const To& to) {
  return to.hostnames.empty() ? std::vector<std::string>{"*"} : to.hostnames;
}

struct AtPort {
  const World& world;
  const MeshGateway& gateway;
  const Request& request;
  Excluded excluded;

  [[nodiscard]] std::vector<HostRules> rules(const Listener& listener,
                                             const Excluded& without) const {
    return host_rules(attached(world.http_routes, gateway, listener, without), listener);
  }
  /// A listener without any route is invisible.
  [[nodiscard]] bool visible(const Listener& listener) const {
    const auto policies = attached(world.http_routes, gateway, listener, {});
    return std::any_of(policies.begin(), policies.end(), [&](const RoutePolicy* policy) {
      return std::any_of(policy->to.begin(), policy->to.end(), [&](const To& to) {
        const auto hostnames = hostnames_of(to);
        return std::any_of(hostnames.begin(), hostnames.end(), [&](const std::string& each) {
          return hosts_intersect(each, listener.hostname);
        });
      });
    });
  }
  [[nodiscard]] std::vector<const Listener*> visible_at(const std::string& protocol) const {
    std::vector<const Listener*> out;
    out.reserve(gateway.listeners.size());
    for (const Listener& each : gateway.listeners) {
      if (each.port == request.port && each.protocol == protocol && visible(each)) {
        out.push_back(&each);
      }
    }
    return out;
  }
};

const Listener* choose(const std::vector<const Listener*>& listeners, const std::string& host) {
  std::vector<std::string> patterns;
  patterns.reserve(listeners.size());
  for (const Listener* each : listeners) patterns.push_back(each->hostname);
  const std::size_t best = most_specific(patterns, host);
  return best == std::string::npos ? nullptr : listeners[best];
}

/// Routes of this gateway, none of which was asked.
void consider_none(const AtPort& at, const std::string& why, Answer& answer) {
  for (const RoutePolicy& each : at.world.http_routes) {
    if (each.meta.mesh == at.gateway.meta.mesh && gateway_failure(each.top, at.gateway).empty()) {
      consider_all(at.world, each, "listener", why, answer);
    }
  }
}

/// D-48: a port that no route reaches, next to one that some route reaches.
void no_route_at_port(const AtPort& at, Answer& answer) {
  const bool elsewhere = std::any_of(
      at.gateway.listeners.begin(), at.gateway.listeners.end(), [&](const Listener& each) {
        return each.port != at.request.port && each.http() && at.visible(each);
      });
  if (!elsewhere) {
    respond(kNotFound, "no route is attached to the gateway", answer);
    return;
  }
  answer.frozen.push_back({at.gateway.meta.object(), "error", "route/frozen",
                           "no route is attached to port " + std::to_string(at.request.port) +
                               " while other ports have some: the gateway never gets a "
                               "consistent configuration (D-48)"});
  consider_none(at, "it is not attached to port " + std::to_string(at.request.port), answer);
  refuse("port " + std::to_string(at.request.port) + " is not opened: no route is attached to it",
         answer);
}

/// Routes of this gateway that are not attached to the listener.
void consider_others(const AtPort& at, const Listener& listener, Answer& answer) {
  for (const RoutePolicy& each : at.world.http_routes) {
    if (each.meta.mesh != at.gateway.meta.mesh || !gateway_failure(each.top, at.gateway).empty()) {
      continue;
    }
    const std::string why = listener_failure(each.top, listener);
    if (!why.empty()) consider_all(at.world, each, "listener", why, answer);
    else if (at.excluded.contains(each.meta.object())) {
      consider_all(at.world, each, "frozen", "the gateway cannot take this route", answer);
    }
  }
}

void remark_leak(const Entry& winner, Answer& answer) {
  const RoutePolicy& policy = *winner.rule->face().policy;
  if (policy.top.kind != "Mesh") return;
  answer.remarks.push_back({policy.meta.object(), "warning", "route/leak",
                            "its targetRef is the whole mesh, so it also reaches every listener "
                            "of every gateway (D-46)"});
}

MatchRules match_rules(const std::vector<Entry>& entries) {
  MatchRules out;
  out.query_expressions_collapse = true;
  for (const Entry& each : entries) {
    const Match& match = each.what();
    if (match.kind == Match::Path::kExact) out.shadowed.push_back(match.path);
  }
  return out;
}

void ask_listener(const AtPort& at, const Listener& listener, Answer& answer) {
  answer.listener = listener.name;
  const std::string host = at.request.host();
  const std::vector<HostRules> all = at.rules(listener, at.excluded);
  std::vector<Entry> entries;
  for (const HostRules& each : all) {
    remark_conflicts(each.rules, "at listener " + listener.name, answer.remarks);
    if (host_matches(each.hostname, host)) {
      add_entries(each.rules, each.hostname, entries);
      continue;
    }
    for (const MergedRule& rule : each.rules) {
      for (std::size_t i = 0; i < rule.matches->size(); ++i) {
        consider(at.world, rule, i, "hostname",
                 (host.empty() ? "the request names no host" : host) + ", not " + each.hostname,
                 answer);
      }
    }
  }
  sort_entries(entries);
  const Entry* winner = walk(at.world, entries, at.request, match_rules(entries), answer);
  consider_others(at, listener, answer);
  Place place;
  place.mesh = at.gateway.meta.mesh;
  place.gateway = &at.gateway;
  place.listener = &listener;
  if (winner == nullptr) {
    respond(kNotFound, "no rule of the listener matches the request", answer);
    return;
  }
  place.route = winner->rule->from.back().policy;
  take(at.world, *winner, at.request, Proxy::kGateway, gateway_backends(at.world, *winner->rule),
       answer);
  remark_leak(*winner, answer);
  apply_policies(at.world, place, answer);
}

void ask_http(const AtPort& at, Answer& answer) {
  const auto listeners = at.visible_at("HTTP");
  if (listeners.empty()) return no_route_at_port(at, answer);
  const Listener* listener = choose(listeners, at.request.host());
  if (listener != nullptr) return ask_listener(at, *listener, answer);
  consider_none(at, "no listener of the port has this hostname", answer);
  respond(kNotFound, "no listener of the port has this hostname", answer);
}

void ask_https(const AtPort& at, Answer& answer) {
  const auto listeners = at.visible_at("HTTPS");
  if (listeners.empty()) {
    answer.tls = "reject";
    return refuse("no route is attached to port " + std::to_string(at.request.port), answer);
  }
  const Listener* listener = choose(listeners, at.request.sni);
  if (listener == nullptr) {
    const std::string why =
        "no listener of the port takes the server name '" + at.request.sni + "'";
    answer.tls = "reject";
    consider_none(at, why, answer);
    return refuse(why, answer);
  }
  answer.tls = "terminate";
  if (choose(listeners, at.request.host()) == listener) return ask_listener(at, *listener, answer);
  answer.listener = listener->name;
  respond(kNotFound, "the server name chose this listener, and the Host belongs to another",
          answer);
}

bool speaks_tls(const Request& request) { return request.scheme == Scheme::kHttps; }

void ask_web(const AtPort& at, const std::string& protocol, Answer& answer) {
  const Scheme scheme = at.request.scheme;
  if (scheme == Scheme::kTcp) return refuse("the port speaks HTTP", answer);
  if (protocol == "HTTP" && speaks_tls(at.request)) {
    answer.tls = "reject";
    return refuse("the port speaks plain HTTP", answer);
  }
  if (protocol == "HTTPS" && scheme == Scheme::kHttp) {
    return refuse("the port wants TLS", answer);
  }
  return protocol == "HTTP" ? ask_http(at, answer) : ask_https(at, answer);
}

}  // namespace

const MeshGateway* find_gateway(const World& world, const std::string& gateway) {
  const NsName name = split_name(gateway);
  const std::string full = name.ns.empty() ? name.name : name.name + '.' + name.ns;
  for (const std::string& wanted : {full, name.name}) {
    for (const MeshGateway& each : world.gateways) {
      if (each.meta.display == wanted || each.meta.name == wanted) return &each;
    }
  }
  return nullptr;
}

std::vector<const RoutePolicy*> attached(const std::vector<RoutePolicy>& policies,
                                         const MeshGateway& gateway, const Listener& listener,
                                         const Excluded& excluded) {
  std::vector<const RoutePolicy*> out;
  for (const RoutePolicy& each : policies) {
    if (each.meta.mesh == gateway.meta.mesh && !excluded.contains(each.meta.object()) &&
        gateway_failure(each.top, gateway).empty() &&
        listener_failure(each.top, listener).empty()) {
      out.push_back(&each);
    }
  }
  return out;
}

std::vector<HostRules> host_rules(const std::vector<const RoutePolicy*>& policies,
                                  const Listener& listener) {
  std::vector<std::pair<std::string, Merger>> mergers;
  std::map<std::string, std::size_t> index;
  for (const RoutePolicy* policy : policies) {
    for (std::size_t to = 0; to < policy->to.size(); ++to) {
      for (const std::string& each : hostnames_of(policy->to[to])) {
        if (!hosts_intersect(each, listener.hostname)) continue;
        const auto [at, added] = index.try_emplace(each, mergers.size());
        if (added) mergers.emplace_back(each, Merger());
        mergers[at->second].second.add(*policy, to);
      }
    }
  }
  std::vector<HostRules> out;
  out.reserve(mergers.size());
  for (auto& [hostname, merger] : mergers) out.push_back({hostname, merger.take()});
  return out;
}

void route_at_gateway(const World& world, const MeshGateway& gateway, const Request& request,
                      Answer& answer) {
  answer.parent = gateway.meta.object();
  const auto listener =
      std::find_if(gateway.listeners.begin(), gateway.listeners.end(),
                   [&](const Listener& each) { return each.port == request.port; });
  if (listener == gateway.listeners.end()) {
    return refuse("the gateway has no listener at port " + std::to_string(request.port), answer);
  }
  AtPort at{world, gateway, request, frozen_at_gateway(world, gateway, answer)};
  if (listener->http()) return ask_web(at, listener->protocol, answer);
  stream_at_gateway(world, gateway, request, at.excluded, answer);
}

}  // namespace pawprint::traffic
