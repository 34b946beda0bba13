#include "engine/traffic/reference.h"

#include <algorithm>

#include "engine/traffic/catalogue.h"

namespace pawprint::traffic {
namespace {

constexpr const char* kPlaceholder = "kuma.io/unresolved-backend";

std::string joined(const Labels& labels) {
  std::string out;
  for (const auto& [key, value] : labels) {
    if (!out.empty()) out += ',';
    out += key;
    out += '=';
    out += value;
  }
  return out;
}

/// "ns/name" of the Service that a MeshService stands for.
std::string service_of(const Destination& destination) {
  const std::string ns = destination.meta.label("k8s.kuma.io/namespace");
  const std::string& name = destination.meta.display;
  return (ns.empty() ? destination.meta.ns : ns) + '/' + name;
}

bool authority_fits(const Inbound& external, const Input::Certificate& certificate) {
  return external.authority.empty() || external.authority == certificate.authority;
}

/// The handshake with a server outside the mesh succeeds, as far as its certificate is known.
bool trusted(const World& world, const Inbound& external) {
  if (external.server_name.empty()) return true;
  const auto found = world.certificates.find(external.address);
  if (found == world.certificates.end()) return true;
  const auto& names = found->second.names;
  return std::find(names.begin(), names.end(), external.server_name) != names.end() &&
         authority_fits(external, found->second);
}

Resolved resolve_legacy(const World& world, const TargetRef& ref, const Meta& policy) {
  Resolved out;
  out.legacy = true;
  out.cluster = "tag " + ref.name + ' ' + joined(ref.tags);
  out.service = ref.name;
  if (ref.name == kPlaceholder) {
    out.kind = Resolved::Kind::kPlaceholder;
    return out;
  }
  if (ref.name.empty()) {
    // Labels without a port are read as a service tag, which is empty.
    out.service = joined(ref.labels);
    out.cluster = "tag " + out.service;
    out.freezes = "cluster name is undefined: a MeshService reference by labels needs a port";
    return out;
  }
  const Served served = served_by(world, policy.mesh, ref.name, ref.tags);
  out.service = served.service;
  out.port = served.port;
  out.served = served.known;
  out.reachable = served.reachable;
  out.kind = Resolved::Kind::kKnown;
  if (served.external != nullptr && !trusted(world, *served.external)) out.reachable = false;
  return out;
}

const std::vector<Destination>* list_of(const World& world, const std::string& kind) {
  if (kind == "MeshService") return &world.mesh_services;
  if (kind == "MeshMultiZoneService") return &world.multi_zone_services;
  return kind == "MeshExternalService" ? &world.external_services : nullptr;
}

bool in_mesh(const Destination& each, const std::string& mesh) {
  return each.meta.mesh == mesh || (each.derived && each.meta.mesh.empty());
}

const Destination* find_destination(const World& world, const TargetRef& ref, const Meta& policy) {
  const auto* list = list_of(world, ref.kind);
  const bool real = ref.kind == "MeshExternalService" || world.mesh(policy.mesh).mesh_services;
  if (list == nullptr || !real) return nullptr;
  const std::string ns = ref.ns.empty() ? policy.ns : ref.ns;
  for (const Destination& each : *list) {
    if (!in_mesh(each, policy.mesh)) continue;
    if (ref.labels.empty() ? each.meta.name == ref.name && each.meta.ns == ns
                           : subset(ref.labels, each.meta.labels)) {
      return &each;
    }
  }
  return nullptr;
}

const Port* port_of(const Destination& destination, const TargetRef& ref) {
  if (ref.kind == "MeshExternalService") {
    return destination.ports.empty() ? nullptr : &destination.ports.front();
  }
  for (const Port& each : destination.ports) {
    const std::string decimal = std::to_string(each.port);
    if (ref.section.empty() ? each.port == ref.port
                            : each.name == ref.section || decimal == ref.section) {
      return &each;
    }
  }
  return nullptr;
}

void fill(const World& world, const TargetRef& ref, const Meta& policy,
          const Destination& destination, const Port& port, Resolved& out) {
  out.kind = Resolved::Kind::kKnown;
  out.service = service_of(destination);
  out.port = port;
  out.cluster = ref.kind + ' ' + destination.meta.object() + ':' + std::to_string(port.port);
  out.served = true;
  out.reachable = destination.endpoints != false;
  if (ref.kind == "MeshExternalService") {
    const Mesh mesh = world.mesh(policy.mesh);
    out.reachable = mesh.mtls && mesh.egress && world.egress_known;
  } else if (!port.http()) {
    out.freezes = "Envoy rejects the cluster: an HTTP route to " + out.service + ':' +
                  std::to_string(port.port) + ", whose protocol is " + port.protocol;
  }
}

/// No object tells what exists: what is named does.
bool assume(const World& world, const TargetRef& ref, Resolved& out) {
  if (world.services_known || ref.kind != "MeshService" || ref.port == 0) return false;
  const auto label = [&](const char* key) {
    const auto found = ref.labels.find(key);
    return found == ref.labels.end() ? std::string() : found->second;
  };
  const std::string ns = ref.labels.empty() ? ref.ns : label("k8s.kuma.io/namespace");
  const std::string name = ref.labels.empty() ? ref.name : label("kuma.io/display-name");
  if (name.empty()) return false;
  out.kind = Resolved::Kind::kKnown;
  out.service = ns + '/' + name;
  out.port = {ref.port, "", "http"};
  out.cluster = "assumed " + out.service + ':' + std::to_string(ref.port);
  out.served = out.reachable = true;
  return true;
}

Resolved resolve_real(const World& world, const TargetRef& ref, const Meta& policy) {
  Resolved out;
  out.service = ref.labels.empty() ? (ref.ns.empty() ? policy.ns : ref.ns) + '/' + ref.name
                                   : joined(ref.labels);
  out.port.port = ref.port;
  out.cluster = "missing " + out.service + ':' + std::to_string(ref.port) + ref.section;
  if (world.mesh(policy.mesh).mesh_services && assume(world, ref, out)) return out;
  const Destination* destination = find_destination(world, ref, policy);
  if (destination == nullptr) {
    if (!ref.labels.empty()) out.kind = Resolved::Kind::kNothing;
    return out;
  }
  const Port* port = port_of(*destination, ref);
  if (port != nullptr) fill(world, ref, policy, *destination, *port, out);
  else out.service = service_of(*destination);
  return out;
}

}  // namespace

Resolved resolve(const World& world, const TargetRef& ref, const Meta& policy) {
  const bool legacy = ref.kind == "MeshServiceSubset" ||
                      (ref.kind == "MeshService" && ref.port == 0 && ref.section.empty());
  return legacy ? resolve_legacy(world, ref, policy) : resolve_real(world, ref, policy);
}

Resolved resolve_service(const World& world, const std::string& mesh, const std::string& ns,
                         const std::string& name, std::int32_t port) {
  Meta here;
  here.mesh = mesh;
  here.ns = ns;
  TargetRef ref;
  ref.kind = "MeshService";
  if (world.mesh(mesh).mesh_services) {
    ref.name = name;
    ref.ns = ns;
    ref.port = port;
    Resolved real = resolve_real(world, ref, here);
    if (real.kind == Resolved::Kind::kKnown) return real;
  }
  ref = {};
  ref.kind = "MeshServiceSubset";
  ref.name = name + '_' + ns + "_svc_" + std::to_string(port);
  Resolved out = resolve_legacy(world, ref, here);
  // A Service without Pods still has an address.
  if (const Service* service = find_service(world, ns, name); service != nullptr && !out.served) {
    if (const Port* known = find_port(service->ports, port); known != nullptr) out.port = *known;
    else out.kind = Resolved::Kind::kMissing;
  } else if (!out.served) {
    out.kind = Resolved::Kind::kMissing;
  }
  return out;
}

}  // namespace pawprint::traffic
