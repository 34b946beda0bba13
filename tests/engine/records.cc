#include "tests/engine/records.h"

#include "engine/model/kinds.h"

namespace pawprint::tests {

using nlohmann::json;

record::Record config_record(const std::string& profile, bool assume_synced) {
  record::Config config;
  config.mode = "import";
  config.profile = profile;
  config.zones = {{"zone-1", "zone"}, {"zone-2", "zone"}};
  config.assume_synced = assume_synced;
  config.assume_mesh = true;
  record::Record out;
  out.kind = record::Kind::kConfig;
  out.body = record::encode(config);
  return out;
}

record::Record observed(const json& object, record::Event event, const std::string& zone) {
  record::Record out;
  out.kind = record::Kind::kObserved;
  out.event = event;
  out.zone = zone;
  out.api_version = object.at("apiVersion").get<std::string>();
  const json& meta = object.at("metadata");
  out.object = {zone, std::string(record::group_of(out.api_version)),
                object.at("kind").get<std::string>(), meta.value("namespace", std::string{}),
                meta.at("name").get<std::string>()};
  out.uid = meta.value("uid", std::string{});
  out.resource_version = meta.value("resourceVersion", std::string{});
  out.body = object.dump();
  if (out.object.kind == "Secret") out.encoding = record::Encoding::kSecretFacts;
  return out;
}

Folding::Folding(const std::string& profile, bool assume_synced) {
  fold(config_record(profile, assume_synced));
}

Folded Folding::fold(record::Record record) {
  record.seq = next_;
  record.time_ns = static_cast<std::int64_t>(next_) * 1'000'000'000;
  ++next_;
  return reducer_.fold(record);
}

json Folding::output(const std::string& kind, const std::string& ns, const std::string& name) {
  for (const std::string group : {"kuma.io", "gateway.networking.k8s.io", ""}) {
    const auto found = reducer_.output({"zone-1", group, kind, ns, name});
    if (found) return json::parse(found->body);
  }
  return nullptr;
}

json gateway_class(const std::string& name) {
  return {{"apiVersion", "gateway.networking.k8s.io/v1"},
          {"kind", "GatewayClass"},
          {"metadata", {{"name", name}}},
          {"spec", {{"controllerName", "gateways.kuma.io/controller"}}}};
}

json gateway(const std::string& name, json listeners) {
  return {{"apiVersion", "gateway.networking.k8s.io/v1"},
          {"kind", "Gateway"},
          {"metadata", {{"name", name}, {"namespace", "demo"}}},
          {"spec", {{"gatewayClassName", "kuma"}, {"listeners", std::move(listeners)}}}};
}

json service(const std::string& ns, const std::string& name, int port) {
  return {{"apiVersion", "v1"},
          {"kind", "Service"},
          {"metadata", {{"name", name}, {"namespace", ns}}},
          {"spec", {{"ports", json::array({{{"port", port}, {"name", "http"}}})}}}};
}

json route(const std::string& name, json parents, json rules) {
  return {{"apiVersion", "gateway.networking.k8s.io/v1"},
          {"kind", "HTTPRoute"},
          {"metadata", {{"name", name}, {"namespace", "demo"}}},
          {"spec", {{"parentRefs", std::move(parents)}, {"rules", std::move(rules)}}}};
}

}  // namespace pawprint::tests
