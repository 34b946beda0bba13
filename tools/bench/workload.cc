#include "tools/bench/workload.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/record/bodies.h"

namespace pawprint::bench {

namespace {

using nlohmann::json;

constexpr int kNamespaces = 200;
constexpr int kServices = 5000;
constexpr int kRules = 5;

std::string numbered(const char* prefix, int number) { return prefix + std::to_string(number); }

record::Record observed(const json& object, record::Event event) {
  record::Record out;
  out.kind = record::Kind::kObserved;
  out.event = event;
  out.zone = "zone-1";
  out.api_version = object.at("apiVersion").get<std::string>();
  const json& meta = object.at("metadata");
  out.object = {out.zone, std::string(record::group_of(out.api_version)),
                object.at("kind").get<std::string>(), meta.value("namespace", std::string{}),
                meta.at("name").get<std::string>()};
  out.uid = meta.value("uid", std::string{});
  out.resource_version = "1";
  out.body = object.dump();
  return out;
}

json rule(int route, int index, int version) {
  json matches = json::array();
  for (int m = 0; m < 2; ++m) {
    matches.push_back(
        {{"path",
          {{"type", "PathPrefix"},
           {"value", "/r" + std::to_string(route) + '/' + std::to_string(index * 2 + m)}}},
         {"headers",
          json::array({{{"type", "Exact"}, {"name", "x-env"}, {"value", numbered("v", m)}}})}});
  }
  json backends = json::array();
  for (int b = 0; b < 2; ++b) {
    // Services of the route's own namespace: number modulo namespaces is equal.
    const int service = (route + (index * 2 + b) * kNamespaces) % kServices;
    backends.push_back({{"group", ""},
                        {"kind", "Service"},
                        {"name", numbered("svc-", service)},
                        {"port", 80},
                        {"weight", b == 0 ? version % 100 + 1 : 10}});
  }
  return {{"matches", matches}, {"backendRefs", backends}};
}

json route_json(int index, int routes, int version) {
  json rules = json::array();
  for (int r = 0; r < kRules; ++r) rules.push_back(rule(index, r, version));
  const int gateways = std::clamp(routes / 10, 1, 1000);
  const json parent{{"group", "gateway.networking.k8s.io"},
                    {"kind", "Gateway"},
                    {"name", numbered("gw-", index % gateways)},
                    {"namespace", "ns-0"}};
  return {{"apiVersion", "gateway.networking.k8s.io/v1"},
          {"kind", "HTTPRoute"},
          {"metadata",
           {{"name", numbered("route-", index)},
            {"namespace", numbered("ns-", index % kNamespaces)},
            {"generation", version},
            {"uid", numbered("5c9a1c2e-", index)},
            {"creationTimestamp", "2026-01-01T00:00:00Z"}}},
          {"spec",
           {{"hostnames", json::array({numbered("h", index) + ".example.com"})},
            {"parentRefs", json::array({parent})},
            {"rules", rules}}}};
}

}  // namespace

std::vector<record::Record> base_records(int routes) {
  std::vector<record::Record> out;
  record::Config config;
  config.mode = "import";
  config.zones = {{"zone-1", "zone"}};
  config.assume_synced = true;
  config.assume_mesh = true;
  record::Record settings;
  settings.kind = record::Kind::kConfig;
  settings.body = record::encode(config);
  out.push_back(std::move(settings));
  out.push_back(observed({{"apiVersion", "gateway.networking.k8s.io/v1"},
                          {"kind", "GatewayClass"},
                          {"metadata", {{"name", "kuma"}}},
                          {"spec", {{"controllerName", "gateways.kuma.io/controller"}}}},
                         record::Event::kAdded));
  for (int g = 0; g < std::clamp(routes / 10, 1, 1000); ++g) {
    const json listener{{"name", "http"},
                        {"port", 80},
                        {"protocol", "HTTP"},
                        {"allowedRoutes", {{"namespaces", {{"from", "All"}}}}}};
    out.push_back(
        observed({{"apiVersion", "gateway.networking.k8s.io/v1"},
                  {"kind", "Gateway"},
                  {"metadata", {{"name", numbered("gw-", g)}, {"namespace", "ns-0"}}},
                  {"spec", {{"gatewayClassName", "kuma"}, {"listeners", json::array({listener})}}}},
                 record::Event::kAdded));
  }
  for (int s = 0; s < kServices; ++s) {
    out.push_back(observed(
        {{"apiVersion", "v1"},
         {"kind", "Service"},
         {"metadata",
          {{"name", numbered("svc-", s)}, {"namespace", numbered("ns-", s % kNamespaces)}}},
         {"spec", {{"ports", json::array({{{"port", 80}, {"name", "http"}}})}}}},
        record::Event::kAdded));
  }
  return out;
}

record::Record route_record(int index, int routes, int version) {
  return observed(route_json(index, routes, version), record::Event::kModified);
}

record::Record touched_record(int index, int routes, int version, int touch) {
  json object = route_json(index, routes, version);
  object["metadata"]["managedFields"] =
      json::array({{{"manager", numbered("m", touch)}, {"operation", "Update"}}});
  return observed(object, record::Event::kModified);
}

}  // namespace pawprint::bench
