#include "engine/rules/gateway.h"

#include <algorithm>

#include "engine/rules/mesh_exists.h"
#include "engine/rules/names.h"
#include "engine/rules/route_floor.h"

namespace pawprint::rules {

const Rule kGatewayAccepted{"gateway/accepted", "Gateway condition Accepted", "-",
                            "A Gateway is accepted when at least one listener will be configured",
                            "oracle/listener-unsupported-all"};
const Rule kGatewayProgrammed{
    "gateway/programmed", "Gateway condition Programmed", "-",
    "Programmed says that traffic will soon flow: every listener configured and an address there",
    "oracle/gateway-address"};
const Rule kAttachedRoutes{"gateway/attached_routes", "Gateway.status.listeners[].attachedRoutes",
                           "-", "Counts accepted (route, listener) pairs",
                           "oracle/attach-two-sections"};
const Rule kGatewayAddresses{
    "gateway/addresses", "Gateway.status.addresses", "-",
    "The load balancer of the MeshGatewayInstance is where clients connect",
    "oracle/gateway-address"};

namespace {

bool in_global_zone(const Settings& settings, Sym zone) {
  return std::find(settings.global_zones.begin(), settings.global_zones.end(), zone) !=
         settings.global_zones.end();
}

/// Why Kuma's admission would refuse what Kuma generates (D-09); empty when it would not.
template <class T>
std::string stuck_reason(Context<T>& ctx, const GatewayInput<T>& in) {
  if (!mesh_exists<T>(ctx, in.mesh.name)) {
    return "mesh " + std::string(in.mesh.name.view()) + " does not exist";
  }
  for (const JudgedListener<T>& listener : in.listeners) {
    if (!listener.emitted) continue;
    const std::string name(listener.spec->name.view());
    if (listener.spec->protocol.is("HTTPS") && listener.certificates.empty()) {
      return "listener " + name + ": spec.conf.listeners[].tls: cannot be empty";
    }
    if (listener.certificates.size() > 2) {
      return "listener " + name + ": cannot have more than 2 certificates";
    }
  }
  if (in.parameters.config != nullptr &&
      model::find_label(in.parameters.config->tags, "kuma.io/service").set()) {
    return "tags: \"kuma.io/service\" must not be defined";
  }
  return {};
}

/// Faults of the Gateway as a whole, which our own profiles report instead of looping.
template <class T>
std::string gateway_fault(Context<T>& ctx, const GatewayInput<T>& in) {
  if (in.fact.malformed.set()) return "malformed: " + std::string(in.fact.malformed.view());
  if (!dns1035_label(in.object.name.view())) {
    return "the name is no DNS-1035 label, so Kuma cannot make a Service of it";
  }
  if (in.parameters.config != nullptr &&
      model::find_label(in.parameters.config->tags, "kuma.io/service").set()) {
    return "tag kuma.io/service must not be set in MeshGatewayConfig";
  }
  if (!mesh_exists<T>(ctx, in.mesh.name)) {
    return "mesh \"" + std::string(in.mesh.name.view()) + "\" does not exist";
  }
  return {};
}

template <class T>
void judge_accepted(Context<T>& ctx, const GatewayInput<T>& in, GatewayResult<T>& out) {
  const auto src = T::object(in.object, ".spec").at("listeners");
  const auto cause = T::by(kGatewayAccepted, src);
  const auto emitted = std::count_if(in.listeners.begin(), in.listeners.end(),
                                     [](const auto& each) { return each.emitted; });
  const bool all = static_cast<std::size_t>(emitted) == in.listeners.size();
  if (ctx.quirks().d31_always_programmed || all) {
    out.accepted = verdict<T>("Accepted", true, "Accepted", "", cause);
  } else if (emitted > 0) {
    out.accepted = verdict<T>("Accepted", true, "ListenersNotValid",
                              "some listeners are not valid, see their conditions", cause);
  } else {
    out.accepted = verdict<T>("Accepted", false, "ListenersNotValid",
                              "no listener is valid, see their conditions", cause);
  }
}

template <class T>
void add_gates(const GatewayInput<T>& in, GatewayResult<T>& out) {
  if constexpr (T::kOn) {
    for (Generated& made : out.outputs) {
      made.gates.push_back(
          T::by(kClassController, T::object(in.gateway_class, ".spec.controllerName")).cause);
      made.gates.push_back(
          T::by(kClassController, T::object(in.object, ".spec.gatewayClassName")).cause);
    }
  }
}

template <class T>
void generate(Context<T>& ctx, const GatewayInput<T>& in, GatewayResult<T>& out) {
  const bool any = std::any_of(in.listeners.begin(), in.listeners.end(),
                               [](const auto& each) { return each.emitted; });
  if (!any) return;
  out.outputs.push_back(print_mesh_gateway<T>(ctx, in));
  out.outputs.push_back(print_instance<T>(ctx, in));
  if (!ctx.quirks().d48_no_floor_routes && in.any_http()) {
    out.outputs.push_back(print_gateway_floor<T>(ctx, in));
  }
  for (Generated& copy : print_secret_copies<T>(ctx, in)) out.outputs.push_back(std::move(copy));
  add_gates<T>(in, out);
}

template <class T>
void warn_unsupported(const GatewayInput<T>& in, GatewayResult<T>& out) {
  for (const Sym member : in.fact.unsupported) {
    out.remarks.push_back({"warning", kMeshGateway.id,
                           "spec." + std::string(member.view()) +
                               " cannot be expressed on Kuma 2.14 and has no effect"});
  }
}

}  // namespace

template <class T>
GatewayResult<T> evaluate_gateway(Context<T>& ctx, const Object& object,
                                  const ClassValue& class_value) {
  GatewayResult<T> out;
  const auto* fact = object.template as<model::GatewayFact>();
  if (fact == nullptr) return out;
  const Object& gateway_class =
      ctx.reads.object(Kind::kGatewayClass, ctx.zone, {}, fact->class_name);
  const auto* class_fact = gateway_class.template as<model::GatewayClassFact>();
  if (class_fact == nullptr || class_value.state != ClassState::kOurs || !class_value.accepted) {
    return out;
  }
  if (in_global_zone(ctx.settings, ctx.zone)) {
    out.remarks.push_back({"warning", kGatewayAccepted.id,
                           "Gateways in the global zone are not reconciled; apply it in a zone"});
    return out;
  }
  GatewayInput<T> in{object,
                     *fact,
                     gateway_class,
                     class_parameters<T>(ctx, *class_fact),
                     mesh_of<T>(ctx, object, fact->meta),
                     {}};
  in.listeners = judge_listeners<T>(ctx, object, *fact, in.cross_mesh());
  if (ctx.quirks().d09_refused_output_stuck) {
    const std::string stuck = stuck_reason<T>(ctx, in);
    if (!stuck.empty()) {
      out.remarks.push_back({"error", kMeshGateway.id, "Kuma would be stuck: " + stuck});
      return out;
    }
  }
  out.handled = true;
  const std::string fault =
      ctx.quirks().d45_any_gateway_name ? std::string{} : gateway_fault<T>(ctx, in);
  if (!fault.empty()) {
    out.accepted =
        verdict<T>("Accepted", false, "Invalid", fault,
                   T::by(kGatewayAccepted, T::object(object, ".metadata").at("name"), in.mesh.src));
  } else {
    judge_accepted<T>(ctx, in, out);
    generate<T>(ctx, in, out);
  }
  if (!ctx.quirks().d31_always_programmed) warn_unsupported<T>(in, out);
  out.needs_address = in.parameters.config == nullptr ||
                      (in.parameters.config->service_type.is("LoadBalancer") && !in.cross_mesh());
  out.programmed = fault.empty() && std::all_of(in.listeners.begin(), in.listeners.end(),
                                                [](const auto& each) { return each.programmed; });
  if (!ctx.quirks().d31_always_programmed) {
    out.programmed = fault.empty() && std::any_of(in.listeners.begin(), in.listeners.end(),
                                                  [](const auto& each) { return each.programmed; });
  }
  out.listeners = std::move(in.listeners);
  return out;
}

namespace {

std::string supported_kinds(const Quirks& quirks, const model::Listener& listener) {
  static constexpr std::string_view kHttpRouteKind =
      R"({"group":"gateway.networking.k8s.io","kind":"HTTPRoute"})";
  std::string out = "\"supportedKinds\":[";
  const bool http = listener.protocol.is("HTTP") || listener.protocol.is("HTTPS");
  if (quirks.d31_always_programmed || http) {
    // Kuma repeats what the listener lists; normally that is HTTPRoute once or not at all.
    const std::size_t times = quirks.d31_always_programmed  ? http_route_entries(listener)
                              : takes_http_routes(listener) ? 1
                                                            : 0;
    for (std::size_t i = 0; i < times; ++i)
      out += (i == 0 ? "" : ",") + std::string(kHttpRouteKind);
  }
  return out + ']';
}

template <class T>
Section<T> listener_section(Context<T>& ctx, const JudgedListener<T>& listener,
                            const std::vector<ListenerCount>& counts) {
  Section<T> out;
  out.section = listener.spec->name.view();
  std::int64_t attached = 0;
  for (const ListenerCount& count : counts) {
    if (count.listener == listener.spec->name) attached = count.routes;
  }
  out.members = "\"attachedRoutes\":" + std::to_string(attached) + ',' +
                supported_kinds(ctx.quirks(), *listener.spec);
  out.verdicts = listener.verdicts;
  out.member_causes = {T::by(kAttachedRoutes, listener.src.at("name")),
                       T::by(kListenerKinds, listener.src.at("allowedRoutes").at("kinds"))};
  return out;
}

std::string print_addresses(const std::vector<model::Address>& addresses) {
  if (addresses.empty()) return {};
  std::string out = "\"addresses\":[";
  for (const model::Address& address : addresses) {
    if (out.back() != '[') out += ',';
    out += "{\"type\":";
    model::append_json_string(out, address.type.view());
    out += ",\"value\":";
    model::append_json_string(out, address.value.view());
    out += '}';
  }
  return out + ']';
}

template <class T>
Verdict<T> judge_programmed(Context<T>& ctx, const Object& object, const GatewayResult<T>& result,
                            const Object& instance, bool has_address) {
  const auto listeners = T::by(kGatewayProgrammed, T::object(object, ".spec").at("listeners"));
  if (!result.programmed) {
    return verdict<T>("Programmed", false, "Invalid",
                      ctx.quirks().d31_always_programmed ? "" : "no listener can be programmed",
                      listeners);
  }
  const bool known = instance.template as<model::GeneratedFact>() != nullptr;
  const bool assumed = ctx.settings.assume_address && !known;
  if (ctx.quirks().d31_always_programmed || !result.needs_address || has_address || assumed) {
    return verdict<T>("Programmed", true, "Programmed", "", listeners);
  }
  return verdict<T>("Programmed", false, "AddressNotAssigned",
                    "the load balancer of the MeshGatewayInstance has no address yet",
                    T::by(kGatewayProgrammed, T::object(instance, ".status").at("loadBalancer")));
}

}  // namespace

template <class T>
std::vector<Section<T>> gateway_status(Context<T>& ctx, const Object& object,
                                       const GatewayResult<T>& result,
                                       const std::vector<ListenerCount>& counts) {
  std::vector<Section<T>> out;
  const Object& instance =
      ctx.reads.object(Kind::kMeshGatewayInstance, ctx.zone, object.ns, object.name);
  std::vector<model::Address> addresses;
  const bool generated = !result.outputs.empty();
  if (const auto* fact = instance.template as<model::GeneratedFact>(); fact && generated) {
    addresses = fact->addresses;
  }
  Section<T>& top = out.emplace_back();
  top.members = print_addresses(addresses);
  for (std::size_t i = 0; i < addresses.size() * 2; ++i) {
    top.member_causes.push_back(
        T::by(kGatewayAddresses,
              T::object(instance, ".status").at("loadBalancer").at("ingress").at(i / 2)));
  }
  top.verdicts.push_back(result.accepted);
  top.verdicts.push_back(judge_programmed<T>(ctx, object, result, instance, !addresses.empty()));
  std::vector<const JudgedListener<T>*> sorted;
  for (const JudgedListener<T>& listener : result.listeners) sorted.push_back(&listener);
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
    return a->spec->name.view() < b->spec->name.view();
  });
  for (const auto* listener : sorted) out.push_back(listener_section<T>(ctx, *listener, counts));
  return out;
}

template GatewayResult<NoTrace> evaluate_gateway<NoTrace>(Context<NoTrace>&, const Object&,
                                                          const ClassValue&);
template GatewayResult<Tracing> evaluate_gateway<Tracing>(Context<Tracing>&, const Object&,
                                                          const ClassValue&);
template std::vector<Section<NoTrace>> gateway_status<NoTrace>(Context<NoTrace>&, const Object&,
                                                               const GatewayResult<NoTrace>&,
                                                               const std::vector<ListenerCount>&);
template std::vector<Section<Tracing>> gateway_status<Tracing>(Context<Tracing>&, const Object&,
                                                               const GatewayResult<Tracing>&,
                                                               const std::vector<ListenerCount>&);

}  // namespace pawprint::rules
