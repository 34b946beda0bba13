#include "engine/traffic/parse.h"

#include <algorithm>
#include <array>

#include "engine/traffic/hostname.h"

namespace pawprint::traffic {
namespace {

const Json kNull;

std::vector<std::string> texts(const Json& list) {
  std::vector<std::string> out;
  if (!list.is_array()) return out;
  for (const Json& each : list) {
    if (each.is_string()) out.push_back(each.get<std::string>());
  }
  return out;
}

ValueMatch::Kind value_kind(const std::string& name) {
  if (name == "RegularExpression") return ValueMatch::Kind::kRegex;
  if (name == "Present") return ValueMatch::Kind::kPresent;
  if (name == "Absent") return ValueMatch::Kind::kAbsent;
  if (name == "Prefix") return ValueMatch::Kind::kPrefix;
  return ValueMatch::Kind::kExact;
}

std::vector<ValueMatch> parse_values(const Json& list, bool fold_names) {
  std::vector<ValueMatch> out;
  if (!list.is_array()) return out;
  for (const Json& each : list) {
    const std::string name = text(each, "name");
    out.push_back(
        {fold_names ? lower(name) : name, text(each, "value"), value_kind(text(each, "type"))});
  }
  return out;
}

Match parse_match(const Json& from) {
  Match out;
  if (const Json& path = member(from, "path"); path.is_object()) {
    out.has_path = true;
    out.path = text(path, "value", "/");
    const std::string type = text(path, "type", "PathPrefix");
    if (type == "Exact") out.kind = Match::Path::kExact;
    if (type == "RegularExpression") out.kind = Match::Path::kRegex;
  }
  out.method = text(from, "method");
  out.headers = parse_values(member(from, "headers"), true);
  out.query = parse_values(member(from, "queryParams"), false);
  return out;
}

/// Equal for equal lists of matches, and only for them.
std::string key_of(const std::vector<Match>& matches) {
  Json out = Json::array();
  for (const Match& each : matches) {
    Json one{each.has_path, static_cast<int>(each.kind), each.path, each.method};
    for (const auto* list : {&each.headers, &each.query}) {
      Json values = Json::array();
      for (const ValueMatch& value : *list) {
        values.push_back({value.name, static_cast<int>(value.kind), value.value});
      }
      one.push_back(std::move(values));
    }
    out.push_back(std::move(one));
  }
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Rule parse_rule(const Json& from) {
  Rule out;
  if (const Json& list = member(from, "matches"); list.is_array()) {
    for (const Json& each : list) out.matches.push_back(parse_match(each));
  }
  out.key = key_of(out.matches);
  const Json& conf = member(from, "default");
  if (const Json& filters = member(conf, "filters"); filters.is_array()) out.filters = filters;
  if (const Json& refs = member(conf, "backendRefs"); refs.is_array()) {
    out.refs = parse_backends(refs);
  }
  return out;
}

}  // namespace

const Json& member(const Json& from, std::string_view name) {
  if (!from.is_object()) return kNull;
  const auto found = from.find(name);
  return found == from.end() ? kNull : *found;
}

std::string text(const Json& from, std::string_view name, std::string_view otherwise) {
  const Json& value = member(from, name);
  return value.is_string() ? value.get<std::string>() : std::string(otherwise);
}

std::int64_t number(const Json& from, std::string_view name, std::int64_t otherwise) {
  const Json& value = member(from, name);
  if (value.is_number_integer()) return value.get<std::int64_t>();
  return otherwise;
}

Labels labels_of(const Json& from) {
  Labels out;
  if (!from.is_object()) return out;
  for (const auto& [key, value] : from.items()) {
    if (value.is_string()) out[key] = value.get<std::string>();
  }
  return out;
}

std::string protocol_of(const std::string& app_protocol, const std::string& annotation) {
  constexpr std::array kKnown{"tcp", "http", "http2", "grpc", "kafka", "tls", "mysql"};
  for (const std::string& each : {lower(app_protocol), lower(annotation)}) {
    if (std::find(kKnown.begin(), kKnown.end(), each) != kKnown.end()) return each;
  }
  return "tcp";
}

Meta parse_meta(const Json& body, bool generated, const std::string& default_mesh) {
  const Json& metadata = member(body, "metadata");
  Meta out;
  out.kind = text(body, "kind");
  out.ns = text(metadata, "namespace");
  out.name = text(metadata, "name");
  out.labels = labels_of(member(metadata, "labels"));
  const Labels annotations = labels_of(member(metadata, "annotations"));
  const auto annotation = [&](const char* key) {
    const auto found = annotations.find(key);
    return found == annotations.end() ? std::string() : found->second;
  };
  out.display = annotation("kuma.io/display-name");
  if (out.display.empty()) out.display = out.label("kuma.io/display-name");
  if (out.display.empty()) out.display = out.name;
  out.mesh = text(body, "mesh");
  if (out.mesh.empty()) out.mesh = out.label("kuma.io/mesh");
  if (out.mesh.empty()) out.mesh = annotation("kuma.io/mesh");
  if (out.mesh.empty()) out.mesh = default_mesh;
  out.generated = generated;
  return out;
}

TargetRef parse_target(const Json& from) {
  TargetRef out;
  out.kind = text(from, "kind");
  out.name = text(from, "name");
  out.ns = text(from, "namespace");
  out.section = text(from, "sectionName");
  out.port = static_cast<std::int32_t>(number(from, "port", 0));
  out.tags = labels_of(member(from, "tags"));
  out.labels = labels_of(member(from, "labels"));
  out.proxy_types = texts(member(from, "proxyTypes"));
  return out;
}

std::vector<BackendRef> parse_backends(const Json& list) {
  std::vector<BackendRef> out;
  if (!list.is_array()) return out;
  for (const Json& each : list) {
    const std::int64_t weight = number(each, "weight", 1);
    out.push_back({parse_target(each), weight < 0 ? 0 : static_cast<std::uint64_t>(weight)});
  }
  return out;
}

RoutePolicy parse_route(const Json& body, Meta meta) {
  RoutePolicy out;
  out.meta = std::move(meta);
  const Json& spec = member(body, "spec");
  out.top = parse_target(member(spec, "targetRef"));
  if (out.top.kind.empty()) out.top.kind = "Mesh";
  const Json& list = member(spec, "to");
  if (!list.is_array()) return out;
  for (const Json& each : list) {
    To to;
    to.target = parse_target(member(each, "targetRef"));
    to.hostnames = texts(member(each, "hostnames"));
    for (std::string& host : to.hostnames) host = lower(std::move(host));
    if (const Json& rules = member(each, "rules"); rules.is_array()) {
      for (const Json& rule : rules) to.rules.push_back(parse_rule(rule));
    }
    out.to.push_back(std::move(to));
  }
  return out;
}

ConfPolicy parse_conf(const Json& body, Meta meta) {
  ConfPolicy out;
  out.meta = std::move(meta);
  const Json& spec = member(body, "spec");
  out.top = parse_target(member(spec, "targetRef"));
  if (out.top.kind.empty()) out.top.kind = "Mesh";
  const Json& list = member(spec, "to");
  if (!list.is_array()) return out;
  for (const Json& each : list) {
    out.to.emplace_back(parse_target(member(each, "targetRef")), member(each, "default"));
  }
  return out;
}

MeshGateway parse_gateway(const Json& body, Meta meta) {
  MeshGateway out;
  out.meta = std::move(meta);
  const Json& spec = member(body, "spec");
  Labels shared;
  if (const Json& selectors = member(spec, "selectors"); selectors.is_array()) {
    if (!selectors.empty()) shared = labels_of(member(selectors[0], "match"));
  }
  for (auto& [key, value] : labels_of(member(spec, "tags"))) shared[key] = value;
  const Json& list = member(member(spec, "conf"), "listeners");
  if (!list.is_array()) return out;
  for (const Json& each : list) {
    Listener listener;
    listener.hostname = lower(text(each, "hostname", "*"));
    if (listener.hostname.empty()) listener.hostname = "*";
    listener.port = static_cast<std::int32_t>(number(each, "port", 0));
    listener.protocol = text(each, "protocol", "HTTP");
    listener.tls_mode = text(member(each, "tls"), "mode", "TERMINATE");
    listener.tags = shared;
    for (auto& [key, value] : labels_of(member(each, "tags"))) listener.tags[key] = value;
    const auto name = listener.tags.find("gateways.kuma.io/listener-name");
    listener.name = name != listener.tags.end()
                        ? name->second
                        : listener.hostname + ':' + std::to_string(listener.port);
    out.listeners.push_back(std::move(listener));
  }
  return out;
}

std::vector<Port> parse_mesh_ports(const Json& spec) {
  std::vector<Port> out;
  const Json& list = member(spec, "ports");
  if (!list.is_array()) return out;
  for (const Json& each : list) {
    Port port;
    port.port = static_cast<std::int32_t>(number(each, "port", 0));
    port.name = text(each, "name");
    port.protocol = protocol_of(text(each, "appProtocol"), "");
    out.push_back(std::move(port));
  }
  return out;
}

}  // namespace pawprint::traffic
