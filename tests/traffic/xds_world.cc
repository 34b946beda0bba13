#include "tests/traffic/xds_world.h"

#include <array>
#include <cstdio>

namespace pawprint::traffic {
namespace {

constexpr int kParents = 40, kListeners = 45;

std::string word_after(const std::string& text, const std::string& before,
                       const std::string& otherwise) {
  const auto at = text.find(before);
  if (at == std::string::npos) return otherwise;
  const auto from = at + before.size();
  return text.substr(from, text.find_first_of(",; ", from) - from);
}

std::string two_digits(int number) {
  std::array<char, 16> out{};
  std::snprintf(out.data(), out.size(), "%02d", number);
  return out.data();
}

Json service(const std::string& ns, const std::string& name, const std::string& protocol,
             const std::string& port_name) {
  Json port{{"port", 80}, {"appProtocol", protocol}};
  if (!port_name.empty()) port["name"] = port_name;
  return {{"apiVersion", "v1"},
          {"kind", "Service"},
          {"metadata", {{"name", name}, {"namespace", ns}}},
          {"spec", {{"selector", {{"app", name}}}, {"ports", Json::array({port})}}}};
}

Json slice(const std::string& ns, const std::string& name, bool endpoint) {
  Json endpoints = Json::array();
  if (endpoint) endpoints.push_back({{"addresses", {"127.0.0.1"}}});
  return {{"apiVersion", "discovery.k8s.io/v1"},
          {"kind", "EndpointSlice"},
          {"metadata",
           {{"name", name + "-1"},
            {"namespace", ns},
            {"labels", {{"kubernetes.io/service-name", name}}}}},
          {"endpoints", endpoints}};
}

Json listener(const std::string& name, const std::string& hostname, int port) {
  return {{"hostname", hostname},
          {"port", port},
          {"protocol", "HTTP"},
          {"tags", {{"gateways.kuma.io/listener-name", name}}}};
}

Json gateway(const Surroundings& around) {
  Json listeners = Json::array();
  for (int i = 1; i <= kListeners; ++i) {
    listeners.push_back(listener("g" + two_digits(i), "*", listener_port(around.mesh, i)));
  }
  const int shared = listener_port(around.mesh, 16);
  listeners.push_back(listener("h16", "foo.example.com", shared));
  listeners.push_back(listener("i16", "*.example.com", shared));
  const Json match{{"kuma.io/service", "edge_" + around.ns + "_svc"}};
  return {
      {"apiVersion", "kuma.io/v1alpha1"},
      {"kind", "MeshGateway"},
      {"mesh", around.mesh},
      {"metadata", {{"name", "edge." + around.ns}}},
      {"spec",
       {{"selectors", Json::array({{{"match", match}}})}, {"conf", {{"listeners", listeners}}}}}};
}

Json backend(const Surroundings& around, const std::string& name) {
  if (around.mode == "Disabled") {
    return {{"kind", "MeshServiceSubset"},
            {"name", name + '_' + around.ns + "_svc_80"},
            {"tags", {{"kuma.io/zone", around.zone}}}};
  }
  return {{"kind", "MeshService"},
          {"labels", {{"kuma.io/display-name", name}, {"k8s.kuma.io/namespace", around.ns}}},
          {"port", 80}};
}

Json rule(const std::vector<std::string>& prefixes, const Json& backend) {
  Json matches = Json::array();
  for (const std::string& each : prefixes) {
    matches.push_back({{"path", {{"type", "PathPrefix"}, {"value", each}}}});
  }
  return {{"matches", matches}, {"default", {{"backendRefs", Json::array({backend})}}}};
}

Json route(const Surroundings& around, const std::string& name, Json top, Json to, Json rules) {
  return {{"apiVersion", "kuma.io/v1alpha1"},
          {"kind", "MeshHTTPRoute"},
          {"metadata",
           {{"name", name + '-' + around.mesh},
            {"namespace", "kuma-system"},
            {"labels", {{"kuma.io/mesh", around.mesh}}}}},
          {"spec",
           {{"targetRef", std::move(top)},
            {"to", Json::array({{{"targetRef", std::move(to)}, {"rules", std::move(rules)}}})}}}};
}

Json at_listener(const Surroundings& around, const std::string& name) {
  Json out{{"kind", "MeshGateway"}, {"name", "edge." + around.ns}};
  if (!name.empty()) out["tags"] = {{"gateways.kuma.io/listener-name", name}};
  return out;
}

/// The routes of the timeout cases: at the gateway and on parent p40.
void add_timeout_routes(const Surroundings& around, bool at_gateway, Input& input) {
  const Json one = rule({"/one", "/three"}, backend(around, "v1"));
  const Json two = rule({"/two"}, backend(around, "v2"));
  const Json sidecars{{"kind", "Mesh"}, {"proxyTypes", {"Sidecar"}}};
  Json parent{{"kind", "MeshService"}, {"name", "p40_" + around.ns + "_svc_80"}};
  if (around.mode != "Disabled") {
    parent = {{"kind", "MeshService"},
              {"labels", {{"kuma.io/display-name", "p40"}, {"k8s.kuma.io/namespace", around.ns}}}};
  }
  const Json mesh{{"kind", "Mesh"}};
  const Json top = at_gateway ? at_listener(around, "g01") : sidecars;
  const Json to = at_gateway ? mesh : parent;
  input.objects.push_back({route(around, "to1", top, to, Json::array({one})), false});
  input.objects.push_back({route(around, "to2", top, to, Json::array({two})), false});
  if (!at_gateway) return;
  const Json three = Json::array({rule({"/three"}, backend(around, "v1"))});
  input.objects.push_back({route(around, "to3", at_listener(around, "g02"), mesh, three), false});
}

}  // namespace

Surroundings read_context(const std::string& context) {
  Surroundings out;
  out.mesh = word_after(context, "mesh ", "default");
  out.mode = word_after(context, "meshServices.mode ", "Disabled");
  out.ns = word_after(context, "service namespace ", "demo");
  out.other_ns = word_after(context, "consumer namespaces " + out.ns + " and ", "web");
  out.zone = word_after(context, "zone zone-", "1").insert(0, "zone-");
  out.timeout_routes = context.find("routes to1") != std::string::npos;
  return out;
}

int listener_port(const std::string& mesh, int number) {
  constexpr int kDefault = 20300, kMs = 21300, kEx = 22300;
  if (mesh == "default") return kDefault + number;
  return (mesh == "ms" ? kMs : kEx) + number;
}

Input world_of(const Surroundings& around) {
  Input out;
  out.zone = around.zone;
  const auto add = [&](Json body) { out.objects.push_back({std::move(body), false}); };
  add({{"apiVersion", "kuma.io/v1alpha1"},
       {"kind", "Mesh"},
       {"metadata", {{"name", around.mesh}}},
       {"spec", {{"meshServices", {{"mode", around.mode}}}}}});
  add({{"apiVersion", "v1"},
       {"kind", "Namespace"},
       {"metadata", {{"name", around.ns}, {"labels", {{"kuma.io/mesh", around.mesh}}}}}});
  for (const char* name : {"v1", "v2", "other", "grpc", "tcp", "noep"}) {
    const std::string text = name;
    const bool own = text == "grpc" || text == "tcp";
    add(service(around.ns, text, own ? text : "http", "main"));
    add(slice(around.ns, text, text != "noep"));
  }
  for (int i = 1; i <= kParents; ++i) {
    const std::string name = "p" + two_digits(i);
    // The case about an HTTP route on a TCP parent was recorded with p38.
    add(service(around.ns, name, i == 38 ? "tcp" : "http", ""));
    add(slice(around.ns, name, true));
  }
  add(gateway(around));
  add(route(around, "everywhere", at_listener(around, ""), {{"kind", "Mesh"}},
            Json::array({rule({"/everywhere"}, backend(around, "v1"))})));
  if (around.timeout_routes) {
    add_timeout_routes(around, around.mesh == "ex", out);
  }
  return out;
}

std::string echo_of(const std::string& service) {
  const std::string name = service.substr(service.find('/') + 1);
  if (name == "ext-good") return "tls1";
  const bool parent = name.size() == 3 && name[0] == 'p' && name[1] >= '0' && name[1] <= '9';
  return parent ? "backend" : name;
}

}  // namespace pawprint::traffic
