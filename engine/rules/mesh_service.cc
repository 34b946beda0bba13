#include "engine/rules/mesh_service.h"

#include <algorithm>

#include "engine/rules/service_target.h"

namespace pawprint::rules {

const Rule kBackendReal{
    "backend_reference/mesh_service", "BackendObjectReference of kind Service",
    "MeshHTTPRoute .spec.to[].rules[].default.backendRefs[].labels",
    "Where a mesh has MeshServices, a reference by labels answers 503 for a Service without "
    "endpoints and needs no inbound tags; it is written only when it is known to select one",
    "scenarios/d-47-real-references, scenarios/d-52-grpc-backends"};
const Rule kBackendKuma{
    "backend_reference/kuma_kinds",
    "BackendObjectReference of group kuma.io: MeshService, MeshMultiZoneService, "
    "MeshExternalService",
    "MeshHTTPRoute .spec.to[].rules[].default.backendRefs[]",
    "These kinds reach other zones and the outside, which a Service cannot",
    "scenarios/kuma-backends"};

namespace {

bool speaks_http(Sym protocol) {
  return protocol.is("http") || protocol.is("http2") || protocol.is("grpc");
}

const model::MeshServicePort* port_of(const model::MeshServiceFact& fact, std::int32_t port) {
  const auto found = std::find_if(fact.ports.begin(), fact.ports.end(),
                                  [&](const auto& each) { return each.port == port; });
  return found == fact.ports.end() ? nullptr : &*found;
}

/// The object of the reference and the zone that it was found in.
template <class T>
const Object* find_object(Context<T>& ctx, Kind kind, Sym ns, Sym name, Sym mesh) {
  const auto fits = [&](const Object& object) {
    const auto* fact = object.template as<model::MeshServiceFact>();
    return fact != nullptr && fact->mesh == mesh;
  };
  const Object& own = ctx.reads.object(kind, ctx.zone, ns, name);
  if (fits(own)) return &own;
  for (const Sym zone : ctx.settings.zones) {
    const auto& globals = ctx.settings.global_zones;
    const bool global = std::find(globals.begin(), globals.end(), zone) != globals.end();
    // Of the three only MeshServices travel from one zone to another.
    if (zone == ctx.zone || (kind != Kind::kMeshService && !global)) continue;
    const Object& other = ctx.reads.object(kind, zone, ns, name);
    if (fits(other)) return &other;
  }
  return nullptr;
}

std::string quoted(Sym ns, Sym name) {
  return '"' + std::string(ns.view()) + '/' + std::string(name.view()) + '"';
}

struct KindOf {
  Kind kind;
  Target target;
};
KindOf kind_of(Sym kind) {
  if (kind.is("MeshService")) return {Kind::kMeshService, Target::kService};
  if (kind.is("MeshMultiZoneService"))
    return {Kind::kMeshMultiZoneService, Target::kMultiZoneService};
  return {Kind::kMeshExternalService, Target::kMeshExternal};
}

}  // namespace

bool is_mesh_service_kind(const model::ObjectRef& ref) {
  return ref.group.is("kuma.io") &&
         (ref.kind.is("MeshService") || ref.kind.is("MeshMultiZoneService") ||
          ref.kind.is("MeshExternalService"));
}

template <class T>
bool uses_mesh_services(Context<T>& ctx, Sym mesh) {
  if (ctx.quirks().k3_label_references) return true;
  const auto* fact = ctx.reads.template fact<model::MeshFact>(Kind::kMesh, ctx.zone, {}, mesh);
  return fact != nullptr && !fact->mesh_services_mode.is("Disabled");
}

template <class T>
void prefer_real(Context<T>& ctx, const RouteInput<T>& route, Backend<T>& out) {
  if (!uses_mesh_services<T>(ctx, route.mesh.name)) return;
  const Object& object = ctx.reads.object(Kind::kMeshService, ctx.zone, out.ns, out.service);
  const auto* fact = object.template as<model::MeshServiceFact>();
  if (fact == nullptr || fact->mesh != route.mesh.name || fact->zone != ctx.zone) return;
  if (fact->display != out.service || fact->ns != out.ns) return;
  const model::MeshServicePort* port = port_of(*fact, out.spec->port);
  if (port == nullptr || !speaks_http(port->app_protocol)) return;
  out.real = true;
  out.kuma_protocol = port->app_protocol;
  out.target_src = T::object(object, "");
}

namespace {

/// The port that a reference names. Kuma 3 takes a reference without one.
template <class T>
Refusal choose_port(Context<T>& ctx, const model::MeshServiceFact& fact, const std::string& name,
                    Backend<T>& out) {
  const std::int32_t wanted = out.spec->port;
  if (wanted == 0) {
    if (ctx.quirks().k3_label_references) return {};
    return {"BackendNotFound", "backend reference to " + name + " has no port"};
  }
  const model::MeshServicePort* port = port_of(fact, wanted);
  if (port == nullptr) {
    return {"BackendNotFound", name + " does not have a port " + std::to_string(wanted)};
  }
  out.kuma_protocol = port->app_protocol;
  out.section = ctx.intern(section_of(port->name, port->port));
  return {};
}

/// Routes of HTTP need a target that speaks it.
template <class T>
bool wrong_protocol(Context<T>& ctx, const RouteInput<T>& route, const Backend<T>& out) {
  if (!ctx.quirks().k3_label_references) return !speaks_http(out.kuma_protocol);
  const bool http = route.object.kind == Kind::kHttpRoute || route.object.kind == Kind::kGrpcRoute;
  return http && out.kuma_protocol.set() && !speaks_http(out.kuma_protocol);
}

}  // namespace

template <class T>
Refusal resolve_mesh_service(Context<T>& ctx, const RouteInput<T>& route, Sym ns, Backend<T>& out) {
  const model::BackendRef& ref = *out.spec;
  const auto [kind, target] = kind_of(ref.ref.kind);
  const std::string name = std::string(ref.ref.kind.view()) + ' ' + quoted(ns, ref.ref.name);
  if (kind != Kind::kMeshExternalService && !uses_mesh_services<T>(ctx, route.mesh.name)) {
    return {"BackendNotFound", name + " cannot be used: meshServices.mode of mesh \"" +
                                   std::string(route.mesh.name.view()) + "\" is Disabled"};
  }
  const Object* object = find_object<T>(ctx, kind, ns, ref.ref.name, route.mesh.name);
  // The two others live in Kuma's own namespace only, so nobody names it.
  if (object == nullptr && kind != Kind::kMeshService && !ref.ref.ns.set()) {
    object =
        find_object<T>(ctx, kind, ctx.settings.system_namespace, ref.ref.name, route.mesh.name);
  }
  if (object == nullptr) {
    return {"BackendNotFound", "backend reference references a non-existent " + name};
  }
  out.target_src = T::object(*object, "");
  const auto& fact = *object->template as<model::MeshServiceFact>();
  if (kind != Kind::kMeshExternalService) {
    if (Refusal refusal = choose_port<T>(ctx, fact, name, out); !refusal.reason.empty()) {
      return refusal;
    }
  } else if (!fact.ports.empty()) {
    out.kuma_protocol = fact.ports.front().app_protocol;
  }
  if (wrong_protocol<T>(ctx, route, out)) {
    return {"UnsupportedProtocol", name + " does not speak http, http2 or grpc"};
  }
  out.target = target;
  out.real = true;
  out.ns = fact.ns;
  out.service = fact.display;
  out.zone = fact.zone;
  if (!out.zone.set() && object->zone != ctx.zone) out.zone = object->zone;
  return {};
}

#define PAWPRINT_INSTANTIATE(T)                                                 \
  template bool uses_mesh_services<T>(Context<T>&, Sym);                        \
  template void prefer_real<T>(Context<T>&, const RouteInput<T>&, Backend<T>&); \
  template Refusal resolve_mesh_service<T>(Context<T>&, const RouteInput<T>&, Sym, Backend<T>&);
PAWPRINT_INSTANTIATE(NoTrace)
PAWPRINT_INSTANTIATE(Tracing)
#undef PAWPRINT_INSTANTIATE

}  // namespace pawprint::rules
