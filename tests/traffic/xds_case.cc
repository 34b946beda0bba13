#include "tests/traffic/xds_case.h"

#include <fstream>
#include <sstream>

namespace pawprint::traffic {
namespace {

/// "web POST /path host {'x-h': '1'}"
struct Words {
  bool web = false;
  std::string method = "GET", path, host;
  std::vector<Header> headers;
};

std::vector<Header> parse_headers(std::string text) {
  for (char& c : text) {
    if (c == '\'') c = '"';
  }
  std::vector<Header> out;
  const Json parsed = Json::parse(text);
  for (const auto& [name, value] : parsed.items()) out.push_back({name, value});
  return out;
}

Words parse_words(const std::string& text) {
  Words out;
  const auto brace = text.find('{');
  if (brace != std::string::npos) out.headers = parse_headers(text.substr(brace));
  std::istringstream words(text.substr(0, brace));
  std::string word;
  while (words >> word) {
    if (word == "web") out.web = true;
    else if (word[0] == '/') out.path = word;
    else if (out.path.empty()) out.method = word;
    else out.host = word;
  }
  return out;
}

bool at_gateway(const Json& file) {
  return file["dataplane"].get<std::string>().find("gateway") != std::string::npos;
}

/// The parent that the routes are about; p40 where the case has none.
std::string parent_of(const Json& file) {
  for (const Json& object : file.value("kuma", Json::array())) {
    if (object["kind"] != "MeshHTTPRoute") continue;
    const Json& to = object["spec"]["to"][0]["targetRef"];
    if (to["kind"] != "MeshService") continue;
    if (to.contains("labels")) return to["labels"]["kuma.io/display-name"];
    const std::string name = to["name"];
    return name.substr(0, name.find('_'));
  }
  return "p40";
}

int port_of(const Json& file, const Surroundings& around) {
  for (const Json& object : file.value("kuma", Json::array())) {
    if (object["kind"] != "MeshHTTPRoute" && object["kind"] != "MeshTCPRoute") continue;
    const Json& top = object["spec"]["targetRef"];
    if (top["kind"] != "MeshGateway" || !top.contains("tags")) continue;
    const std::string name = top["tags"]["gateways.kuma.io/listener-name"];
    return listener_port(around.mesh, std::stoi(name.substr(1)));
  }
  return listener_port(around.mesh, 1);
}

Request gateway_request(const Words& words, const Surroundings& around, int port) {
  Request out;
  out.gateway = around.ns + "/edge";
  out.port = port;
  out.method = words.method;
  out.path = words.path;
  out.headers = words.headers;
  out.authority = words.host.empty() ? "127.0.0.1:" + std::to_string(port) : words.host;
  return out;
}

Request sidecar_request(const Words& words, const Surroundings& around, const std::string& parent) {
  Request out = gateway_request(words, around, 80);
  out.gateway.clear();
  out.service = around.ns + '/' + parent;
  out.from = words.web ? around.other_ns : around.ns;
  return out;
}

/// Hostnames of the routes, for recordings that do not tell the Host of repeated requests.
std::vector<std::string> hostnames(const Json& file) {
  std::vector<std::string> out;
  for (const Json& object : file.value("kuma", Json::array())) {
    if (object["kind"] != "MeshHTTPRoute") continue;
    for (const Json& each : object["spec"]["to"][0].value("hostnames", Json::array())) {
      out.push_back(each);
    }
  }
  return out;
}

/// Routes on sidecars only, asked for at "gateway edge": one answer each of the gateway, of a
/// sidecar beside the Service and of one in the other namespace.
bool leak_case(const Json& file) {
  return at_gateway(file) && parent_of(file) != "p40" &&
         file["kuma"][0]["spec"]["targetRef"]["kind"] != "MeshGateway";
}

void add_answers(const Json& file, const Json& answers, XdsCase& out) {
  const bool gateway = at_gateway(file), leak = leak_case(file);
  const auto hosts = hostnames(file);
  std::map<std::string, std::size_t> asked;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const std::string text = answers[i]["request"];
    Words words = parse_words(text);
    const std::size_t times = asked[text]++;
    if (words.host.empty() && times < hosts.size()) words.host = hosts[times];
    if (leak && i == 2) words.web = true;
    const bool here = gateway && !(leak && i > 0);
    out.probes.push_back({here ? gateway_request(words, out.around, port_of(file, out.around))
                               : sidecar_request(words, out.around, parent_of(file)),
                          answers[i]});
  }
}

/// {"/good": "200 tls1", "/bad": 503}, at the gateway and at the sidecar.
void add_statuses(const Json& file, XdsCase& out) {
  std::string sidecar_paths;
  for (const Json& object : file["kuma"]) {
    if (object["kind"] == "MeshHTTPRoute" && object["spec"]["targetRef"]["kind"] == "Mesh") {
      sidecar_paths += object.dump();
    }
  }
  for (const auto& [path, value] : file["observed"].items()) {
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump() + " None";
    const auto space = text.find(' ');
    const std::string key = text.substr(0, space) + ':' + text.substr(space + 1);
    const Json seen{{"request", path}, {"status_backend_counts", {{key, 1}}}};
    const Words words = parse_words(path);
    out.probes.push_back({gateway_request(words, out.around, port_of(file, out.around)), seen});
    if (sidecar_paths.find('"' + path + '"') == std::string::npos) continue;
    out.probes.push_back({sidecar_request(words, out.around, parent_of(file)), seen});
  }
}

/// ["g01 to1", [504, 1.0, "attempts", 3]]
void add_timeouts(const Json& file, XdsCase& out) {
  for (const Json& each : file["observed"]["admission_refused"]) out.refusals.push_back(each[1]);
  const Json& probes = file["observed"]["probes"];
  if (!probes.is_array()) return;
  for (const Json& each : probes) {
    const std::string name = each[0];
    Words words;
    words.path = name.ends_with("to2") ? "/two" : name.ends_with("to3") ? "/three" : "/one";
    const int number = name.starts_with("g02") ? 2 : 1;
    out.probes.push_back({at_gateway(file) ? gateway_request(words, out.around,
                                                             listener_port(out.around.mesh, number))
                                           : sidecar_request(words, out.around, "p40"),
                          {{"request", name}, {"delayed", each[1][0]}, {"attempts", each[1][3]}}});
  }
}

}  // namespace

XdsCase read_case(const std::string& path) {
  std::ifstream stream(path);
  const Json file = Json::parse(stream);
  XdsCase out;
  out.around = read_context(file["context"]);
  out.input = world_of(out.around);
  for (const Json& each : file.value("kuma", Json::array())) {
    out.input.objects.push_back({each, false});
    if (each["metadata"]["name"] != "ext-good") continue;
    // "TLS echo with certificate for ext.example.com", signed by the authority that works.
    out.input.certificates["127.0.0.1:9106"] = {
        {"ext.example.com"}, each["spec"]["networking"]["tls"]["caCert"]["inline"]};
  }
  const Json& observed = file["observed"];
  if (observed.is_array()) {
    add_answers(file, observed, out);
  } else if (observed.contains("answers")) {
    add_answers(file, observed["answers"], out);
    out.frozen_known = true;
    out.frozen = observed["later_change_of_another_route_ignored"];
  } else if (observed.contains("probes")) {
    add_timeouts(file, out);
  } else {
    add_statuses(file, out);
  }
  return out;
}

}  // namespace pawprint::traffic
