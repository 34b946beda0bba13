#include "engine/traffic/sidecar.h"

#include <algorithm>

#include "engine/traffic/backends.h"
#include "engine/traffic/conf.h"
#include "engine/traffic/destination.h"
#include "engine/traffic/entry.h"
#include "engine/traffic/freeze.h"
#include "engine/traffic/stream.h"
#include "engine/traffic/take.h"

namespace pawprint::traffic {
namespace {

constexpr std::int32_t kNotFound = 404;

struct Client {
  const World& world;
  const Request& request;
  Outbound outbound;
  Sidecar sidecar;
  Excluded excluded;
};

bool about(const RoutePolicy& policy, const Outbound& outbound) {
  return std::any_of(policy.to.begin(), policy.to.end(),
                     [&](const To& each) { return means(each.target, policy.meta, outbound); });
}

/// Policies about the Service that reach the client, in the order in which they override.
std::vector<const RoutePolicy*> reaching(const Client& client, Answer& answer) {
  std::vector<const RoutePolicy*> out;
  for (const RoutePolicy& each : client.world.http_routes) {
    if (!about(each, client.outbound)) continue;
    if (client.excluded.contains(each.meta.object())) {
      consider_all(client.world, each, "frozen", "the sidecar cannot take this route", answer);
      continue;
    }
    const std::string why = sidecar_failure(each.meta, each.top, client.sidecar);
    if (why.empty()) out.push_back(&each);
    else consider_all(client.world, each, "client", why, answer);
  }
  std::stable_sort(out.begin(), out.end(), [](const RoutePolicy* a, const RoutePolicy* b) {
    return overridden(a->meta, a->top, b->meta, b->top);
  });
  return out;
}

std::vector<MergedRule> rules_for(const Client& client,
                                  const std::vector<const RoutePolicy*>& policies) {
  Merger merger;
  for (const RoutePolicy* policy : policies) {
    for (std::size_t to = 0; to < policy->to.size(); ++to) {
      if (means(policy->to[to].target, policy->meta, client.outbound)) {
        merger.add(*policy, to);
      }
    }
  }
  return merger.take();
}

bool catch_all(const Match& match) {
  return match.has_path && match.kind == Match::Path::kPrefix && match.path == "/" &&
         match.method.empty() && match.headers.empty() && match.query.empty();
}

bool has_catch_all(const std::vector<MergedRule>& rules) {
  return std::any_of(rules.begin(), rules.end(), [](const MergedRule& each) {
    return std::any_of(each.matches->begin(), each.matches->end(), catch_all);
  });
}

/// What a rule without a single usable backend is told with.
void consider_skipped(const Client& client, const MergedRule& rule, Answer& answer) {
  for (std::size_t i = 0; i < rule.matches->size(); ++i) {
    consider(client.world, rule, i, "backends",
             "no backend of the rule is usable, so the sidecar does not have it", answer);
  }
}

void reach_parent(const Client& client, std::string reason, Answer& answer) {
  answer.reason = std::move(reason);
  answer.path = client.request.path;
  forward({backend_of(client.outbound.resolved, 1, Proxy::kSidecar)}, answer);
}

void ask_rules(const Client& client, const std::vector<MergedRule>& rules, Answer& answer) {
  std::vector<MergedRule> kept;
  for (const MergedRule& rule : rules) {
    if (sidecar_backends(client.world, rule, client.outbound.resolved)) kept.push_back(rule);
    else consider_skipped(client, rule, answer);
  }
  const bool appended = !has_catch_all(rules);
  if (kept.empty() && !appended) {
    return refuse("no route is left for this Service, so the sidecar has no listener for it",
                  answer);
  }
  std::vector<Entry> entries;
  add_entries(kept, "*", entries);
  sort_entries(entries);
  const Entry* winner = walk(client.world, entries, client.request, {}, answer);
  Place place;
  place.mesh = client.outbound.mesh;
  place.outbound = &client.outbound;
  place.sidecar = client.sidecar;
  if (winner != nullptr) {
    place.route = winner->rule->from.back().policy;
    auto backends = sidecar_backends(client.world, *winner->rule, client.outbound.resolved);
    take(client.world, *winner, client.request, Proxy::kSidecar,
         std::move(backends).value_or(std::vector<Backend>{}), answer);
  } else if (appended) {
    reach_parent(client, "no rule matches; Kuma lets the request through to the Service", answer);
  } else {
    return respond(kNotFound, "no rule matches the request", answer);
  }
  apply_policies(client.world, place, answer);
}

void ask_http(const Client& client, Answer& answer) {
  const auto policies = reaching(client, answer);
  const std::vector<MergedRule> rules = rules_for(client, policies);
  remark_conflicts(rules, "for " + client.outbound.ns + '/' + client.outbound.name, answer.remarks);
  if (!rules.empty()) return ask_rules(client, rules, answer);
  if (has_stream_route(client.world, client.sidecar, client.outbound)) {
    return stream_at_sidecar(client.world, client.sidecar, client.outbound, answer);
  }
  reach_parent(client, "no route is about this Service and client", answer);
  Place place;
  place.mesh = client.outbound.mesh;
  place.outbound = &client.outbound;
  place.sidecar = client.sidecar;
  apply_policies(client.world, place, answer);
}

/// HTTP routes do nothing on a port that does not speak HTTP.
void consider_idle(const Client& client, Answer& answer) {
  for (const RoutePolicy& each : client.world.http_routes) {
    if (!about(each, client.outbound)) continue;
    consider_all(client.world, each, "protocol",
                 "port " + std::to_string(client.outbound.port) + " speaks " +
                     client.outbound.resolved.port.protocol + ", not HTTP",
                 answer);
  }
}

}  // namespace

void route_at_sidecar(const World& world, const Request& request, Answer& answer) {
  const NsName name = split_name(request.service);
  answer.parent = "Service/" + request.service;
  Client client{world, request, outbound_of(world, name.ns, name.name, request.port), {}, {}};
  const Outbound& outbound = client.outbound;
  if (!outbound.exists) {
    return refuse("Service " + request.service + " has no port " + std::to_string(request.port) +
                      " in the mesh",
                  answer);
  }
  client.sidecar = {outbound.mesh, request.from.empty() ? name.ns : request.from, world.zone};
  client.excluded = frozen_at_sidecar(world, client.sidecar, answer);
  answer.listener = outbound.resolved.port.name;
  answer.grpc_backend = outbound.resolved.port.protocol == "grpc";
  const bool http = outbound.resolved.port.http();
  if (!http) consider_idle(client, answer);
  if (request.scheme == Scheme::kUdp) return refuse("the mesh carries no UDP", answer);
  if (!http) return stream_at_sidecar(world, client.sidecar, outbound, answer);
  if (request.scheme != Scheme::kTcp) return ask_http(client, answer);
  if (has_stream_route(world, client.sidecar, outbound) &&
      rules_for(client, reaching(client, answer)).empty()) {
    return stream_at_sidecar(world, client.sidecar, outbound, answer);
  }
  refuse("the port speaks HTTP", answer);
}

}  // namespace pawprint::traffic
