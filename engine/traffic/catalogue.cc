#include "engine/traffic/catalogue.h"

#include <algorithm>
#include <tuple>

namespace pawprint::traffic {
namespace {

constexpr const char* kServiceTag = "kuma.io/service";

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> out;
  std::string::size_type from = 0;
  while (true) {
    const auto end = text.find(at, from);
    out.push_back(text.substr(from, end - from));
    if (end == std::string::npos) return out;
    from = end + 1;
  }
}

std::optional<std::int32_t> port_number(const std::string& text) {
  constexpr std::size_t kLongest = 5;
  if (text.empty() || text.size() > kLongest) return std::nullopt;
  std::int32_t out = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    out = out * 10 + (c - '0');
  }
  return out;
}

/// Tags that the inbound of a Service's Pod carries, as far as the Service tells.
bool inbound_has(const World& world, const Service& service, const Port& port,
                 const std::string& key, const std::string& value) {
  if (key == "kuma.io/zone") return value == world.zone || !world.services_known;
  if (key == "k8s.kuma.io/namespace") return value == service.ns;
  if (key == "k8s.kuma.io/service-name") return value == service.name;
  if (key == "k8s.kuma.io/service-port") return value == std::to_string(port.port);
  if (key == "kuma.io/protocol") return value == port.protocol;
  if (key == kServiceTag) return true;
  const auto found = service.selector.find(key);
  return found != service.selector.end() && found->second == value;
}

void serve_from_service(const World& world, const ServiceTag& tag, const Service& service,
                        const Labels& tags, Served& out) {
  const Port* port = find_port(service.ports, tag.port);
  if (port == nullptr || service.endpoints == false) return;
  out.known = true;
  out.port = *port;
  out.reachable = std::all_of(tags.begin(), tags.end(), [&](const auto& each) {
    return inbound_has(world, service, *port, each.first, each.second);
  });
}

/// The Service of a MeshService that Kuma generated, when only the latter is known.
void serve_from_mesh_service(const World& world, const ServiceTag& tag, const Labels& tags,
                             Served& out) {
  for (const Destination& each : world.mesh_services) {
    if (each.derived || each.meta.ns != tag.ns || each.meta.display != tag.name) continue;
    Service stand_in;
    stand_in.ns = tag.ns;
    stand_in.name = tag.name;
    stand_in.ports = each.ports;
    stand_in.endpoints = each.endpoints;
    serve_from_service(world, tag, stand_in, tags, out);
  }
}

void serve_from_inbounds(const World& world, const std::string& mesh, const std::string& tag,
                         const Labels& tags, Served& out) {
  for (const Inbound& each : world.inbounds) {
    const auto found = each.tags.find(kServiceTag);
    if (each.mesh != mesh || found == each.tags.end() || found->second != tag) continue;
    const auto protocol = each.tags.find("kuma.io/protocol");
    if (!out.known && protocol != each.tags.end()) out.port.protocol = protocol->second;
    out.known = true;
    if (each.external) out.external = &each;
    out.reachable = out.reachable || subset(tags, each.tags);
  }
}

/// Nothing, when the selector names Pods by labels that only Dataplanes could tell.
std::optional<bool> selected_endpoints(const World& world, const Destination& destination) {
  const Labels& tags = destination.selector;
  if (tags.empty()) return std::nullopt;
  const std::string& mesh = destination.meta.mesh;
  const bool any =
      std::any_of(world.inbounds.begin(), world.inbounds.end(), [&](const Inbound& each) {
        return !each.external && each.mesh == mesh && subset(tags, each.tags);
      });
  if (any) return true;
  const auto tag = tags.find(kServiceTag);
  if (tag == tags.end()) return std::nullopt;
  return served_by(world, mesh, tag->second, tags).reachable;
}

void derive_mesh_services(World& world) {
  // Kuma generates a MeshService from each Service of a namespace that is in the mesh; where it was
  // seen to do so, what is not there does not exist.
  std::set<std::string> seen;
  for (const Destination& each : world.mesh_services) {
    if (each.meta.ns != world.system_namespace) seen.insert(each.meta.ns);
  }
  for (const Service& each : world.services) {
    if (seen.contains(each.ns)) continue;
    Destination made;
    made.meta.kind = "MeshService";
    made.meta.ns = each.ns;
    made.meta.name = made.meta.display = each.name;
    made.meta.mesh = each.mesh;
    made.ports = each.ports;
    made.endpoints = each.endpoints;
    made.derived = true;
    for (Port& port : made.ports) {
      if (port.name.empty()) port.name = std::to_string(port.port);
    }
    world.mesh_services.push_back(std::move(made));
  }
}

void label_destinations(World& world) {
  for (auto* list : {&world.mesh_services, &world.external_services, &world.multi_zone_services}) {
    for (Destination& each : *list) {
      each.meta.labels["kuma.io/display-name"] = each.meta.display;
      if (!each.derived) each.meta.labels.try_emplace("kuma.io/mesh", each.meta.mesh);
      if (list == &world.multi_zone_services) continue;
      each.meta.labels.try_emplace("k8s.kuma.io/namespace", each.meta.ns);
      each.meta.labels.try_emplace("kuma.io/zone", world.zone);
    }
  }
}

void count_mesh_service_endpoints(World& world) {
  for (Destination& each : world.mesh_services) {
    if (each.derived) continue;
    const std::string named = each.meta.label("k8s.kuma.io/service-name");
    const bool local = each.meta.label("kuma.io/zone") == world.zone;
    const Service* service =
        find_service(world, each.meta.ns, named.empty() ? each.meta.name : named);
    if (local && service != nullptr && service->endpoints) each.endpoints = service->endpoints;
    if (!each.endpoints && local) each.endpoints = selected_endpoints(world, each);
  }
  for (Destination& each : world.multi_zone_services) {
    if (each.endpoints) continue;
    each.endpoints = std::any_of(
        world.mesh_services.begin(), world.mesh_services.end(), [&](const Destination& one) {
          return one.endpoints != false && subset(each.selector, one.meta.labels);
        });
  }
}

}  // namespace

bool subset(const Labels& wanted, const Labels& have) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& each) {
    const auto found = have.find(each.first);
    return found != have.end() && found->second == each.second;
  });
}

std::optional<ServiceTag> parse_service_tag(const std::string& tag) {
  constexpr std::size_t kWithoutPort = 3, kWithPort = 4;
  const auto parts = split(tag, '_');
  if (parts.size() < kWithoutPort || parts.size() > kWithPort || parts[2] != "svc") {
    return std::nullopt;
  }
  ServiceTag out{parts[0], parts[1], 0};
  if (parts.size() == kWithoutPort) return out;
  const auto port = port_number(parts[3]);
  if (!port) return std::nullopt;
  out.port = *port;
  return out;
}

const Service* find_service(const World& world, const std::string& ns, const std::string& name) {
  const auto at = std::lower_bound(
      world.services.begin(), world.services.end(), std::tie(ns, name),
      [](const Service& each, const auto& key) { return std::tie(each.ns, each.name) < key; });
  return at != world.services.end() && at->ns == ns && at->name == name ? &*at : nullptr;
}

const Port* find_port(const std::vector<Port>& ports, std::int32_t port) {
  for (const Port& each : ports) {
    if (each.port == port) return &each;
  }
  return nullptr;
}

Served served_by(const World& world, const std::string& mesh, const std::string& tag,
                 const Labels& tags) {
  Served out;
  out.service = tag;
  out.port.protocol = "tcp";
  const auto parsed = parse_service_tag(tag);
  if (parsed) {
    out.service = parsed->ns + '/' + parsed->name;
    out.port.port = parsed->port;
  }
  if (parsed && !world.services_known) {
    out.known = out.reachable = true;
    out.port.protocol = "http";
    return out;
  }
  if (parsed) {
    const Service* service = find_service(world, parsed->ns, parsed->name);
    if (service != nullptr) serve_from_service(world, *parsed, *service, tags, out);
    else serve_from_mesh_service(world, *parsed, tags, out);
  }
  serve_from_inbounds(world, mesh, tag, tags, out);
  return out;
}

void complete_destinations(World& world) {
  derive_mesh_services(world);
  label_destinations(world);
  count_mesh_service_endpoints(world);
}

}  // namespace pawprint::traffic
