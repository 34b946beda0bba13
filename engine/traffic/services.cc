#include <algorithm>

#include "engine/traffic/catalogue.h"
#include "engine/traffic/parse.h"

namespace pawprint::traffic {
namespace {

bool has_ready_endpoint(const Json& slice) {
  const Json& list = member(slice, "endpoints");
  if (!list.is_array()) return false;
  return std::any_of(list.begin(), list.end(), [](const Json& each) {
    const Json& ready = member(member(each, "conditions"), "ready");
    return !ready.is_boolean() || ready.get<bool>();
  });
}

}  // namespace

Service parse_service(const Json& body) {
  const Meta meta = parse_meta(body, false, "");
  Service out;
  out.ns = meta.ns.empty() ? "default" : meta.ns;
  out.name = meta.name;
  out.mesh = meta.label("kuma.io/mesh");
  const Json& spec = member(body, "spec");
  out.selector = labels_of(member(spec, "selector"));
  const Labels annotations = labels_of(member(member(body, "metadata"), "annotations"));
  const Json& list = member(spec, "ports");
  if (!list.is_array()) return out;
  for (const Json& each : list) {
    const std::string transport = text(each, "protocol", "TCP");
    if (transport != "TCP") continue;
    Port port;
    port.port = static_cast<std::int32_t>(number(each, "port", 0));
    port.name = text(each, "name");
    const auto annotation =
        annotations.find(std::to_string(port.port) + ".service.kuma.io/protocol");
    port.protocol = protocol_of(text(each, "appProtocol"),
                                annotation == annotations.end() ? "" : annotation->second);
    out.ports.push_back(std::move(port));
  }
  return out;
}

void count_endpoints(std::vector<Service>& services, const std::vector<const Json*>& slices,
                     const std::vector<Inbound>& inbounds) {
  // By namespace and Service: is there a ready one?
  std::map<std::string, std::map<std::string, bool>> by_slice, by_dataplane;
  for (const Json* slice : slices) {
    const Meta meta = parse_meta(*slice, false, "");
    bool& any = by_slice[meta.ns][meta.label("kubernetes.io/service-name")];
    any = any || has_ready_endpoint(*slice);
  }
  for (const Inbound& each : inbounds) {
    const auto tag = each.tags.find("kuma.io/service");
    if (each.external || tag == each.tags.end()) continue;
    if (const auto parsed = parse_service_tag(tag->second); parsed) {
      by_dataplane[parsed->ns][parsed->name] = true;
    }
  }
  for (Service& each : services) {
    const auto& known = by_slice.contains(each.ns) ? by_slice : by_dataplane;
    const auto ns = known.find(each.ns);
    if (ns == known.end()) continue;
    const auto found = ns->second.find(each.name);
    each.endpoints = found != ns->second.end() && found->second;
  }
}

Destination parse_destination(const Json& body, Meta meta) {
  Destination out;
  out.meta = std::move(meta);
  const Json& spec = member(body, "spec");
  out.ports = parse_mesh_ports(spec);
  if (out.meta.kind == "MeshExternalService") {
    const Json& match = member(spec, "match");
    Port port;
    port.port = static_cast<std::int32_t>(number(match, "port", 0));
    port.protocol = protocol_of(text(match, "protocol"), "");
    out.ports.push_back(std::move(port));
  }
  const Json& proxies = member(member(body, "status"), "dataplaneProxies");
  const std::int64_t total = number(proxies, "total", -1);
  if (total >= 0) out.endpoints = number(proxies, "healthy", total) > 0;
  const std::string state = text(spec, "state");
  if (!out.endpoints && !state.empty()) out.endpoints = state == "Available";
  const Json& selector = member(spec, "selector");
  out.selector = labels_of(member(selector, "dataplaneTags"));
  if (out.meta.kind == "MeshMultiZoneService") {
    out.endpoints.reset();
    out.selector = labels_of(member(member(selector, "meshService"), "matchLabels"));
  }
  return out;
}

void parse_dataplane(const Json& body, const Meta& meta, std::vector<Inbound>& out) {
  const Json& list = member(member(member(body, "spec"), "networking"), "inbound");
  if (!list.is_array()) return;
  for (const Json& each : list) {
    const std::string state = text(each, "state", "Ready");
    if (state == "Ready")
      out.push_back({meta.mesh, labels_of(member(each, "tags")), false, "", "", ""});
  }
}

Inbound parse_external(const Json& body, const Meta& meta) {
  const Json& spec = member(body, "spec");
  const Json& networking = member(spec, "networking");
  Inbound out{meta.mesh, labels_of(member(spec, "tags")), true, text(networking, "address"), "",
              ""};
  const Json& tls = member(networking, "tls");
  const Json& enabled = member(tls, "enabled");
  if (!enabled.is_boolean() || !enabled.get<bool>()) return out;
  out.server_name = text(tls, "serverName");
  if (out.server_name.empty()) out.server_name = out.address.substr(0, out.address.find(':'));
  out.authority = text(member(tls, "caCert"), "inline");
  return out;
}

Mesh parse_mesh(const Json& body) {
  Mesh out;
  out.name = text(member(body, "metadata"), "name", "default");
  const Json& spec = member(body, "spec");
  const std::string mode = text(member(spec, "meshServices"), "mode", "Disabled");
  out.mesh_services = mode != "Disabled";
  out.mtls = !text(member(spec, "mtls"), "enabledBackend").empty();
  const Json& egress = member(member(spec, "routing"), "zoneEgress");
  out.egress = egress.is_boolean() && egress.get<bool>();
  const Json& skipped = member(spec, "skipCreatingInitialPolicies");
  if (!skipped.is_array()) return out;
  for (const Json& each : skipped) {
    if (!each.is_string()) continue;
    const std::string kind = each.get<std::string>();
    if (kind == "*" || kind == "MeshTimeout") out.default_timeout = false;
    if (kind == "*" || kind == "MeshRetry") out.default_retry = false;
  }
  return out;
}

}  // namespace pawprint::traffic
