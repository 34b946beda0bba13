#include "tests/compat/records.h"

#include <nlohmann/json.hpp>

#include "engine/record/bodies.h"
#include "engine/record/digest.h"

namespace pawprint::compat {
namespace {

using nlohmann::json;
using record::Kind;

constexpr std::int64_t kFirstNs = 1'764'000'000'000'000'000;
constexpr int kRoutes = 3;

record::Record own(Kind kind, std::string body, int number) {
  record::Record out;
  out.kind = kind;
  out.time_ns = kFirstNs + number * std::int64_t{1'234'567'891};
  out.body = std::move(body);
  return out;
}

record::Record observed(const json& object, record::Event event, int number) {
  record::Record out = own(Kind::kObserved, object.dump(), number);
  out.event = event;
  out.zone = "zone-1";
  out.api_version = object.at("apiVersion").get<std::string>();
  const json& meta = object.at("metadata");
  out.object = {out.zone, std::string(record::group_of(out.api_version)),
                object.at("kind").get<std::string>(), meta.value("namespace", std::string{}),
                meta.at("name").get<std::string>()};
  out.uid = meta.value("uid", std::string{});
  out.resource_version = meta.value("resourceVersion", std::string{});
  return out;
}

json gateway() {
  const json listener{{"name", "http"},
                      {"port", 80},
                      {"protocol", "HTTP"},
                      {"allowedRoutes", {{"namespaces", {{"from", "All"}}}}}};
  return {{"apiVersion", "gateway.networking.k8s.io/v1"},
          {"kind", "Gateway"},
          {"metadata", {{"name", "edge"}, {"namespace", "infra"}}},
          {"spec", {{"gatewayClassName", "kuma"}, {"listeners", json::array({listener})}}}};
}

json service(const std::string& name) {
  return {{"apiVersion", "v1"},
          {"kind", "Service"},
          {"metadata", {{"name", name}, {"namespace", "shop"}}},
          {"spec", {{"ports", json::array({{{"port", 80}, {"name", "http"}}})}}}};
}

json route(int number) {
  const int index = number % kRoutes;
  json rules = json::array();
  for (int rule = 0; rule < 4; ++rule) {
    const int weight = rule == number % 4 ? number % 101 : 10 * rule;
    rules.push_back(
        {{"matches",
          json::array(
              {{{"path", {{"type", "PathPrefix"}, {"value", "/r" + std::to_string(rule)}}}}})},
         {"backendRefs",
          json::array({{{"name", "web"}, {"port", 80}, {"weight", weight}},
                       {{"name", "api"}, {"port", 80}, {"weight", 100 - weight}}})}});
  }
  return {{"apiVersion", "gateway.networking.k8s.io/v1"},
          {"kind", "HTTPRoute"},
          {"metadata",
           {{"name", "route-" + std::to_string(index)},
            {"namespace", "shop"},
            {"uid", "5c9a1c2e-0000-4000-a000-00000000000" + std::to_string(index)},
            {"generation", 1 + number / kRoutes},
            {"resourceVersion", std::to_string(7000 + 3 * number)},
            {"creationTimestamp", "2026-01-01T00:00:00Z"}}},
          {"spec",
           {{"hostnames", json::array({"h" + std::to_string(index) + ".example.com"})},
            {"parentRefs", json::array({{{"name", "edge"}, {"namespace", "infra"}}})},
            {"rules", rules}}}};
}

std::vector<record::Record> first_group() {
  record::Boot boot;
  boot.build = "0.1.0";
  record::Config config;
  config.zones = {{"zone-1", "zone"}};
  config.assume_synced = true;
  config.assume_mesh = true;
  record::Sync sync{"gateway.networking.k8s.io", "HTTPRoute", "7000", "start", 3};
  std::vector<record::Record> out;
  out.push_back(own(Kind::kBoot, record::encode(boot), 0));
  out.push_back(own(Kind::kConfig, record::encode(config), 0));
  out.push_back(own(Kind::kDiscovery, record::encode(record::Discovery{}), 0));
  out.push_back(own(Kind::kSyncBegin, record::encode(sync), 0));
  out.push_back(own(Kind::kSyncEnd, record::encode(sync), 0));
  for (std::size_t i = 2; i < out.size(); ++i) out[i].zone = "zone-1";
  const json class_object{{"apiVersion", "gateway.networking.k8s.io/v1"},
                          {"kind", "GatewayClass"},
                          {"metadata", {{"name", "kuma"}}},
                          {"spec", {{"controllerName", "gateways.kuma.io/controller"}}}};
  for (const json& each : {class_object, gateway(), service("web"), service("api")}) {
    out.push_back(observed(each, record::Event::kAdded, 0));
  }
  return out;
}

/// Those that are rare in a log, each once.
std::vector<record::Record> rare_group(int number) {
  std::vector<record::Record> out;
  record::Record gone = observed(route(number), record::Event::kDeleted, number);
  out.push_back(gone);
  out.push_back(observed(service("old"), record::Event::kAdded, number));
  record::Record vanished = observed(service("old"), record::Event::kNone, number);
  vanished.kind = Kind::kVanished;
  out.push_back(vanished);
  record::Record quarantined = observed(route(number), record::Event::kModified, number);
  quarantined.kind = Kind::kQuarantined;
  quarantined.encoding = record::Encoding::kRaw;
  quarantined.body = std::string("{\"not\":json\0\xff", 13);
  out.push_back(quarantined);
  record::Record secret = observed({{"apiVersion", "v1"},
                                    {"kind", "Secret"},
                                    {"metadata", {{"name", "tls"}, {"namespace", "shop"}}}},
                                   record::Event::kAdded, number);
  secret.encoding = record::Encoding::kSecretFacts;
  out.push_back(secret);
  record::Operator note{"somebody", "note", "", "kept for later builds"};
  out.push_back(own(Kind::kOperator, record::encode(note), number));
  out.push_back(own(Kind::kLeader, "{}", number));
  out.push_back(own(Kind::kCompaction, "{}", number));
  out.push_back(own(Kind::kErasure, "{}", number));
  out.push_back(own(Kind::kTick, "", number));
  return out;
}

}  // namespace

std::vector<record::Record> group_of(int number) {
  if (number == 0) return first_group();
  if (number == kGroups / 2) return rare_group(number);
  std::vector<record::Record> out;
  out.push_back(observed(route(number), record::Event::kModified, number));
  record::Decision decision;
  decision.digest_before = record::hex(record::sha256(std::to_string(number - 1)));
  decision.digest_after = record::hex(record::sha256(std::to_string(number)));
  decision.changed = {out.front().object};
  out.push_back(own(Kind::kDecision, record::encode(decision), number));
  record::Applied applied;
  applied.operation = std::to_string(number) + "-1";
  applied.verb = "replace";
  applied.object = out.front().object;
  applied.status = 200;
  applied.outcome = "done";
  applied.latency_us = 1000 + number;
  out.push_back(own(Kind::kApplied, record::encode(applied), number));
  out.back().zone = "zone-1";
  // A body of its own in every tenth group: it shares nothing, and goes in whole.
  out.push_back(own(Kind::kTick, number % 10 == 0 ? decision.digest_after : "", number));
  return out;
}

std::string snapshot_of() {
  return std::string("what a snapshot holds is the business of another layer");
}

}  // namespace pawprint::compat
