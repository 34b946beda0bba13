#include "engine/rules/backend_reference.h"

#include <algorithm>

#include "engine/rules/backend_tls.h"
#include "engine/rules/mesh_service.h"
#include "engine/rules/names.h"
#include "engine/rules/reference_grant.h"
#include "engine/rules/service_target.h"

namespace pawprint::rules {

const Rule kBackendTarget{
    "backend_reference/target", "HTTPRouteRule.backendRefs[]; ResolvedRefs reasons",
    "MeshHTTPRoute .spec.to[].rules[].default.backendRefs[]",
    "Kuma names a Kubernetes Service by <name>_<namespace>_svc_<port>",
    "oracle/backend-weights, oracle/backend-missing, oracle/backend-external-service, "
    "scenarios/backend-of-another-mesh"};
const Rule kBackendWeight{"backend_reference/weight", "BackendRef.weight",
                          "MeshHTTPRoute .spec.to[].rules[].default.backendRefs[].weight",
                          "Shares are proportional to weights in both", "oracle/backend-weights"};
const Rule kBackendZone{"backend_reference/zone", "-",
                        "MeshHTTPRoute .spec.to[].rules[].default.backendRefs[].tags",
                        "A Kubernetes Service is local to its cluster, so its backend is pinned to "
                        "the zone",
                        "oracle/doc-multizone-backend"};
const Rule kBackendUnresolved{"backend_reference/unresolved",
                              "BackendRef that cannot be resolved: its share must fail",
                              "MeshHTTPRoute .spec.to[].rules[].default.backendRefs[]",
                              "A share without target must not move to its siblings",
                              "oracle/backend-missing-one-of-two, scenarios/d-04-unresolved-share"};

namespace {

constexpr std::string_view kPlaceholder = "kuma.io/unresolved-backend";
constexpr std::string_view kBlackholeTag = "pawprint.dev/blackhole";

std::string quoted(Sym ns, Sym name) {
  return '"' + std::string(ns.view()) + '/' + std::string(name.view()) + '"';
}

/// Zones other than our own that have a Service of this name, for the message only.
template <class T>
std::string elsewhere(Context<T>& ctx, Sym ns, Sym name) {
  std::string zones;
  for (const Sym zone : ctx.settings.zones) {
    if (zone == ctx.zone || !ctx.reads.object(Kind::kService, zone, ns, name).exists()) continue;
    if (!zones.empty()) zones += ", ";
    zones += zone.view();
  }
  if (zones.empty()) return {};
  return "; it exists in " + zones + ", but a backendRef reaches Services of its own zone " +
         std::string(ctx.zone.view()) + " only";
}

template <class T>
struct Resolution {
  Context<T>& ctx;
  const RouteInput<T>& route;
  Backend<T>& out;
  std::vector<Verdict<T>>& verdicts;
  ParentKind parent;

  void refuse(std::string_view reason, std::string message) {
    verdicts.push_back(verdict<T>("ResolvedRefs", false, reason, std::move(message),
                                  T::by(kBackendTarget, out.src, out.target_src)));
  }

  void resolve_service(Sym ns) {
    const model::BackendRef& ref = *out.spec;
    const Object& object = ctx.reads.object(Kind::kService, ctx.zone, ns, ref.ref.name);
    out.target_src = T::object(object, "");
    const auto* service = object.template as<model::ServiceFact>();
    if (ctx.quirks().k3_label_references && ref.port == 0) {
      return refuse("InvalidKind", "backend reference to Service must include a port");
    }
    if (service == nullptr) {
      std::string message =
          "backend reference references a non-existent Service " + quoted(ns, ref.ref.name);
      if (!ctx.quirks().d16_backend_port_unchecked) message += elsewhere<T>(ctx, ns, ref.ref.name);
      return refuse("BackendNotFound", std::move(message));
    }
    const bool has_port = std::any_of(service->ports.begin(), service->ports.end(),
                                      [&](const auto& port) { return port.port == ref.port; });
    if (!ctx.quirks().d16_backend_port_unchecked && !has_port) {
      return refuse("BackendNotFound", "Service " + quoted(ns, ref.ref.name) +
                                           " does not have a port " + std::to_string(ref.port));
    }
    out.target = Target::kService;
    out.ns = ns;
    out.service = ref.ref.name;
    out.zone = ctx.zone;
    for (const auto& port : service->ports) {
      if (port.port != ref.port) continue;
      out.kuma_protocol = port.kuma_protocol;
      out.app_protocol = port.app_protocol;
      out.section = ctx.intern(section_of(port.name, port.port));
    }
    // A headless Service has no MeshService in Kuma 3, so nothing could be selected.
    if (ctx.quirks().k3_label_references) return refuse_headless(*service, ns);
    if (!ctx.quirks().d47_legacy_references) prefer_real<T>(ctx, route, out);
    if (!ctx.quirks().d36_http_only && parent == ParentKind::kGateway) {
      apply_backend_tls<T>(ctx, route, object, out);
    }
  }

  /// Kuma takes an appProtocol that it does not know for tcp. A sidecar then drops the share, and a
  /// gateway calls the port by HTTP/1.1, whatever it speaks.
  void require_protocol(Sym ns) {
    const Kind kind = route.object.kind;
    const bool http = kind == Kind::kHttpRoute || kind == Kind::kGrpcRoute;
    if (!http || out.target != Target::kService || ctx.quirks().d04_gamma_unresolved_vanishes) {
      return;
    }
    if (parent == ParentKind::kGateway && ctx.quirks().k3_no_gateways) return;
    const Sym protocol = out.kuma_protocol;
    const bool known =
        !protocol.set() || protocol.is("http") || protocol.is("http2") || protocol.is("grpc");
    const std::string who =
        "Service " + quoted(ns, out.spec->ref.name) + " port " + std::to_string(out.spec->port);
    if (!known && parent == ParentKind::kService) {
      std::string why = who + spoken() +
                        ": Kuma's sidecars send no HTTP there; its appProtocol has to be http, "
                        "http2 or grpc";
      // Observed on 2.14 only.
      if (ctx.quirks().k3_label_references) {
        out.caution = std::move(why);
        return;
      }
      out.target = Target::kUnresolved;
      return refuse("UnsupportedProtocol", std::move(why));
    }
    if (out.real || parent != ParentKind::kGateway) return;
    if (!known && tls()) {
      out.target = Target::kUnresolved;
      return refuse("UnsupportedProtocol", who + spoken() +
                                               ", and Kuma's gateways would send it plain HTTP; a "
                                               "BackendTLSPolicy makes them use TLS");
    }
    const bool http2 = kind == Kind::kGrpcRoute || protocol.is("http2") || protocol.is("grpc");
    const bool strange =
        !known && out.app_protocol.set() && !out.app_protocol.is("kubernetes.io/ws");
    if (http2 || strange) {
      out.caution = who + (known ? std::string() : spoken()) + ": gateways call it by HTTP/1.1";
      if (http2) out.caution += ", unless its MeshService is seen with appProtocol http2 or grpc";
    }
  }

  [[nodiscard]] bool tls() const {
    const Sym given = out.app_protocol;
    return given.is("kubernetes.io/wss") || lower(given.view()) == "https" ||
           lower(given.view()) == "tls";
  }

  [[nodiscard]] std::string spoken() const {
    if (!out.app_protocol.set()) return " has no appProtocol, so it is tcp to Kuma";
    if (lower(out.app_protocol.view()) == out.kuma_protocol.view()) {
      return " speaks " + std::string(out.kuma_protocol.view());
    }
    return " has appProtocol " + std::string(out.app_protocol.view()) + ", which is " +
           std::string(out.kuma_protocol.view()) + " to Kuma";
  }

  /// D-52: what a gateway would call by HTTP/1.1 is no backend of a GRPCRoute.
  void require_http2() {
    if (route.object.kind != Kind::kGrpcRoute || parent != ParentKind::kGateway) return;
    if (out.target == Target::kUnresolved || ctx.quirks().k3_no_gateways) return;
    if (!uses_mesh_services<T>(ctx, route.mesh.name)) return;
    if (out.real && (out.kuma_protocol.is("grpc") || out.kuma_protocol.is("http2"))) return;
    out.target = Target::kUnresolved;
    refuse("UnsupportedProtocol",
           "Kuma's gateways would call " + std::string(out.spec->ref.kind.view()) + ' ' +
               quoted(out.ns.set() ? out.ns : route.object.ns, out.spec->ref.name) + " port " +
               std::to_string(out.spec->port) +
               " by HTTP/1.1: no MeshService of it with this port and appProtocol grpc or http2 "
               "was seen");
  }

  /// A proxy finds Services of its own mesh only. That of the Service is where its Pods are, unless
  /// they say otherwise themselves, so this is told and the reference stays.
  void note_mesh(Sym ns) {
    if (out.target != Target::kService || out.real || ctx.quirks().d10_filters_ignored) return;
    const Object& object = ctx.reads.object(Kind::kService, ctx.zone, ns, out.spec->ref.name);
    const auto* service = object.template as<model::ServiceFact>();
    if (service == nullptr) return;
    const auto silent = [](const auto& meta) {
      return !meta.mesh_label.set() && !meta.mesh_annotation.set();
    };
    if (ns == route.object.ns && silent(*service) && silent(route.fact.meta)) return;
    const Sym mesh = mesh_of<T>(ctx, object, *service).name;
    if (mesh == route.mesh.name) return;
    if (!out.caution.empty()) out.caution += "; ";
    out.caution += "Service " + quoted(ns, out.spec->ref.name) + " is in mesh \"" +
                   std::string(mesh.view()) + "\" and the route in mesh \"" +
                   std::string(route.mesh.name.view()) +
                   "\": it is not reached unless its Pods are in the route's mesh";
  }

  void refuse_headless(const model::ServiceFact& service, Sym ns) {
    if (!service.headless) return;
    out.target = Target::kUnresolved;
    refuse("BackendNotFound",
           "Service " + quoted(ns, out.spec->ref.name) + " is headless and has no MeshService");
  }

  void resolve_mesh(Sym ns) {
    Refusal refusal = resolve_mesh_service<T>(ctx, route, ns, out);
    if (!refusal.reason.empty()) refuse(refusal.reason, std::move(refusal.message));
  }

  void refuse_kind() {
    refuse("InvalidKind",
           ctx.quirks().k3_label_references
               ? "backend reference must be Service, or of group kuma.io: MeshService, "
                 "MeshMultiZoneService, MeshExternalService"
           : ctx.quirks().d47_legacy_references
               ? "backend reference must be Service or externalservice.kuma.io"
               : "backend reference must be Service, or of group kuma.io: MeshService, "
                 "MeshMultiZoneService, MeshExternalService, ExternalService");
  }

  void resolve_external() {
    const Sym name = out.spec->ref.name;
    const Object& object = ctx.reads.object(Kind::kExternalService, ctx.zone, {}, name);
    out.target_src = T::object(object, "");
    const auto* external = object.template as<model::ExternalServiceFact>();
    if (external == nullptr || external->mesh != route.mesh.name) {
      return refuse("BackendNotFound",
                    "backend reference references a non-existent ExternalService \"" +
                        std::string(name.view()) + '"');
    }
    if (!ctx.quirks().d47_legacy_references && !kuma_name(external->service.view())) {
      return refuse("BackendNotFound",
                    "ExternalService \"" + std::string(name.view()) +
                        "\" has no kuma.io/service tag that Kuma takes as a name");
    }
    out.target = Target::kExternalService;
    out.service = external->service;
    out.target_src = T::object(object, ".spec.tags").at("kuma.io/service");
  }
};

template <class T>
bool same_target(const Backend<T>& a, const Backend<T>& b) {
  if (a.target != b.target) return false;
  if (a.target == Target::kUnresolved) return true;
  return a.ns == b.ns && a.service == b.service && a.zone == b.zone && a.real == b.real &&
         a.spec->port == b.spec->port;
}

template <class T>
void write_legacy(Context<T>& ctx, Out<T>& out, const Backend<T>& backend) {
  out.member("kind", "MeshServiceSubset", T::by(kBackendTarget, backend.src.at("kind")));
  out.member("name", service_tag(backend.service.view(), backend.ns.view(), backend.spec->port),
             T::by(kBackendTarget, backend.src.at("name"), backend.src.at("namespace"),
                   backend.src.at("port")));
  const Sym zone = backend.zone.set() ? backend.zone : ctx.zone;
  out.key("tags");
  out.open('{');
  out.member("kuma.io/zone", zone.view(), T::by(kBackendZone, T::setting("zones")));
  out.close('}');
}

template <class T>
void write_real(Out<T>& out, const Backend<T>& backend, std::string_view kind) {
  const Rule& rule = backend.spec->ref.kind.is("Service") ? kBackendReal : kBackendKuma;
  const auto by = [&](std::string_view member) {
    return T::by(rule, backend.src.at(member), backend.target_src);
  };
  const bool service = kind == "MeshService";
  out.member("kind", kind, by("kind"));
  out.key("labels");
  out.open('{');
  if (service) out.member("k8s.kuma.io/namespace", backend.ns.view(), by("namespace"));
  out.member("kuma.io/display-name", backend.service.view(), by("name"));
  if (service && backend.zone.set()) out.member("kuma.io/zone", backend.zone.view(), by("name"));
  out.close('}');
  if (kind != "MeshExternalService") {
    out.key("port");
    out.number(backend.spec->port, by("port"));
  }
}

/// Kuma 3: the members are kind, labels and sectionName.
template <class T>
void write_by_labels(Out<T>& out, const Backend<T>& backend, std::string_view kind) {
  const auto by = [&](std::string_view member) {
    return T::by(kServiceTargetLabels, backend.src.at(member), backend.target_src);
  };
  out.member("kind", kind, by("kind"));
  if (kind == "MeshService") {
    write_mesh_service_labels<T>(out, {backend.service, backend.ns, backend.zone}, by("name"));
  } else {
    out.key("labels");
    out.open('{');
    out.member("kuma.io/display-name", backend.service.view(), by("name"));
    out.close('}');
  }
  if (backend.section.set()) out.member("sectionName", backend.section.view(), by("port"));
}

template <class T>
void write_unresolved(Context<T>& ctx, Out<T>& out, const Blackhole& blackhole,
                      const typename T::Cause& cause) {
  if (ctx.quirks().k3_label_references) {
    out.member("kind", "MeshService", cause);
    out.key("labels");
    out.open('{');
    out.member("kuma.io/display-name", "unresolved-backend", cause);
    out.member(kBlackholeTag, "true", cause);
    out.close('}');
    return;
  }
  const bool sidecar = !blackhole.parent_service.empty();
  out.member("kind", sidecar ? "MeshServiceSubset" : "MeshService", cause);
  out.member("name", sidecar ? std::string_view(blackhole.parent_service) : kPlaceholder, cause);
  if (!sidecar) return;
  out.key("tags");
  out.open('{');
  out.member(kBlackholeTag, "true", cause);
  out.close('}');
}

/// Clients call the Service that a route is attached to anyway, so sending them there takes
/// nobody's consent. All Service parents share the rules, so it has to be every one of them.
template <class T>
bool is_every_parent(const RouteInput<T>& route, const Reference& ref) {
  if (!ref.to_group.empty() || !ref.to_kind.is("Service")) return false;
  for (const model::ParentRef& each : route.fact.parents) {
    if (!each.kind.is("Service")) continue;
    const Sym ns = each.ns.set() ? each.ns : route.object.ns;
    if (ns != ref.to_ns || each.name != ref.to_name) return false;
  }
  return true;
}

}  // namespace

template <class T>
Backend<T> resolve_backend(Context<T>& ctx, const RouteInput<T>& route, ParentKind parent,
                           const model::BackendRef& ref, const typename T::Src& src,
                           std::vector<Verdict<T>>& verdicts) {
  Backend<T> out;
  out.spec = &ref;
  out.weight = ref.weight;
  out.src = src;
  out.target_src = src;
  Resolution<T> resolution{ctx, route, out, verdicts, parent};
  const Sym ns = ref.ref.ns.set() ? ref.ref.ns : route.object.ns;
  const Reference reference{model::info(route.object.kind).name,
                            route.object.ns,
                            ref.ref.group,
                            ref.ref.kind,
                            ns,
                            ref.ref.name};
  const bool ungoverned =
      parent == ParentKind::kService &&
      (ctx.quirks().d03_gamma_ignores_grants || is_every_parent<T>(route, reference));
  if (!ungoverned && !reference_permitted<T>(ctx, reference)) {
    resolution.refuse("RefNotPermitted",
                      "reference to " + kind_with_group(ref.ref.group, ref.ref.kind) + ' ' +
                          quoted(ns, ref.ref.name) + " not permitted by any ReferenceGrant");
  } else if (ref.ref.kind.is("Service") && ref.ref.group.empty()) {
    resolution.resolve_service(ns);
  } else if (!ctx.quirks().k3_label_references && ref.ref.kind.is("ExternalService") &&
             ref.ref.group.is("kuma.io")) {
    resolution.resolve_external();
  } else if (!ctx.quirks().d47_legacy_references && is_mesh_service_kind(ref.ref)) {
    resolution.resolve_mesh(ns);
  } else {
    resolution.refuse_kind();
  }
  resolution.require_http2();
  if (ref.ref.kind.is("Service")) {
    resolution.require_protocol(ns);
    resolution.note_mesh(ns);
  }
  return out;
}

template <class T>
void resolve_backends(Context<T>& ctx, const RouteInput<T>& route, ParentKind parent,
                      RulePlan<T>& plan) {
  const auto backends = plan.src.at("backendRefs");
  for (std::size_t i = 0; i < plan.spec->backends.size(); ++i) {
    plan.backends.push_back(resolve_backend<T>(ctx, route, parent, plan.spec->backends[i],
                                               backends.at(i), plan.verdicts));
  }
}

template <class T>
void write_backend(Context<T>& ctx, Out<T>& out, const Backend<T>& backend,
                   const Blackhole& blackhole, bool with_weight) {
  const bool by_labels = ctx.quirks().k3_label_references;
  const auto write = [&](std::string_view kind) {
    if (by_labels) write_by_labels<T>(out, backend, kind);
    else write_real<T>(out, backend, kind);
  };
  out.open('{');
  switch (backend.target) {
    case Target::kService:
      // Kuma 2.14 resolves the target of a mirror by its legacy name only (D-27).
      if (by_labels || (backend.real && with_weight)) write("MeshService");
      else write_legacy<T>(ctx, out, backend);
      break;
    case Target::kMultiZoneService:
      write("MeshMultiZoneService");
      break;
    case Target::kMeshExternal:
      write("MeshExternalService");
      break;
    case Target::kExternalService:
      out.member("kind", "MeshService", T::by(kBackendTarget, backend.src.at("kind")));
      out.member("name", backend.service.view(), T::by(kBackendTarget, backend.target_src));
      break;
    case Target::kUnresolved:
      write_unresolved<T>(ctx, out, blackhole,
                          T::by(kBackendUnresolved, backend.src, backend.target_src));
      break;
  }
  if (with_weight) {
    out.key("weight");
    out.number(backend.weight, T::by(kBackendWeight, backend.src.at("weight")));
  }
  out.close('}');
}

template <class T>
void write_unresolved_share(Context<T>& ctx, Out<T>& out, const Blackhole& blackhole,
                            const typename T::Cause& cause) {
  out.open('{');
  write_unresolved<T>(ctx, out, blackhole, cause);
  out.key("weight");
  out.number(1, cause);
  out.close('}');
}

template <class T>
std::vector<Backend<T>> merge_backends(const std::vector<Backend<T>>& backends,
                                       const typename T::Src& rule) {
  std::vector<Backend<T>> out;
  for (const Backend<T>& each : backends) {
    if (each.weight == 0) continue;
    const auto found = std::find_if(out.begin(), out.end(), [&](const Backend<T>& other) {
      return same_target<T>(each, other);
    });
    if (found == out.end()) out.push_back(each);
    else found->weight += each.weight;
  }
  if (out.empty()) {
    Backend<T>& nothing = out.emplace_back();
    nothing.src = rule.at("backendRefs");
    nothing.target_src = nothing.src;
  }
  return out;
}

#define PAWPRINT_INSTANTIATE(T)                                                                    \
  template Backend<T> resolve_backend<T>(Context<T>&, const RouteInput<T>&, ParentKind,            \
                                         const model::BackendRef&, const T::Src&,                  \
                                         std::vector<Verdict<T>>&);                                \
  template void resolve_backends<T>(Context<T>&, const RouteInput<T>&, ParentKind, RulePlan<T>&);  \
  template void write_backend<T>(Context<T>&, Out<T>&, const Backend<T>&, const Blackhole&, bool); \
  template void write_unresolved_share<T>(Context<T>&, Out<T>&, const Blackhole&,                  \
                                          const T::Cause&);                                        \
  template std::vector<Backend<T>> merge_backends<T>(const std::vector<Backend<T>>&, const T::Src&);
PAWPRINT_INSTANTIATE(NoTrace)
PAWPRINT_INSTANTIATE(Tracing)
#undef PAWPRINT_INSTANTIATE

}  // namespace pawprint::rules
