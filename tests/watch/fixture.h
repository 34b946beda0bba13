// A zone around a ScriptedServer: everything a reflector or an applier needs.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/watch/collector.h"
#include "tests/watch/scratch.h"
#include "tests/watch/scripted_server.h"
#include "watch/kinds.h"
#include "watch/kube/access.h"
#include "watch/kube/discovery.h"
#include "watch/reflect/reflector.h"
#include "watch/reflect/shared.h"

namespace pawprint::watch::tests {

inline kube::Served served_for_tests() {
  kube::Served served;
  served.version = "v1.34.4";
  served.discovery.resources = {
      {"", "v1", "Secret", "secrets", true},
      {"gateway.networking.k8s.io", "v1", "GatewayClass", "gatewayclasses", false},
      {"gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes", true},
      {"kuma.io", "v1alpha1", "MeshGateway", "meshgateways", false},
      {"kuma.io", "v1alpha1", "MeshHTTPRoute", "meshhttproutes", true}};
  return served;
}

class Zone {
 public:
  explicit Zone(ScriptedServer::Handler handler)
      : server(std::move(handler)),
        access(*kube::Access::create(*kube::load_target(scratch.kubeconfig(server.url()), ""))),
        catalog(served_for_tests(), wanted_kinds(), {}) {
    timing.pace = {kube::Millis{20}, kube::Millis{200}, kube::Millis{2000}, 0.0};
    timing.absent_poll = kube::Millis{50};
    timing.short_watch = kube::Millis{0};
  }
  ~Zone() { stop.request_stop(); }

  /// Starts a reflector for one kind; it ends with the zone.
  void reflect(const std::string& group, const std::string& kind, const std::string& cursor = {},
               const std::vector<std::string>& namespaces = {}) {
    reflect::Assignment assignment;
    assignment.group = group;
    assignment.kind = kind;
    assignment.namespaces = namespaces;
    assignment.cursor = cursor;
    assignment.optional_access = kind == "Secret";
    threads.emplace_back([this, assignment] {
      const reflect::Shared shared{"z",   access, catalog, sink,       secrets,
                                   turns, gate,   timing,  event_bytes};
      reflect::Reflector(shared, assignment, stop.get_token()).run();
    });
  }
  void reflect_routes(const std::string& cursor = {}) {
    reflect("gateway.networking.k8s.io", "HTTPRoute", cursor);
  }

  Scratch scratch;
  Collector sink;
  ScriptedServer server;
  std::shared_ptr<kube::Access> access;
  kube::Catalog catalog;
  SecretFunctions secrets = test_secret_functions();
  reflect::Turns turns{1};
  reflect::ListGate gate{2};
  reflect::Timing timing;
  std::uint64_t event_bytes = 8u << 20;
  std::stop_source stop;
  std::vector<std::jthread> threads;
};

inline std::string route(const std::string& name, const std::string& version,
                         const std::string& more = "") {
  return R"({"apiVersion":"gateway.networking.k8s.io/v1","kind":"HTTPRoute","metadata":{"name":")" +
         name + R"(","namespace":"shop","uid":"u-)" + name + R"(","resourceVersion":")" + version +
         "\"}" + more + "}";
}

inline std::string event(const std::string& type, const std::string& object) {
  return R"({"type":")" + type + R"(","object":)" + object + "}";
}

inline std::string bookmark(const std::string& version) {
  return event("BOOKMARK",
               R"({"kind":"HTTPRoute","metadata":{"resourceVersion":")" + version + "\"}}");
}

inline std::string error_event(int code, const std::string& reason) {
  return event("ERROR", R"({"kind":"Status","code":)" + std::to_string(code) + R"(,"reason":")" +
                            reason + R"(","message":"scripted"})");
}

inline std::string list_of(const std::string& version, const std::vector<std::string>& items,
                           const std::string& next = "") {
  std::string joined;
  for (const auto& item : items) joined += (joined.empty() ? "" : ",") + item;
  return R"({"kind":"List","apiVersion":"x/v1","metadata":{"resourceVersion":")" + version +
         R"(","continue":")" + next + R"("},"items":[)" + joined + "]}";
}

}  // namespace pawprint::watch::tests
