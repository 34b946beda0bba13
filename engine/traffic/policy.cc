#include "engine/traffic/policy.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace pawprint::traffic {
namespace {

template <std::size_t N>
int position(const std::array<const char*, N>& order, const std::string& value) {
  const auto found = std::find(order.begin(), order.end(), value);
  return static_cast<int>(found - order.begin());
}

int kind_rank(const std::string& kind) {
  static constexpr std::array kOrder{
      "Mesh",         "Dataplane",           "MeshSubset",           "MeshGateway",
      "MeshService",  "MeshExternalService", "MeshMultiZoneService", "MeshServiceSubset",
      "MeshHTTPRoute"};
  return position(kOrder, kind);
}

int origin_rank(const std::string& origin) {
  if (origin == "global") return 0;
  return origin == "zone" ? 2 : 1;
}

int role_rank(const std::string& role) {
  static constexpr std::array kOrder{"system", "producer", "consumer", "workload-owner"};
  return position(kOrder, role.empty() ? "system" : role);
}

/// More of a Dataplane named: more specific.
int specificity(const TargetRef& top) {
  if (top.kind != "Dataplane") return 0;
  if (!top.section.empty()) return 3;
  if (!top.name.empty()) return 2;
  return top.labels.empty() ? 0 : 1;
}

bool proxy_type(const TargetRef& top, const char* type) {
  return top.proxy_types.empty() ||
         std::find(top.proxy_types.begin(), top.proxy_types.end(), type) != top.proxy_types.end();
}

Labels sidecar_tags(const Sidecar& sidecar) {
  return {{"k8s.kuma.io/namespace", sidecar.ns},
          {"kuma.io/zone", sidecar.zone},
          {"kuma.io/mesh", sidecar.mesh},
          {"kuma.io/env", "kubernetes"},
          {"kuma.io/origin", "zone"}};
}

}  // namespace

std::string role_of(const Meta& meta, const std::vector<TargetRef>& to,
                    const std::string& system_namespace) {
  std::string label = meta.label("kuma.io/policy-role");
  if (!label.empty()) return label;
  if (meta.ns == system_namespace || meta.ns.empty()) return "system";
  if (to.empty()) return "workload-owner";
  std::size_t producers = 0;
  for (const TargetRef& each : to) {
    const bool kind = each.kind == "MeshService" || each.kind == "MeshHTTPRoute";
    if (kind && !each.name.empty() && (each.ns.empty() || each.ns == meta.ns)) ++producers;
  }
  if (producers == 0) return "consumer";
  return producers == to.size() ? "producer" : "";
}

bool takes_part(const Meta& meta, const std::string& zone) {
  if (meta.label("kuma.io/effect") == "shadow") return false;
  const std::string from = meta.label("kuma.io/zone");
  return meta.label("kuma.io/origin") != "zone" || from.empty() || from == zone ||
         meta.role == "producer";
}

std::string sidecar_failure(const Meta& meta, const TargetRef& top, const Sidecar& sidecar) {
  if (meta.mesh != sidecar.mesh) return "it is in mesh " + meta.mesh;
  if ((meta.role == "consumer" || meta.role == "workload-owner") && meta.ns != sidecar.ns) {
    return "its role is " + meta.role + ": only clients in " + meta.ns;
  }
  if (top.kind == "Mesh") {
    return proxy_type(top, "Sidecar") ? "" : "its targetRef leaves out sidecars";
  }
  const Labels tags = sidecar_tags(sidecar);
  if (top.kind == "MeshSubset" && proxy_type(top, "Sidecar")) {
    return subset(top.tags, tags) ? "" : "the client lacks the tags of its targetRef";
  }
  if (top.kind == "Dataplane" && top.name.empty()) {
    return subset(top.labels, tags) ? "" : "the client lacks the labels of its targetRef";
  }
  return "its targetRef is of kind " + top.kind + ", which names other proxies";
}

std::string gateway_failure(const TargetRef& top, const MeshGateway& gateway) {
  if (top.kind == "Mesh") {
    return proxy_type(top, "Gateway") ? "" : "its targetRef leaves out gateways";
  }
  if (top.kind != "MeshGateway") return "its targetRef is of kind " + top.kind;
  if (top.name == gateway.meta.display || top.name == gateway.meta.name) return "";
  return "it is attached to MeshGateway " + top.name;
}

std::string listener_failure(const TargetRef& top, const Listener& listener) {
  if (top.kind == "Mesh" || subset(top.tags, listener.tags)) return "";
  return "listener " + listener.name + " lacks the tags of its targetRef";
}

bool overridden(const Meta& a, const TargetRef& a_top, const Meta& b, const TargetRef& b_top) {
  const auto key = [](const Meta& meta, const TargetRef& top) {
    return std::tuple(kind_rank(top.kind), specificity(top),
                      origin_rank(meta.label("kuma.io/origin")),
                      top.kind == "MeshGateway" ? top.tags.size() : 0U, role_rank(meta.role));
  };
  const auto ka = key(a, a_top);
  const auto kb = key(b, b_top);
  if (ka != kb) return ka < kb;
  if (a.display != b.display) return a.display > b.display;
  return std::tie(a.ns, a.name) > std::tie(b.ns, b.name);
}

}  // namespace pawprint::traffic
