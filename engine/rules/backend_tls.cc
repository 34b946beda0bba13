#include "engine/rules/backend_tls.h"

#include <algorithm>

#include "engine/model/decode_gateway.h"
#include "engine/rules/labels.h"
#include "engine/rules/names.h"
#include "engine/rules/system_object.h"

namespace pawprint::rules {

const Rule kBackendTls{
    "backend_tls/object", "BackendTLSPolicy.spec", "MeshExternalService",
    "Kuma verifies a backend's certificate only where it calls a MeshExternalService",
    "conformance/BackendTLSPolicy"};
const Rule kBackendTlsAccepted{
    "backend_tls/accepted", "PolicyAncestorStatus condition Accepted", "-",
    "Of two policies for one target the older one holds; one that cannot be fulfilled fails closed",
    "conformance/BackendTLSPolicy"};
const Rule kBackendTlsAuthorities{
    "backend_tls/authorities", "BackendTLSPolicy.spec.validation.caCertificateRefs; ResolvedRefs",
    "MeshExternalService .spec.tls.verification.caCert",
    "Authorities are ConfigMaps of the policy's own namespace, key ca.crt",
    "conformance/BackendTLSPolicy"};
const Rule kBackendTlsAncestors{"backend_tls/ancestors", "BackendTLSPolicy.status.ancestors", "-",
                                "Each Gateway whose routes reach the backend is told about",
                                "conformance/BackendTLSPolicyObservedGenerationBump"};

namespace {

constexpr std::size_t kMaxAncestors = 16;

using Policy = model::BackendTlsPolicyFact;

bool older(const Object& a, const Policy& fa, const Object& b, const Policy& fb) {
  return std::tuple(fa.meta.created_s, a.ns.view(), a.name.view()) <
         std::tuple(fb.meta.created_s, b.ns.view(), b.name.view());
}

bool targets(const Policy& policy, Sym service, Sym section) {
  return std::any_of(policy.targets.begin(), policy.targets.end(), [&](const auto& target) {
    return target.group.empty() && target.kind.is("Service") && target.name == service &&
           target.section == section;
  });
}

template <class T>
const Object* oldest(Context<T>& ctx, const Object& service, Sym section) {
  const world::ObjId id =
      ctx.reads.world().id(Kind::kService, service.zone, service.ns, service.name);
  const Object* out = nullptr;
  for (const Object* each : ctx.reads.members(id)) {
    const auto* policy = each->template as<Policy>();
    if (policy == nullptr || !targets(*policy, service.name, section)) continue;
    if (out == nullptr || older(*each, *policy, *out, *out->template as<Policy>())) out = each;
  }
  return out;
}

/// The policy that holds a port: one that names it goes before one for the whole Service.
template <class T>
const Object* holder(Context<T>& ctx, const Object& service, const model::ServicePort& port) {
  if (port.name.set()) {
    if (const Object* named = oldest<T>(ctx, service, port.name)) return named;
  }
  return oldest<T>(ctx, service, Sym{});
}

std::string external_name(const Object& policy, Sym service, std::int32_t port) {
  return "tls-" +
         parts_hash({policy.ns.view(), policy.name.view(), service.view(), std::to_string(port)});
}

template <class T>
struct Judging {
  Context<T>& ctx;
  const Object& object;
  const Policy& fact;
  PolicyResult<T>& out;
  std::string authorities;  ///< PEM of all that could be read.
  std::string_view unresolved_reason;
  std::string unresolved;

  typename T::Src spec() const { return T::object(object, ".spec"); }

  void accept(bool good, std::string_view reason, std::string message, std::string_view member) {
    out.value.usable = good;
    out.verdicts.push_back(verdict<T>("Accepted", good, reason, std::move(message),
                                      T::by(kBackendTlsAccepted, spec().at(member))));
  }

  void read_authorities() {
    for (const model::ObjectRef& ref : fact.authorities) {
      const std::string name(ref.name.view());
      if (!ref.kind.is("ConfigMap") || !ref.group.empty()) {
        miss("InvalidKind", "caCertificateRefs must name ConfigMaps, not " +
                                std::string(ref.kind.view()) + ' ' + name);
        continue;
      }
      const auto* map = ctx.reads.template fact<model::ConfigMapFact>(Kind::kConfigMap, ctx.zone,
                                                                      object.ns, ref.name);
      if (map == nullptr || map->authorities.empty()) {
        miss("InvalidCACertificateRef",
             "ConfigMap " + name +
                 (map == nullptr ? " does not exist" : " has no certificates in ca.crt"));
        continue;
      }
      authorities += map->authorities;
      if (authorities.back() != '\n') authorities += '\n';
    }
  }

  void miss(std::string_view reason, std::string message) {
    if (!unresolved_reason.empty()) return;
    unresolved_reason = reason;
    unresolved = std::move(message);
  }

  /// The first target that does not exist, or that an older policy holds; empty reason if none.
  std::pair<std::string_view, std::string> target_fault() {
    for (const model::PolicyTarget& target : fact.targets) {
      const std::string name =
          std::string(target.kind.view()) + ' ' + std::string(target.name.view());
      if (!target.kind.is("Service") || !target.group.empty()) {
        return {"Invalid", "targetRefs must name Services, not " + name};
      }
      const Object& service = ctx.reads.object(Kind::kService, ctx.zone, object.ns, target.name);
      const auto* ports = service.template as<model::ServiceFact>();
      if (ports == nullptr) return {"TargetNotFound", name + " does not exist"};
      const bool has_port =
          !target.section.set() ||
          std::any_of(ports->ports.begin(), ports->ports.end(),
                      [&](const auto& port) { return port.name == target.section; });
      if (!has_port) {
        return {"TargetNotFound",
                name + " has no port named " + std::string(target.section.view())};
      }
      const Object* first = oldest<T>(ctx, service, target.section);
      if (first != nullptr && first != &object) {
        return {"Conflicted", "BackendTLSPolicy " + std::string(first->name.view()) +
                                  " is older and holds " + name};
      }
    }
    return {};
  }

  std::string shape_fault() const {
    if (fact.malformed.set()) return "malformed: " + std::string(fact.malformed.view());
    if (fact.options) return "spec.options are not understood";
    if (fact.well_known.set()) {
      return "wellKnownCACertificates cannot be expressed; name the authorities";
    }
    if (!fact.hostname.set()) return "validation.hostname is missing";
    for (const model::SubjectAltName& name : fact.names) {
      if (!name.value.set() || name.value.view().starts_with('*')) {
        return "subjectAltNames must be exact names";
      }
    }
    return {};
  }

  void judge() {
    read_authorities();
    auto [reason, message] = target_fault();
    std::string shape = shape_fault();
    if (!shape.empty()) accept(false, "Invalid", std::move(shape), "validation");
    else if (!reason.empty()) accept(false, reason, std::move(message), "targetRefs");
    else if (authorities.empty()) {
      accept(false, "NoValidCACertificate",
             unresolved.empty() ? "validation names no authority" : unresolved, "validation");
    } else {
      accept(true, "Accepted", "", "targetRefs");
    }
    const auto cause =
        T::by(kBackendTlsAuthorities, spec().at("validation").at("caCertificateRefs"));
    const bool resolved = unresolved_reason.empty();
    out.verdicts.push_back(verdict<T>("ResolvedRefs", resolved,
                                      resolved ? "ResolvedRefs" : unresolved_reason, unresolved,
                                      cause));
  }

  void write_tls(Out<T>& to) {
    const auto validation = spec().at("validation");
    to.key("tls");
    to.open('{');
    to.key("enabled");
    to.truth(true, T::by(kBackendTls, validation));
    to.key("verification");
    to.open('{');
    to.key("caCert");
    to.open('{');
    to.member("inlineString", authorities,
              T::by(kBackendTlsAuthorities, validation.at("caCertificateRefs")));
    to.close('}');
    to.member("mode", "Secured", T::by(kBackendTls, validation));
    to.member("serverName", fact.hostname.view(), T::by(kBackendTls, validation.at("hostname")));
    to.key("subjectAltNames");
    to.open('[');
    const auto add = [&](Sym value, const typename T::Src& src) {
      to.open('{');
      to.member("type", "Exact", T::by(kBackendTls, src));
      to.member("value", value.view(), T::by(kBackendTls, src));
      to.close('}');
    };
    if (fact.names.empty()) add(fact.hostname, validation.at("hostname"));
    for (std::size_t i = 0; i < fact.names.size(); ++i) {
      add(fact.names[i].value, validation.at("subjectAltNames").at(i));
    }
    to.close(']');
    to.close('}');
    to.close('}');
  }

  Generated print(const Object& service, const model::ServicePort& port) {
    const Mesh<T> mesh = mesh_of<T>(ctx, object, fact.meta);
    const auto target = spec().at("targetRefs");
    const auto ports = T::object(service, ".spec.ports");
    const SystemObject<T> what{Kind::kMeshExternalService,
                               ctx.intern(external_name(object, service.name, port.port)),
                               object,
                               mesh,
                               kBackendTls,
                               T::by(kBackendTls, target, ports)};
    return make_system_object<T>(ctx, what, [&](Out<T>& to) {
      to.key("spec");
      to.open('{');
      to.key("endpoints");
      to.open('[');
      to.open('{');
      to.member("address",
                std::string(service.name.view()) + '.' + std::string(service.ns.view()) +
                    ".svc.cluster.local",
                T::by(kBackendTls, target));
      to.key("port");
      to.number(port.port, T::by(kBackendTls, ports));
      to.close('}');
      to.close(']');
      to.key("match");
      to.open('{');
      to.key("port");
      to.number(port.port, T::by(kBackendTls, ports));
      const bool grpc = port.kuma_protocol.is("grpc");
      const bool http2 = port.kuma_protocol.is("http2");
      to.member("protocol", grpc ? "grpc" : http2 ? "http2" : "http", T::by(kBackendTls, ports));
      to.member("type", "HostnameGenerator", T::by(kBackendTls, target));
      to.close('}');
      write_tls(to);
      to.close('}');
    });
  }

  /// MeshExternalServices are reached through the zone's egress, which needs mTLS.
  void warn_unreachable() {
    if (out.outputs.empty()) return;
    const Mesh<T> mesh = mesh_of<T>(ctx, object, fact.meta);
    const auto* seen =
        ctx.reads.template fact<model::MeshFact>(Kind::kMesh, ctx.zone, {}, mesh.name);
    if (seen == nullptr || (seen->mtls && seen->zone_egress)) return;
    out.remarks.push_back({"warning", kBackendTls.id,
                           "mesh \"" + std::string(mesh.name.view()) + "\" has no " +
                               (seen->mtls ? "routing.zoneEgress" : "mTLS") +
                               ", without which requests to such backends are answered with 503"});
  }

  void generate() {
    if (!out.value.usable) return;
    for (const model::PolicyTarget& target : fact.targets) {
      const Object& service = ctx.reads.object(Kind::kService, ctx.zone, object.ns, target.name);
      const auto* ports = service.template as<model::ServiceFact>();
      if (ports == nullptr) continue;
      for (const model::ServicePort& port : ports->ports) {
        if (target.section.set() && target.section != port.name) continue;
        if (holder<T>(ctx, service, port) == &object) out.outputs.push_back(print(service, port));
      }
    }
  }
};

}  // namespace

template <class T>
PolicyResult<T> evaluate_policy(Context<T>& ctx, const Object& object) {
  PolicyResult<T> out;
  const auto* fact = object.template as<Policy>();
  if (fact == nullptr || ctx.quirks().d36_http_only) return out;
  out.value.handled = true;
  Judging<T> judging{ctx, object, *fact, out, {}, {}, {}};
  judging.judge();
  if (!ctx.quirks().k3_no_gateways) {
    judging.generate();
    judging.warn_unreachable();
    return out;
  }
  out.value.usable = false;
  out.remarks.push_back({"warning", kBackendTls.id,
                         "Kuma 3 has no gateways, and a BackendTLSPolicy is for the way from a "
                         "gateway to a Service; it has no effect"});
  return out;
}

template <class T>
std::vector<Section<T>> policy_status(Context<T>& ctx, const Object& object,
                                      const std::vector<Verdict<T>>& verdicts,
                                      const std::vector<const Object*>& gateways,
                                      std::string& left_out) {
  std::vector<Section<T>> out;
  const auto* fact = object.template as<Policy>();
  const std::size_t foreign = fact == nullptr ? 0 : fact->foreign_controllers.size();
  for (const Object* gateway : gateways) {
    if (out.size() + foreign >= kMaxAncestors) {
      left_out = std::string(gateway->ns.view()) + '/' + std::string(gateway->name.view());
      break;
    }
    Section<T>& section = out.emplace_back();
    const model::ParentRef ref{ctx.intern("gateway.networking.k8s.io"),
                               ctx.intern("Gateway"),
                               gateway->name,
                               gateway->ns,
                               {},
                               0};
    section.section = model::parent_json(ref);
    section.verdicts = verdicts;
    section.member_causes.push_back(T::by(kBackendTlsAncestors,
                                          T::object(*gateway, ".metadata").at("name"),
                                          T::object(object, ".spec").at("targetRefs")));
  }
  return out;
}

template <class T>
std::vector<world::ObjId> policies_of(Context<T>& ctx, const Object& service, std::int32_t port) {
  std::vector<world::ObjId> out;
  const world::ObjId id =
      ctx.reads.world().id(Kind::kService, service.zone, service.ns, service.name);
  if (ctx.reads.member_ids(id).empty()) return out;
  Sym name;
  if (const auto* fact = service.template as<model::ServiceFact>()) {
    for (const model::ServicePort& each : fact->ports) {
      if (each.port == port) name = each.name;
    }
  }
  for (const world::ObjId member : ctx.reads.member_ids(id)) {
    const auto* policy = ctx.reads.object(member).template as<Policy>();
    if (policy == nullptr) continue;
    const bool covers = targets(*policy, service.name, Sym{}) ||
                        (name.set() && targets(*policy, service.name, name));
    if (covers) out.push_back(member);
  }
  return out;
}

template <class T>
void apply_backend_tls(Context<T>& ctx, const RouteInput<T>& route, const Object& service,
                       Backend<T>& out) {
  const world::ObjId id =
      ctx.reads.world().id(Kind::kService, service.zone, service.ns, service.name);
  const auto* fact = service.template as<model::ServiceFact>();
  if (fact == nullptr || ctx.reads.member_ids(id).empty()) return;
  for (const model::ServicePort& port : fact->ports) {
    if (port.port != out.spec->port) continue;
    const Object* policy = holder<T>(ctx, service, port);
    if (policy == nullptr) return;
    const world::ObjId policy_id =
        ctx.reads.world().id(Kind::kBackendTlsPolicy, policy->zone, policy->ns, policy->name);
    ctx.reads.derived(policy_id, derive::Slot::kFirst);
    out.target_src = T::object(*policy, ".spec");
    const bool http =
        route.object.kind == Kind::kHttpRoute || route.object.kind == Kind::kGrpcRoute;
    if (!http || !route.classes.policy_value(policy_id).usable) {
      out.target = Target::kUnresolved;
      return;
    }
    out.target = Target::kMeshExternal;
    out.real = true;
    out.ns = ctx.settings.system_namespace;
    out.service = ctx.intern(external_name(*policy, service.name, port.port));
    return;
  }
}

#define PAWPRINT_INSTANTIATE(T)                                                                \
  template PolicyResult<T> evaluate_policy<T>(Context<T>&, const Object&);                     \
  template std::vector<Section<T>> policy_status<T>(                                           \
      Context<T>&, const Object&, const std::vector<Verdict<T>>&,                              \
      const std::vector<const Object*>&, std::string&);                                        \
  template std::vector<world::ObjId> policies_of<T>(Context<T>&, const Object&, std::int32_t); \
  template void apply_backend_tls<T>(Context<T>&, const RouteInput<T>&, const Object&, Backend<T>&);
PAWPRINT_INSTANTIATE(NoTrace)
PAWPRINT_INSTANTIATE(Tracing)
#undef PAWPRINT_INSTANTIATE

}  // namespace pawprint::rules
