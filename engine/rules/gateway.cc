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

/// Why a Gateway as a whole cannot be used; empty reason when it can.
struct Fault {
  std::string_view reason;
  std::string message;
  std::string_view member;  ///< Of .spec; empty: the name or the mesh.
};

Fault address_fault(const model::GatewayFact& fact) {
  for (const model::Address& address : fact.addresses) {
    if (address.type.is("IPAddress")) continue;
    return {"UnsupportedAddress",
            "address type " + std::string(address.type.view()) + " is not supported", "addresses"};
  }
  return {};
}

template <class T>
Fault parameters_fault(const GatewayInput<T>& in) {
  if (!in.fact.has_parameters || in.parameters.config != nullptr) return {};
  return {"InvalidParameters",
          in.parameters.object == nullptr
              ? "infrastructure.parametersRef must point to a MeshGatewayConfig.kuma.io"
              : "infrastructure.parametersRef could not be found",
          "infrastructure"};
}

/// Tags of a MeshGatewayConfig become tags of the MeshGatewayInstance, which Kuma checks.
std::string tags_fault(const model::Labels& tags) {
  static constexpr std::string_view kMarks = ".-_:/";
  const auto good = [](std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             kMarks.find(c) != std::string_view::npos;
    });
  };
  for (const auto& [key, value] : tags) {
    const std::string name = "tag \"" + std::string(key.view()) + '"';
    if (key.is("kuma.io/service")) return name + " must not be set in MeshGatewayConfig";
    if (!good(key.view()) || !good(value.view())) {
      return name + " of MeshGatewayConfig: key and value take letters, digits and .-_:/ only";
    }
  }
  return {};
}

/// Faults of the Gateway as a whole, which our own profiles report instead of looping.
template <class T>
Fault gateway_fault(Context<T>& ctx, const GatewayInput<T>& in) {
  if (ctx.quirks().k3_no_gateways) {
    return {"Invalid",
            "Kuma 3 has no gateways; routes with a Service or MeshService as their parent work",
            "gatewayClassName"};
  }
  if (in.fact.malformed.set()) {
    return {"Invalid", "malformed: " + std::string(in.fact.malformed.view()), "listeners"};
  }
  if (!dns1035_label(in.object.name.view())) {
    return {"Invalid", "the name is no DNS-1035 label, so Kuma cannot make a Service of it", {}};
  }
  if (Fault fault = parameters_fault<T>(in); !fault.reason.empty()) return fault;
  if (in.parameters.config != nullptr) {
    if (std::string text = tags_fault(in.parameters.config->tags); !text.empty()) {
      return {"Invalid", std::move(text), {}};
    }
  }
  if (in.fact.backend_certificate) {
    return {"Invalid", "Kuma 2.14 cannot present a client certificate to backends", "tls"};
  }
  if (Fault fault = address_fault(in.fact); !fault.reason.empty()) return fault;
  if (!mesh_exists<T>(ctx, in.mesh.name)) {
    return {"Invalid", "mesh \"" + std::string(in.mesh.name.view()) + "\" does not exist", {}};
  }
  return {};
}

template <class T>
void judge_accepted(Context<T>& ctx, const GatewayInput<T>& in, GatewayResult<T>& out) {
  const auto src = T::object(in.object, ".spec").at("listeners");
  const auto cause = T::by(kGatewayAccepted, src);
  std::size_t all = 0;
  std::size_t emitted = 0;
  for (const JudgedListener<T>& each : in.listeners) {
    if (each.owner != &in.object) continue;
    ++all;
    if (each.emitted) ++emitted;
  }
  if (ctx.quirks().d31_always_programmed || emitted == all) {
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
void add_gates(const GatewayInput<T>& in, std::vector<Generated>& outputs) {
  if constexpr (T::kOn) {
    for (Generated& made : outputs) {
      made.gates.push_back(
          T::by(kClassController, T::object(in.gateway_class, ".spec.controllerName")).cause);
      made.gates.push_back(
          T::by(kClassController, T::object(in.object, ".spec.gatewayClassName")).cause);
    }
  }
}

template <class T>
void warn_unsupported(const GatewayInput<T>& in, GatewayResult<T>& out) {
  for (const JudgedListener<T>& listener : in.listeners) {
    if (!listener.spec->tls_options) continue;
    out.remarks.push_back({"warning", kTlsReference.id,
                           "listener " + std::string(listener.key.view()) +
                               ": tls.options are not understood and have no effect"});
  }
  for (const Sym member : in.fact.unsupported) {
    out.remarks.push_back(
        {"warning", kMeshGateway.id,
         "spec." + std::string(member.view()) +
             " is experimental, cannot be expressed on Kuma 2.14 and has no effect"});
  }
}

/// Parameters of the Gateway itself go before those of its class.
template <class T>
Parameters gateway_parameters(Context<T>& ctx, const model::GatewayFact& fact,
                              const model::GatewayClassFact& class_fact) {
  if (!fact.has_parameters || ctx.quirks().d36_http_only) {
    return class_parameters<T>(ctx, class_fact);
  }
  if (!fact.parameters.group.is("kuma.io") || !fact.parameters.kind.is("MeshGatewayConfig")) {
    return {};
  }
  const Object& object =
      ctx.reads.object(Kind::kMeshGatewayConfig, ctx.zone, {}, fact.parameters.name);
  return {&object, object.template as<model::MeshGatewayConfigFact>()};
}

template <class T>
std::vector<ListenerOwner<T>> listener_owners(const Object& object, const model::GatewayFact& fact,
                                              const std::vector<JudgedSet<T>>& sets) {
  std::vector<ListenerOwner<T>> out{{&object, &fact.listeners}};
  for (const JudgedSet<T>& set : sets) {
    if (set.allowed && !set.fact->malformed.set()) {
      out.push_back({set.object, &set.fact->listeners});
    }
  }
  return out;
}

/// Nothing is configured of a Gateway that is refused as a whole.
template <class T>
void refuse_listeners(const std::string& why, GatewayResult<T>& out) {
  for (JudgedListener<T>& listener : out.listeners) {
    listener.programmed = false;
    for (Verdict<T>& each : listener.verdicts) {
      if (each.condition.type != "Programmed" || each.condition.status != "True") continue;
      each.condition.status = "False";
      each.condition.reason = "Invalid";
      each.condition.message = "the Gateway is not accepted: " + why;
    }
  }
}

/// Kuma says nothing then, and what it made before goes on serving.
Fault class_fault(const model::GatewayFact& fact) {
  return {"InvalidParameters",
          "GatewayClass \"" + std::string(fact.class_name.view()) + "\" is not accepted",
          "gatewayClassName"};
}

template <class T>
void judge_gateway(Context<T>& ctx, const GatewayInput<T>& in, bool class_accepted,
                   GatewayResult<T>& out) {
  Fault fault;
  if (!class_accepted) fault = class_fault(in.fact);
  else if (!ctx.quirks().d45_any_gateway_name) fault = gateway_fault<T>(ctx, in);
  const auto meta = T::object(in.object, ".metadata");
  if (!fault.reason.empty()) {
    out.accepted =
        verdict<T>("Accepted", false, fault.reason, fault.message,
                   fault.member.empty()
                       ? T::by(kGatewayAccepted, meta.at("name"), in.mesh.src)
                       : T::by(kGatewayAccepted, T::object(in.object, ".spec").at(fault.member)));
  } else {
    judge_accepted<T>(ctx, in, out);
  }
  const bool accepted = out.accepted.condition.status == "True";
  if (!fault.reason.empty()) refuse_listeners<T>(fault.message, out);
  const auto own = [&](const JudgedListener<T>& each) { return each.owner == &in.object; };
  const auto programmed = [&](const JudgedListener<T>& each) {
    return own(each) && each.programmed;
  };
  if (ctx.quirks().d31_always_programmed) {
    out.programmed =
        fault.reason.empty() && std::all_of(in.listeners.begin(), in.listeners.end(), programmed);
    out.prints = std::any_of(in.listeners.begin(), in.listeners.end(),
                             [](const auto& each) { return each.emitted; });
  } else {
    out.programmed = accepted && std::any_of(in.listeners.begin(), in.listeners.end(), programmed);
    out.prints = accepted;
    if (!ctx.quirks().k3_no_gateways) warn_unsupported<T>(in, out);
  }
  out.needs_address = in.parameters.config == nullptr ||
                      (in.parameters.config->service_type.is("LoadBalancer") && !in.cross_mesh());
  judge_listener_sets<T>(out.sets, in.listeners, accepted);
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
  if (class_fact == nullptr || class_value.state != ClassState::kOurs) return out;
  if (!class_value.accepted && ctx.quirks().d31_always_programmed) return out;
  if (in_global_zone(ctx.settings, ctx.zone)) {
    out.remarks.push_back({"warning", kGatewayAccepted.id,
                           "Gateways in the global zone are not reconciled; apply it in a zone"});
    return out;
  }
  out.sets = find_listener_sets<T>(ctx, object, *fact);
  const GatewayInput<T> in{object,
                           *fact,
                           gateway_class,
                           gateway_parameters<T>(ctx, *fact, *class_fact),
                           mesh_of<T>(ctx, object, fact->meta),
                           out.listeners};
  out.listeners =
      judge_listeners<T>(ctx, listener_owners<T>(object, *fact, out.sets), *fact, in.cross_mesh());
  if (ctx.quirks().d09_refused_output_stuck) {
    const std::string stuck = stuck_reason<T>(ctx, in);
    if (!stuck.empty()) {
      out = {};
      out.remarks.push_back({"error", kMeshGateway.id, "Kuma would be stuck: " + stuck});
      return out;
    }
  }
  out.handled = true;
  judge_gateway<T>(ctx, in, class_value.accepted, out);
  return out;
}

template <class T>
std::vector<Generated> print_gateway(Context<T>& ctx, const Object& object,
                                     const GatewayResult<T>& result,
                                     const std::vector<ListenerWinner>& winners) {
  std::vector<Generated> out;
  const auto* fact = object.template as<model::GatewayFact>();
  if (!result.handled || !result.prints || fact == nullptr) return out;
  const Object& gateway_class =
      ctx.reads.object(Kind::kGatewayClass, ctx.zone, {}, fact->class_name);
  const GatewayInput<T> in{
      object,
      *fact,
      gateway_class,
      gateway_parameters<T>(ctx, *fact, *gateway_class.template as<model::GatewayClassFact>()),
      mesh_of<T>(ctx, object, fact->meta),
      result.listeners};
  out.push_back(print_mesh_gateway<T>(ctx, in, winners));
  out.push_back(print_instance<T>(ctx, in));
  if (!ctx.quirks().d48_no_floor_routes && in.any_http()) {
    out.push_back(print_gateway_floor<T>(ctx, in));
  }
  for (Generated& copy : print_secret_copies<T>(ctx, in)) out.push_back(std::move(copy));
  add_gates<T>(in, out);
  return out;
}

namespace {

template <class T>
Section<T> listener_section(Context<T>& ctx, const JudgedListener<T>& listener,
                            const std::vector<ListenerCount>& counts) {
  Section<T> out;
  out.section = listener.spec->name.view();
  std::int64_t attached = 0;
  for (const ListenerCount& count : counts) {
    if (count.listener == listener.key) attached = count.routes;
  }
  // Which protocols are supported depends on the class.
  const Verdict<T>* accepted = find_verdict(listener.verdicts, "Accepted");
  const bool refused = accepted != nullptr && accepted->condition.reason == "UnsupportedProtocol";
  out.members =
      "\"attachedRoutes\":" + std::to_string(attached) + ',' +
      (refused && !ctx.quirks().d36_http_only ? std::string("\"supportedKinds\":[]")
                                              : supported_kinds(ctx.quirks(), *listener.spec));
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

/// Requested addresses that the load balancer did not get; Kuma can ask for one.
std::string unusable_addresses(const model::GatewayFact& fact,
                               const std::vector<model::Address>& assigned, bool assumed) {
  std::string out;
  std::size_t asked = 0;
  for (const model::Address& address : fact.addresses) {
    if (!address.value.set()) continue;
    const bool got = assumed
                         ? asked == 0
                         : std::find(assigned.begin(), assigned.end(), address) != assigned.end();
    ++asked;
    if (got) continue;
    if (!out.empty()) out += ", ";
    out += address.value.view();
  }
  return out;
}

template <class T>
Verdict<T> judge_programmed(Context<T>& ctx, const Object& object, const GatewayResult<T>& result,
                            const Object& instance, const std::vector<model::Address>& addresses) {
  const auto listeners = T::by(kGatewayProgrammed, T::object(object, ".spec").at("listeners"));
  const Quirks& quirks = ctx.quirks();
  if (!result.programmed) {
    return verdict<T>("Programmed", false, "Invalid",
                      quirks.d31_always_programmed ? "" : "no listener can be programmed",
                      listeners);
  }
  const bool known = instance.template as<model::GeneratedFact>() != nullptr;
  const bool assumed = ctx.settings.assume_address && !known;
  if (quirks.d31_always_programmed) {
    return verdict<T>("Programmed", true, "Programmed", "", listeners);
  }
  const auto balancer =
      T::by(kGatewayProgrammed, T::object(instance, ".status").at("loadBalancer"));
  if (result.needs_address && addresses.empty() && !assumed) {
    return verdict<T>("Programmed", false, "AddressNotAssigned",
                      "the load balancer of the MeshGatewayInstance has no address yet", balancer);
  }
  const auto* fact = object.template as<model::GatewayFact>();
  const std::string missing = unusable_addresses(*fact, addresses, assumed);
  if (!missing.empty()) {
    return verdict<T>(
        "Programmed", false, "AddressNotUsable",
        "the load balancer did not get " + missing + " (Kuma can ask for one address)", balancer);
  }
  return verdict<T>("Programmed", true, "Programmed", "", listeners);
}

/// Sections of the listeners of one owner, by name.
template <class T>
void add_listener_sections(Context<T>& ctx, const Object& owner, const GatewayResult<T>& result,
                           const std::vector<ListenerCount>& counts, std::vector<Section<T>>& out) {
  std::vector<const JudgedListener<T>*> sorted;
  for (const JudgedListener<T>& listener : result.listeners) {
    if (listener.owner == &owner) sorted.push_back(&listener);
  }
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
    return a->spec->name.view() < b->spec->name.view();
  });
  for (const auto* listener : sorted) out.push_back(listener_section<T>(ctx, *listener, counts));
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
  if (const auto* fact = instance.template as<model::GeneratedFact>(); fact && result.prints) {
    addresses = fact->addresses;
  }
  Section<T>& top = out.emplace_back();
  top.members = print_addresses(addresses);
  for (std::size_t i = 0; i < addresses.size() * 2; ++i) {
    top.member_causes.push_back(
        T::by(kGatewayAddresses,
              T::object(instance, ".status").at("loadBalancer").at("ingress").at(i / 2)));
  }
  const auto sets = std::count_if(result.sets.begin(), result.sets.end(),
                                  [](const auto& set) { return set.accepted; });
  if (sets > 0) {
    if (!top.members.empty()) top.members += ',';
    top.members += "\"attachedListenerSets\":" + std::to_string(sets);
    top.member_causes.push_back(
        T::by(kListenerSetAccepted, T::object(object, ".spec").at("allowedListeners")));
  }
  top.verdicts.push_back(result.accepted);
  top.verdicts.push_back(judge_programmed<T>(ctx, object, result, instance, addresses));
  add_listener_sections<T>(ctx, object, result, counts, out);
  return out;
}

template <class T>
std::vector<Section<T>> listener_set_status(Context<T>& ctx, const JudgedSet<T>& set,
                                            const GatewayResult<T>& result,
                                            const std::vector<ListenerCount>& counts) {
  std::vector<Section<T>> out;
  out.emplace_back().verdicts = set.verdicts;
  add_listener_sections<T>(ctx, *set.object, result, counts, out);
  return out;
}

#define PAWPRINT_INSTANTIATE(T)                                                                 \
  template GatewayResult<T> evaluate_gateway<T>(Context<T>&, const Object&, const ClassValue&); \
  template std::vector<Generated> print_gateway<T>(                                             \
      Context<T>&, const Object&, const GatewayResult<T>&, const std::vector<ListenerWinner>&); \
  template std::vector<Section<T>> gateway_status<T>(                                           \
      Context<T>&, const Object&, const GatewayResult<T>&, const std::vector<ListenerCount>&);  \
  template std::vector<Section<T>> listener_set_status<T>(Context<T>&, const JudgedSet<T>&,     \
                                                          const GatewayResult<T>&,              \
                                                          const std::vector<ListenerCount>&);
PAWPRINT_INSTANTIATE(NoTrace)
PAWPRINT_INSTANTIATE(Tracing)
#undef PAWPRINT_INSTANTIATE

}  // namespace pawprint::rules
