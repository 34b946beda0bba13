#include "tests/engine/histories.h"

#include <nlohmann/json.hpp>

#include "tests/engine/records.h"

namespace pawprint::tests {

namespace {

using nlohmann::json;

/// Choices of one event.
struct Dice {
  std::mt19937_64& random;

  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random() % n); }
  bool chance(std::size_t in) { return below(in) == 0; }
  std::string one_of(std::initializer_list<const char*> values) {
    return *(values.begin() + below(values.size()));
  }
  std::string ns() { return one_of({"demo", "web"}); }
};

json meta(Dice& dice, const std::string& ns, const std::string& name) {
  json out{{"name", name}, {"generation", 1 + dice.below(2)}};
  if (!ns.empty()) out["namespace"] = ns;
  if (dice.chance(6)) out["labels"]["kuma.io/mesh"] = dice.one_of({"default", "payments"});
  if (dice.chance(9)) out["annotations"]["kuma.io/mesh"] = "payments";
  return out;
}

json object(const char* api, const char* kind, json metadata, json spec) {
  return {{"apiVersion", api},
          {"kind", kind},
          {"metadata", std::move(metadata)},
          {"spec", std::move(spec)}};
}

json random_class(Dice& dice) {
  json spec{
      {"controllerName", dice.chance(5) ? "example.com/other" : "gateways.kuma.io/controller"}};
  if (dice.chance(2)) {
    spec["parametersRef"] = {{"group", "kuma.io"},
                             {"kind", dice.chance(6) ? "Mesh" : "MeshGatewayConfig"},
                             {"name", "cfg"}};
  }
  return object("gateway.networking.k8s.io/v1", "GatewayClass",
                {{"name", dice.one_of({"kuma", "kuma", "other"})}}, spec);
}

json random_config(Dice& dice) {
  json spec{{"replicas", 1 + dice.below(3)}, {"crossMesh", dice.chance(3)}};
  if (dice.chance(3))
    spec["podTemplate"] = {{"metadata", {{"labels", {{"a", dice.one_of({"1", "2"})}}}}}};
  return object("kuma.io/v1alpha1", "MeshGatewayConfig", {{"name", "cfg"}}, spec);
}

json random_listener(Dice& dice, std::size_t index) {
  json out{{"name", "l" + std::to_string(index)},
           {"port", dice.chance(2) ? 80 : 8080},
           {"protocol", dice.one_of({"HTTP", "HTTP", "HTTP", "HTTPS", "HTTPS", "TCP", "TLS"})}};
  if (dice.chance(2)) out["hostname"] = dice.one_of({"*.example.com", "a.example.com", "b.org"});
  if (dice.chance(2)) {
    const std::string from = dice.one_of({"All", "Same", "Selector"});
    out["allowedRoutes"]["namespaces"]["from"] = from;
    if (from == "Selector") {
      out["allowedRoutes"]["namespaces"]["selector"] = {
          {"matchLabels", {{"team", dice.one_of({"x", "y"})}}}};
    }
  }
  if (out["protocol"] == "HTTPS") {
    json ref{{"name", dice.one_of({"cert", "none"})}};
    if (dice.chance(2)) ref["namespace"] = dice.ns();
    out["tls"]["certificateRefs"] = json::array({ref});
  }
  if (out["protocol"] == "TLS") out["tls"]["mode"] = "Passthrough";
  return out;
}

json some_listeners(Dice& dice) {
  json out = json::array();
  for (std::size_t i = 0, n = 1 + dice.below(3); i < n; ++i)
    out.push_back(random_listener(dice, i));
  return out;
}

json random_listener_set(Dice& dice) {
  json parent{{"name", dice.one_of({"edge", "inner"})}};
  if (dice.chance(2)) parent["namespace"] = dice.ns();
  json out = object("gateway.networking.k8s.io/v1", "ListenerSet",
                    meta(dice, dice.ns(), dice.one_of({"more", "extra"})),
                    {{"parentRef", parent}, {"listeners", some_listeners(dice)}});
  out["metadata"]["creationTimestamp"] =
      dice.one_of({"2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"});
  return out;
}

json random_gateway(Dice& dice) {
  json spec{{"gatewayClassName", dice.one_of({"kuma", "kuma", "other"})},
            {"listeners", some_listeners(dice)}};
  if (dice.chance(2)) {
    spec["allowedListeners"]["namespaces"]["from"] = dice.one_of({"All", "Same", "None"});
  }
  return object("gateway.networking.k8s.io/v1", "Gateway",
                meta(dice, dice.ns(), dice.one_of({"edge", "inner"})), spec);
}

json random_parent(Dice& dice) {
  if (dice.chance(3)) {
    json out{{"group", dice.one_of({"", "gateway.networking.k8s.io"})},
             {"kind", "Service"},
             {"name", dice.one_of({"v1", "v2"})}};
    if (dice.chance(3)) out["namespace"] = dice.ns();
    if (dice.chance(3)) out["port"] = dice.chance(2) ? 80 : 81;
    if (dice.chance(4)) {
      out["group"] = "kuma.io";
      out["kind"] = "MeshService";
    }
    return out;
  }
  json out{{"name", dice.one_of({"edge", "inner"})}};
  if (dice.chance(4)) out = {{"kind", "ListenerSet"}, {"name", dice.one_of({"more", "extra"})}};
  if (dice.chance(2)) out["namespace"] = dice.ns();
  if (dice.chance(3)) out["sectionName"] = dice.one_of({"l0", "l1", "l9"});
  if (dice.chance(4)) out["port"] = 80;
  return out;
}

json random_backend(Dice& dice) {
  json out{{"name", dice.one_of({"v1", "v2", "v3"})},
           {"port", dice.chance(4) ? 81 : 80},
           {"weight", dice.below(4)}};
  if (dice.chance(3)) out["namespace"] = dice.ns();
  if (dice.chance(8)) out = {{"group", "kuma.io"}, {"kind", "ExternalService"}, {"name", "ext"}};
  if (dice.chance(8)) {
    out["group"] = "kuma.io";
    out["kind"] = dice.one_of({"MeshService", "MeshMultiZoneService"});
  }
  return out;
}

json random_match(Dice& dice) {
  json out{{"path",
            {{"type", dice.one_of({"Exact", "PathPrefix"})},
             {"value", dice.one_of({"/", "/p", "/p/"})}}}};
  if (dice.chance(3)) {
    out["headers"] = json::array({{{"name", dice.one_of({"X-A", "x-a"})}, {"value", "1"}}});
  }
  if (dice.chance(6)) {
    out["queryParams"] = json::array(
        {{{"name", "q"}, {"type", "RegularExpression"}, {"value", dice.one_of({"a+", "("})}}});
  }
  return out;
}

json random_filter(Dice& dice) {
  switch (dice.below(4)) {
    case 0:
      return {{"type", "RequestMirror"}, {"requestMirror", {{"backendRef", random_backend(dice)}}}};
    case 1:
      return {
          {"type", "RequestHeaderModifier"},
          {"requestHeaderModifier", {{"set", json::array({{{"name", "X-A"}, {"value", "1"}}})}}}};
    case 2:
      return {{"type", "RequestRedirect"}, {"requestRedirect", {{"scheme", "https"}}}};
    default:
      return {{"type", "ExtensionRef"},
              {"extensionRef", {{"group", "x"}, {"kind", "Y"}, {"name", "z"}}}};
  }
}

json random_route(Dice& dice) {
  json parents = json::array();
  for (std::size_t i = 0, n = 1 + dice.below(2); i < n; ++i) parents.push_back(random_parent(dice));
  json rules = json::array();
  for (std::size_t i = 0, n = 1 + dice.below(2); i < n; ++i) {
    json rule{{"backendRefs", json::array()}};
    for (std::size_t b = 0, k = dice.below(3); b < k; ++b)
      rule["backendRefs"].push_back(random_backend(dice));
    if (dice.chance(3)) rule["filters"] = json::array({random_filter(dice)});
    if (dice.chance(6)) rule["timeouts"]["request"] = dice.one_of({"1s", "0s", "60s", "x"});
    if (dice.chance(12)) rule["retry"]["attempts"] = dice.below(3);
    for (std::size_t m = 0, k = dice.below(3); m < k; ++m)
      rule["matches"].push_back(random_match(dice));
    rules.push_back(rule);
  }
  json out = object("gateway.networking.k8s.io/v1", "HTTPRoute",
                    meta(dice, dice.ns(), dice.one_of({"shop", "cart", "api"})),
                    {{"parentRefs", parents}, {"rules", rules}});
  if (dice.chance(3))
    out["spec"]["hostnames"] =
        json::array({dice.one_of({"a.example.com", "b.org", "*.example.com"})});
  if (dice.chance(8)) {
    out["status"]["parents"] =
        json::array({{{"controllerName", "example.com/other"},
                      {"parentRef", parents[0]},
                      {"conditions", json::array({{{"type", "Accepted"}, {"status", "True"}}})}}});
  }
  return out;
}

/// A TLSRoute, TCPRoute or GRPCRoute.
json random_other_route(Dice& dice) {
  json out = random_route(dice);
  const std::string kind = dice.one_of({"TLSRoute", "TCPRoute", "GRPCRoute"});
  out["kind"] = kind;
  out["metadata"]["creationTimestamp"] =
      dice.one_of({"2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"});
  for (json& rule : out["spec"]["rules"]) {
    rule.erase("timeouts");
    rule.erase("retry");
    rule.erase("matches");
    rule.erase("filters");
  }
  if (kind == "TCPRoute") out["spec"].erase("hostnames");
  if (kind == "TLSRoute")
    out["spec"]["hostnames"] =
        json::array({dice.one_of({"a.example.com", "b.org"}), "*.example.com"});
  return out;
}

json random_grant(Dice& dice) {
  json to{{"group", ""}, {"kind", dice.one_of({"Service", "Secret"})}};
  if (dice.chance(2)) to["name"] = dice.one_of({"v1", "cert"});
  return object(
      "gateway.networking.k8s.io/v1beta1", "ReferenceGrant",
      {{"name", dice.one_of({"g1", "g2"})}, {"namespace", dice.ns()}},
      {{"from",
        json::array({{{"group", "gateway.networking.k8s.io"},
                      {"kind", dice.one_of({"HTTPRoute", "Gateway", "ListenerSet", "TCPRoute"})},
                      {"namespace", dice.ns()}}})},
       {"to", json::array({to})}});
}

json random_namespace(Dice& dice) {
  json out{{"apiVersion", "v1"},
           {"kind", "Namespace"},
           {"metadata", {{"name", dice.ns()}, {"labels", {{"team", dice.one_of({"x", "y"})}}}}}};
  if (dice.chance(4)) out["metadata"]["labels"]["kuma.io/mesh"] = "payments";
  return out;
}

json random_secret(Dice& dice) {
  json block =
      json::array({{{"type", "PRIVATE KEY"}, {"key", dice.one_of({"rsa", "ed25519", "invalid"})}},
                   {{"type", "CERTIFICATE"}, {"key", ""}}});
  const std::string digest = dice.one_of({"sha256:aa", "sha256:bb"});
  return {{"apiVersion", "v1"},
          {"kind", "Secret"},
          {"metadata", {{"name", "cert"}, {"namespace", dice.ns()}}},
          {"type", "kubernetes.io/tls"},
          {"facts",
           {{"tls",
             {{"glued", {{"digest", digest}, {"blocks", block}}},
              {"joined", {{"digest", digest}, {"blocks", block}}},
              {"certificate", {{"matchesKey", true}}}}}}}};
}

json random_mesh_service(Dice& dice) {
  const std::string ns = dice.ns();
  return {
      {"apiVersion", "kuma.io/v1alpha1"},
      {"kind", dice.one_of({"MeshService", "MeshService", "MeshMultiZoneService"})},
      {"metadata",
       {{"name", dice.one_of({"v1", "v2", "v3"})},
        {"namespace", ns},
        {"labels",
         {{"kuma.io/mesh", "default"},
          {"kuma.io/zone", dice.one_of({"zone-1", "zone-1", "zone-2"})},
          {"k8s.kuma.io/namespace", ns}}}}},
      {"spec",
       {{"ports",
         json::array({{{"port", 80}, {"appProtocol", dice.one_of({"http", "http", "tcp"})}}})}}}};
}

json random_kuma(Dice& dice) {
  switch (dice.below(6)) {
    case 0:
      return {
          {"apiVersion", "kuma.io/v1alpha1"},
          {"kind", "Mesh"},
          {"metadata", {{"name", dice.one_of({"default", "payments"})}}},
          {"spec",
           {{"meshServices", {{"mode", dice.one_of({"Disabled", "Everywhere", "Exclusive"})}}}}}};
    case 2:
    case 3:
    case 4:
      return random_mesh_service(dice);
    case 1:
      return {{"apiVersion", "kuma.io/v1alpha1"},
              {"kind", "ExternalService"},
              {"mesh", dice.one_of({"default", "payments"})},
              {"metadata", {{"name", "ext"}}},
              {"spec", {{"tags", {{"kuma.io/service", "ext"}}}}}};
    default: {
      json out{{"apiVersion", "kuma.io/v1alpha1"},
               {"kind", "MeshGatewayInstance"},
               {"metadata", {{"name", "edge"}, {"namespace", dice.ns()}}}};
      if (dice.chance(2))
        out["status"]["loadBalancer"]["ingress"] = json::array({{{"ip", "10.0.0.1"}}});
      return out;
    }
  }
}

json random_policy(Dice& dice) {
  json target{{"group", ""},
              {"kind", dice.chance(6) ? "Mesh" : "Service"},
              {"name", dice.one_of({"v1", "v2"})}};
  if (dice.chance(4)) target["sectionName"] = "main";
  json spec{{"targetRefs", json::array({target})}, {"validation", {{"hostname", "a.example.com"}}}};
  spec["validation"]["caCertificateRefs"] = json::array(
      {{{"group", ""}, {"kind", dice.chance(6) ? "Secret" : "ConfigMap"}, {"name", "ca"}}});
  json out = object("gateway.networking.k8s.io/v1", "BackendTLSPolicy",
                    meta(dice, dice.ns(), dice.one_of({"p1", "p2"})), spec);
  out["metadata"]["creationTimestamp"] =
      dice.one_of({"2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"});
  return out;
}

json random_authority(Dice& dice) {
  const std::string pem = "-----BEGIN CERTIFICATE-----\nMIIB" + dice.one_of({"aa", "bb"}) +
                          "\n-----END CERTIFICATE-----\n";
  return {{"apiVersion", "v1"},
          {"kind", "ConfigMap"},
          {"metadata", {{"name", "ca"}, {"namespace", dice.ns()}}},
          {"data", {{"ca.crt", dice.chance(5) ? "none" : pem}}}};
}

json random_service(Dice& dice) {
  json out = service(dice.ns(), dice.one_of({"v1", "v2", "v3"}), dice.chance(4) ? 81 : 80);
  if (dice.chance(8)) out["spec"]["clusterIP"] = "None";
  return out;
}

json random_object(Dice& dice) {
  switch (dice.below(24)) {
    case 0:
      return random_class(dice);
    case 20:
    case 21:
      return random_kuma(dice);
    case 1:
      return random_config(dice);
    case 2:
    case 3:
    case 4:
      return random_gateway(dice);
    case 5:
    case 6:
      return random_service(dice);
    case 7:
    case 8:
      return random_grant(dice);
    case 9:
      return random_namespace(dice);
    case 10:
      return random_secret(dice);
    case 11:
      return random_kuma(dice);
    case 12:
    case 13:
      return random_listener_set(dice);
    case 14:
    case 15:
      return random_other_route(dice);
    case 22:
      return random_policy(dice);
    case 23:
      return random_authority(dice);
    default:
      return random_route(dice);
  }
}

}  // namespace

record::Record History::next() {
  Dice dice{random_};
  if (!objects_.empty() && dice.chance(4)) {
    const auto victim =
        std::next(objects_.begin(), static_cast<std::ptrdiff_t>(dice.below(objects_.size())));
    record::Record out = victim->second;
    out.event = record::Event::kDeleted;
    objects_.erase(victim);
    return out;
  }
  record::Record out =
      observed(random_object(dice), record::Event::kModified, dice.chance(8) ? "zone-2" : "zone-1");
  objects_[out.object] = out;
  return out;
}

}  // namespace pawprint::tests
