#include "engine/traffic/world.h"

#include <algorithm>
#include <tuple>

#include "engine/traffic/catalogue.h"
#include "engine/traffic/parse.h"
#include "engine/traffic/policy.h"

namespace pawprint::traffic {
namespace {

struct Reader {
  const Input& input;
  World& world;
  std::vector<const Json*> slices;
  std::map<std::string, std::string> namespace_mesh;

  void remark(const Meta& meta, const char* severity, const char* rule, std::string message) const {
    world.remarks.push_back({meta.object(), severity, rule, std::move(message)});
  }

  /// Sets the role; false when Kuma would not store the policy, or no proxy here reads it.
  bool admit(Meta& meta, const TargetRef& top, const std::vector<TargetRef>& to) const {
    meta.role = role_of(meta, to, world.system_namespace);
    if (meta.role.empty()) {
      remark(meta, "error", "route/refused",
             "Kuma refuses it: not allowed to mix producer and consumer items in one policy");
      return false;
    }
    if (top.kind == "MeshGateway" && meta.role != "system") {
      remark(meta, "error", "route/refused",
             "Kuma refuses it: targetRef MeshGateway is for the system namespace only");
      return false;
    }
    return takes_part(meta, world.zone);
  }

  void read_route(const Json& body, Meta meta, std::vector<RoutePolicy>& out) const {
    RoutePolicy route = parse_route(body, std::move(meta));
    std::vector<TargetRef> to;
    for (const To& each : route.to) to.push_back(each.target);
    if (admit(route.meta, route.top, to)) out.push_back(std::move(route));
  }

  void read_conf(const Json& body, Meta meta, std::vector<ConfPolicy>& out) const {
    ConfPolicy policy = parse_conf(body, std::move(meta));
    std::vector<TargetRef> to;
    for (const auto& [target, conf] : policy.to) to.push_back(target);
    const bool routes = std::any_of(
        to.begin(), to.end(), [](const TargetRef& each) { return each.kind == "MeshHTTPRoute"; });
    const bool services = std::any_of(to.begin(), to.end(), [](const TargetRef& each) {
      return each.kind != "Mesh" && !each.kind.empty();
    });
    if ((policy.top.kind == "MeshGateway" && routes) ||
        (policy.top.kind == "MeshHTTPRoute" && services)) {
      remark(policy.meta, "error", "route/refused",
             "Kuma refuses it: spec.to[0].targetRef.kind: value '" + to.front().kind +
                 "' is not supported");
      return;
    }
    if (admit(policy.meta, policy.top, to)) out.push_back(std::move(policy));
  }

  bool read_kuma(const Json& body, Meta& meta) const {
    if (meta.kind == "MeshHTTPRoute") read_route(body, meta, world.http_routes);
    else if (meta.kind == "MeshTCPRoute") read_route(body, meta, world.tcp_routes);
    else if (meta.kind == "MeshTimeout") read_conf(body, meta, world.timeouts);
    else if (meta.kind == "MeshRetry") read_conf(body, meta, world.retries);
    else if (meta.kind == "MeshService")
      world.mesh_services.push_back(parse_destination(body, meta));
    else if (meta.kind == "MeshMultiZoneService") {
      world.multi_zone_services.push_back(parse_destination(body, meta));
    } else if (meta.kind == "MeshExternalService") {
      world.external_services.push_back(parse_destination(body, meta));
    } else if (meta.kind == "ExternalService") {
      world.inbounds.push_back(parse_external(body, meta));
    } else if (meta.kind == "Dataplane") {
      parse_dataplane(body, meta, world.inbounds);
    } else if (meta.kind == "ZoneEgress") {
      world.egress_known = true;
    } else if (meta.kind == "Mesh") {
      const Mesh mesh = parse_mesh(body);
      world.meshes[mesh.name] = mesh;
    } else {
      return false;
    }
    return true;
  }

  void read(const Object& object) {
    const Json& body = object.body;
    Meta meta = parse_meta(body, object.generated, world.default_mesh);
    meta.generated = meta.generated || has_owner(meta);
    const std::string api = text(body, "apiVersion");
    if (api.empty() || api.starts_with("kuma.io/")) {
      if (read_kuma(body, meta)) return;
      if (meta.kind == "MeshGateway" && takes_part(meta, world.zone)) {
        world.gateways.push_back(parse_gateway(body, meta));
      }
    }
    if (meta.kind == "Service" && api == "v1") world.services.push_back(parse_service(body));
    if (meta.kind == "EndpointSlice") slices.push_back(&body);
    if (meta.kind == "Namespace" && api == "v1") {
      namespace_mesh[meta.name] = meta.label("kuma.io/mesh");
      world.namespaces.insert(meta.name);
    }
  }
};

template <class T>
bool by_name(const T& a, const T& b) {
  return std::tie(a.meta.name, a.meta.ns) < std::tie(b.meta.name, b.meta.ns);
}

template <class T>
void sort_by_name(std::vector<T>& list) {
  std::sort(list.begin(), list.end(), by_name<T>);
}

void sort_all(World& world) {
  sort_by_name(world.gateways);
  sort_by_name(world.http_routes);
  sort_by_name(world.tcp_routes);
  sort_by_name(world.timeouts);
  sort_by_name(world.retries);
  sort_by_name(world.mesh_services);
  sort_by_name(world.multi_zone_services);
  sort_by_name(world.external_services);
  std::sort(world.services.begin(), world.services.end(), [](const Service& a, const Service& b) {
    return std::tie(a.ns, a.name) < std::tie(b.ns, b.name);
  });
  std::sort(world.inbounds.begin(), world.inbounds.end(), [](const Inbound& a, const Inbound& b) {
    return std::tie(a.mesh, a.tags, a.address) < std::tie(b.mesh, b.tags, b.address);
  });
  std::sort(world.remarks.begin(), world.remarks.end());
}

}  // namespace

std::string Meta::object() const {
  return ns.empty() ? kind + '/' + name : kind + '/' + ns + '/' + name;
}

std::string Meta::label(const std::string& key) const {
  const auto found = labels.find(key);
  return found == labels.end() ? "" : found->second;
}

Mesh World::mesh(const std::string& name) const {
  const auto found = meshes.find(name);
  if (found != meshes.end()) return found->second;
  Mesh out;
  out.name = name;
  return out;
}

World read_world(const Input& input) {
  World world;
  world.zone = input.zone;
  world.system_namespace = input.system_namespace;
  world.default_mesh = input.mesh;
  world.sources = input.sources;
  world.certificates = input.certificates;
  world.egress_known = input.egress_unseen;
  Reader reader{input, world, {}, {}};
  for (const Object& each : input.objects) reader.read(each);
  for (Service& each : world.services) {
    if (each.mesh.empty()) each.mesh = reader.namespace_mesh[each.ns];
  }
  sort_all(world);
  world.services_known = !world.services.empty() || !world.mesh_services.empty() ||
                         std::any_of(world.inbounds.begin(), world.inbounds.end(),
                                     [](const Inbound& each) { return !each.external; });
  count_endpoints(world.services, reader.slices, world.inbounds);
  complete_destinations(world);
  sort_by_name(world.mesh_services);
  return world;
}

}  // namespace pawprint::traffic
