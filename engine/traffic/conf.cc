#include "engine/traffic/conf.h"

#include <algorithm>

#include "engine/traffic/parse.h"

namespace pawprint::traffic {
namespace {

/// One policy's say, and how close to the route it is meant: the whole mesh, the Service, the
/// route.
struct Say {
  const ConfPolicy* policy;
  const Json* conf;
  int level;
};

bool names_route(const TargetRef& ref, const Meta& policy, const RoutePolicy& route, bool labels) {
  if (ref.kind != "MeshHTTPRoute") return false;
  if (!ref.labels.empty()) {
    Labels have = route.meta.labels;
    have["kuma.io/display-name"] = route.meta.display;
    have["k8s.kuma.io/namespace"] = route.meta.ns;
    have.try_emplace("kuma.io/mesh", route.meta.mesh);
    return labels && subset(ref.labels, have);
  }
  const bool name = ref.name == route.meta.name || ref.name == route.meta.display;
  const std::string& ns = ref.ns.empty() ? policy.ns : ref.ns;
  return name && (ns == route.meta.ns || ns.empty());
}

/// Level of `to` under `top` for a gateway; negative: not honoured.
int gateway_level(const ConfPolicy& policy, const TargetRef& to, const Place& place) {
  if (to.kind != "Mesh") return -1;
  if (policy.top.kind == "MeshHTTPRoute") {
    return place.route != nullptr && names_route(policy.top, policy.meta, *place.route, false) ? 0
                                                                                               : -1;
  }
  const bool reaches = gateway_failure(policy.top, *place.gateway).empty() &&
                       listener_failure(policy.top, *place.listener).empty();
  return reaches ? 0 : -1;
}

int sidecar_level(const ConfPolicy& policy, const TargetRef& to, const Place& place) {
  const bool real = place.outbound->real;
  if (policy.top.kind == "MeshHTTPRoute") {
    const bool named =
        place.route != nullptr && names_route(policy.top, policy.meta, *place.route, false);
    return !real && named && to.kind == "Mesh" ? 0 : -1;
  }
  if (!sidecar_failure(policy.meta, policy.top, place.sidecar).empty()) return -1;
  if (to.kind == "Mesh") return 0;
  // A legacy outbound orders all policies alike; a real one has the closer one win.
  if (means(to, policy.meta, *place.outbound)) return real ? 1 : 0;
  const bool named = place.route != nullptr && names_route(to, policy.meta, *place.route, true);
  return real && named ? 2 : -1;
}

std::vector<Say> says(const std::vector<ConfPolicy>& policies, const Place& place, Answer& answer) {
  std::vector<Say> out;
  for (const ConfPolicy& policy : policies) {
    if (policy.meta.mesh != place.mesh) continue;
    for (const auto& [to, conf] : policy.to) {
      const int level = place.gateway != nullptr ? gateway_level(policy, to, place)
                                                 : sidecar_level(policy, to, place);
      if (level >= 0) {
        out.push_back({&policy, &conf, level});
      } else if (place.route != nullptr &&
                 (names_route(policy.top, policy.meta, *place.route, true) ||
                  names_route(to, policy.meta, *place.route, true))) {
        answer.remarks.push_back(
            {policy.meta.object(), "warning", "route/no_effect",
             "Kuma stores it, and it does nothing to " + place.route->meta.object() + " here"});
      }
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const Say& a, const Say& b) {
    if (a.level != b.level) return a.level < b.level;
    return overridden(a.policy->meta, a.policy->top, b.policy->meta, b.policy->top);
  });
  return out;
}

ConfPolicy default_policy(const char* kind, const std::string& name, const std::string& mesh,
                          const std::string& ns, Json conf) {
  ConfPolicy out;
  out.meta.kind = kind;
  out.meta.ns = ns;
  out.meta.name = out.meta.display = name;
  out.meta.mesh = mesh;
  out.meta.role = "system";
  out.top.kind = "Mesh";
  TargetRef to;
  to.kind = "Mesh";
  out.to.emplace_back(std::move(to), std::move(conf));
  return out;
}

/// What Kuma creates with a mesh, when it was not seen.
void add_default(const World& world, const char* kind, const char* prefix, const Mesh& mesh,
                 Json conf, std::vector<ConfPolicy>& policies) {
  const std::string name = prefix + mesh.name;
  const bool seen = std::any_of(policies.begin(), policies.end(), [&](const ConfPolicy& each) {
    return each.meta.mesh == mesh.name && each.meta.display == name;
  });
  if (seen) return;
  policies.push_back(
      default_policy(kind, name, mesh.name, world.system_namespace, std::move(conf)));
}

Json merged(const std::vector<Say>& says, const char* protocol, std::string& last) {
  Json out = Json::object();
  for (const Say& each : says) {
    if (!each.conf->is_object()) continue;
    Json part = *each.conf;
    for (const char* other : {"http", "grpc", "tcp"}) {
      if (std::string_view(other) != protocol) part.erase(other);
    }
    if (part.empty()) continue;
    out.merge_patch(part);
    last = each.policy->meta.object();
  }
  return out;
}

void copy(const Json& from, const char* name, const char* as, Json& to) {
  const Json& value = member(from, name);
  if (!value.is_null()) to[as] = value;
}

Json timeouts_of(const std::vector<Say>& list) {
  std::string last;
  const Json conf = merged(list, "http", last);
  const Json& http = member(conf, "http");
  Json out = Json::object();
  copy(http, "requestTimeout", "request", out);
  copy(http, "streamIdleTimeout", "streamIdle", out);
  copy(http, "maxStreamDuration", "maxStreamDuration", out);
  copy(conf, "connectionTimeout", "connect", out);
  copy(conf, "idleTimeout", "idle", out);
  if (!out.empty()) out["policy"] = last;
  return out;
}

Json retries_of(const std::vector<Say>& list, bool grpc) {
  std::string last;
  const char* protocol = grpc ? "grpc" : "http";
  const Json conf = merged(list, protocol, last);
  const Json& retry = member(conf, protocol);
  Json out = Json::object();
  copy(retry, "numRetries", "attempts", out);
  copy(retry, "perTryTimeout", "perTry", out);
  copy(retry, "backOff", "backOff", out);
  copy(retry, "retryOn", "retryOn", out);
  if (out.empty()) return out;
  if (!out.contains("retryOn")) {
    out["retryOn"] =
        grpc ? Json{"Canceled", "DeadlineExceeded", "Internal", "ResourceExhausted", "Unavailable"}
             : Json{"GatewayError", "ConnectFailure", "RefusedStream"};
  }
  out["policy"] = last;
  return out;
}

}  // namespace

void apply_policies(const World& world, const Place& place, Answer& answer) {
  const Mesh mesh = world.mesh(place.mesh);
  std::vector<ConfPolicy> timeouts = world.timeouts;
  if (mesh.default_timeout) {
    add_default(world, "MeshTimeout", "mesh-timeout-all-", mesh,
                {{"http", {{"requestTimeout", "15s"}}}}, timeouts);
  }
  std::vector<ConfPolicy> retries = world.retries;
  if (mesh.default_retry) {
    const Json conf = {{"numRetries", 5}};
    add_default(world, "MeshRetry", "mesh-retry-all-", mesh, {{"http", conf}, {"grpc", conf}},
                retries);
  }
  answer.timeouts = timeouts_of(says(timeouts, place, answer));
  answer.retries = retries_of(says(retries, place, answer), answer.grpc_backend);
}

}  // namespace pawprint::traffic
