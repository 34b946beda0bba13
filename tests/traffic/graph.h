// Small graphs for tests, in JSON with single quotes.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "engine/traffic/route.h"

namespace pawprint::traffic {

inline Json json(std::string text) {
  std::replace(text.begin(), text.end(), '\'', '"');
  return Json::parse(text);
}

/// A graph under construction: mesh `default`, zone `zone-1`, Services of namespace `demo`.
class Graph {
 public:
  Graph() { input_.zone = "zone-1"; }

  Graph& put(Json body) {
    input_.objects.push_back({std::move(body), false});
    return *this;
  }
  Graph& add(const std::string& text) { return put(json(text)); }
  /// Mesh `default` with real MeshServices.
  Graph& mesh_services() {
    return add(
        "{'kind': 'Mesh', 'metadata': {'name': 'default'},"
        " 'spec': {'meshServices': {'mode': 'Exclusive'}}}");
  }
  Graph& service(const std::string& name, const std::string& protocol = "http") {
    return add(
        "{'apiVersion': 'v1', 'kind': 'Service', 'metadata': {'namespace': 'demo', 'name': '" +
        name + "'}, 'spec': {'ports': [{'port': 80, 'name': 'main', 'appProtocol': '" + protocol +
        "'}]}}");
  }
  /// `listeners`: [{'port','protocol','hostname','tls'}], each with the tag listener-name `name`.
  Graph& gateway(const std::string& listeners) {
    Json list = json(listeners);
    for (Json& each : list) {
      each["tags"] = {{"gateways.kuma.io/listener-name", each["name"]}};
      each.erase("name");
    }
    Json body = json(
        "{'kind': 'MeshGateway', 'metadata': {'name': 'edge.demo'}, 'mesh': 'default',"
        " 'spec': {'selectors': [{'match': {'kuma.io/service': 'edge_demo_svc'}}]}}");
    body["spec"]["conf"]["listeners"] = list;
    return put(std::move(body));
  }
  /// A policy of any kind in kuma-system; `top` and `to` are their JSON.
  Graph& policy(const std::string& kind, const std::string& name, const std::string& top,
                const std::string& to, const std::string& labels = "{}") {
    Json body = json("{'metadata': {'namespace': 'kuma-system'}, 'spec': {}}");
    body["kind"] = kind;
    body["metadata"]["name"] = name;
    body["metadata"]["labels"] = json(labels);
    body["spec"]["targetRef"] = json(top);
    body["spec"]["to"] = json(to);
    return put(std::move(body));
  }
  /// A MeshHTTPRoute at the gateway: all listeners, or the one named.
  Graph& at_gateway(const std::string& name, const std::string& rules,
                    const std::string& listener = "", const std::string& hostnames = "[]") {
    const std::string tags =
        listener.empty() ? "" : ", 'tags': {'gateways.kuma.io/listener-name': '" + listener + "'}";
    return policy("MeshHTTPRoute", name, "{'kind': 'MeshGateway', 'name': 'edge.demo'" + tags + "}",
                  "[{'targetRef': {'kind': 'Mesh'}, 'hostnames': " + hostnames +
                      ", 'rules': " + rules + "}]");
  }
  /// A MeshHTTPRoute of all sidecars about Service demo/p.
  Graph& on_sidecars(const std::string& name, const std::string& rules) {
    return policy("MeshHTTPRoute", name, "{'kind': 'Mesh', 'proxyTypes': ['Sidecar']}",
                  "[{'targetRef': {'kind': 'MeshService', 'name': 'p_demo_svc_80'}, 'rules': " +
                      rules + "}]");
  }

  [[nodiscard]] Answer ask(const Request& request) const {
    return route(read_world(input_), request);
  }
  /// GET at port 80 of the gateway.
  [[nodiscard]] Answer get(const std::string& path, const std::string& authority = "shop.com",
                           std::vector<Header> headers = {}) const {
    Request request = gateway_request(path, authority);
    request.headers = std::move(headers);
    return ask(request);
  }
  /// GET of demo/p from namespace `from`.
  [[nodiscard]] Answer call(const std::string& path, const std::string& from = "demo") const {
    Request request;
    request.service = "demo/p";
    request.from = from;
    request.port = 80;
    request.path = path;
    request.authority = "p";
    return ask(request);
  }
  static Request gateway_request(const std::string& path, const std::string& authority) {
    Request request;
    request.gateway = "demo/edge";
    request.port = 80;
    request.path = path;
    request.authority = authority;
    return request;
  }

  Input& input() { return input_; }

 private:
  Input input_;
};

/// One rule: [{'matches': [...], 'default': {...}}] without the brackets.
inline std::string rule(const std::string& matches, const std::string& backends,
                        const std::string& filters = "") {
  return "{'matches': [" + matches + "], 'default': {" +
         (filters.empty() ? "" : "'filters': [" + filters + "], ") + "'backendRefs': [" + backends +
         "]}}";
}
inline std::string prefix(const std::string& path) {
  return "{'path': {'type': 'PathPrefix', 'value': '" + path + "'}}";
}
inline std::string exact(const std::string& path) {
  return "{'path': {'type': 'Exact', 'value': '" + path + "'}}";
}
inline std::string to(const std::string& name, int weight = 1) {
  return "{'kind': 'MeshServiceSubset', 'name': '" + name +
         "_demo_svc_80', 'tags': {'kuma.io/zone': 'zone-1'}, 'weight': " + std::to_string(weight) +
         "}";
}
inline const std::string kUnresolved =
    "{'kind': 'MeshService', 'name': 'kuma.io/unresolved-backend'}";

/// "demo/v1" of a forward, "404" of a response, "" when nobody answers.
inline std::string short_answer(const Answer& answer) {
  if (answer.outcome == Outcome::kNone) return "";
  if (answer.outcome != Outcome::kForward) return std::to_string(answer.status);
  std::string out;
  for (const Backend& each : answer.backends) {
    out += (out.empty() ? "" : " ") + each.service;
    if (answer.backends.size() > 1) out += '=' + std::to_string(each.weight);
    if (each.status != 0) out += '!' + std::to_string(each.status);
  }
  return out;
}

}  // namespace pawprint::traffic
