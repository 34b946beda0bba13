#include "engine/traffic/destination.h"

#include <algorithm>

#include "engine/traffic/catalogue.h"

namespace pawprint::traffic {
namespace {

const Destination* find_mesh_service(const World& world, const std::string& ns,
                                     const std::string& name) {
  for (const Destination& each : world.mesh_services) {
    if (each.meta.display == name && each.meta.label("k8s.kuma.io/namespace") == ns) return &each;
  }
  return nullptr;
}

/// `to` names the Service in words, whatever its ports and mesh.
bool names(const TargetRef& to, const std::string& ns, const std::string& name) {
  if (to.kind != "MeshService") return false;
  const auto label = [&](const char* key) {
    const auto found = to.labels.find(key);
    return found == to.labels.end() ? std::string() : found->second;
  };
  if (!to.labels.empty()) {
    return label("kuma.io/display-name") == name && label("k8s.kuma.io/namespace") == ns;
  }
  const auto parsed = parse_service_tag(to.name);
  return parsed && parsed->name == name && parsed->ns == ns;
}

/// The mesh of all routes about the Service; empty when there is none, or several.
std::string mesh_of_routes(const World& world, const std::string& ns, const std::string& name) {
  std::set<std::string> out;
  for (const auto* list : {&world.http_routes, &world.tcp_routes}) {
    for (const RoutePolicy& policy : *list) {
      for (const To& to : policy.to) {
        const bool exists = world.meshes.contains(policy.meta.mesh);
        if (exists && names(to.target, ns, name)) out.insert(policy.meta.mesh);
      }
    }
  }
  return out.size() == 1 ? *out.begin() : "";
}

/// Of the Service, its MeshService, or the only mesh that there is. Where not even the Namespace is
/// known, the routes about the Service tell.
std::string mesh_of(const World& world, const std::string& ns, const std::string& name) {
  const Service* service = find_service(world, ns, name);
  if (service != nullptr && !service->mesh.empty()) return service->mesh;
  const Destination* destination = find_mesh_service(world, ns, name);
  if (destination != nullptr && !destination->meta.mesh.empty()) return destination->meta.mesh;
  if (world.meshes.size() == 1) return world.meshes.begin()->first;
  if (!world.namespaces.contains(ns)) {
    if (std::string mesh = mesh_of_routes(world, ns, name); !mesh.empty()) return mesh;
  }
  return world.default_mesh;
}

bool legacy_means(const std::string& tag, const Outbound& outbound) {
  const auto parsed = parse_service_tag(tag);
  return parsed && parsed->name == outbound.name && parsed->ns == outbound.ns &&
         (parsed->port == 0 || parsed->port == outbound.port);
}

/// `sectionName` is the port's name; the number only when the port has none.
bool section_means(const std::string& section, const Outbound& outbound) {
  if (section.empty()) return true;
  const Port& port = outbound.resolved.port;
  return section == (port.name.empty() ? std::to_string(port.port) : port.name);
}

}  // namespace

NsName split_name(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos) return {"", text};
  return {text.substr(0, slash), text.substr(slash + 1)};
}

Outbound outbound_of(const World& world, const std::string& ns, const std::string& name,
                     std::int32_t port) {
  Outbound out;
  out.mesh = mesh_of(world, ns, name);
  out.ns = ns;
  out.name = name;
  out.port = port;
  out.resolved = resolve_service(world, out.mesh, ns, name, port);
  out.exists = out.resolved.kind == Resolved::Kind::kKnown;
  out.real = out.exists && !out.resolved.legacy;
  if (out.real) out.destination = find_mesh_service(world, ns, name);
  return out;
}

bool means(const TargetRef& to, const Meta& policy, const Outbound& outbound) {
  if (to.kind != "MeshService") return false;
  if (!to.labels.empty()) {
    return outbound.destination != nullptr &&
           subset(to.labels, outbound.destination->meta.labels) &&
           section_means(to.section, outbound);
  }
  if (legacy_means(to.name, outbound)) return true;
  if (!outbound.real) return false;
  const std::string ns = to.ns.empty() ? policy.ns : to.ns;
  const bool same = outbound.destination == nullptr ? to.name == outbound.name && ns == outbound.ns
                                                    : to.name == outbound.destination->meta.name &&
                                                          ns == outbound.destination->meta.ns;
  return same && section_means(to.section, outbound);
}

}  // namespace pawprint::traffic
