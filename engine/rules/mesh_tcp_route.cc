#include "engine/rules/mesh_tcp_route.h"

#include <algorithm>

#include "engine/rules/hostname.h"
#include "engine/rules/labels.h"
#include "engine/rules/mesh_gateway.h"
#include "engine/rules/names.h"
#include "engine/rules/service_target.h"
#include "engine/rules/system_object.h"

namespace pawprint::rules {

const Rule kMeshTcpRoute{
    "mesh_tcp_route/object", "TCPRoute and TLSRoute .metadata, .spec.parentRefs[]", "MeshTCPRoute",
    "Only policies in the system namespace may target a MeshGateway, so the route lives there",
    "conformance/TCPRouteWeightedRouting"};
const Rule kMeshTcpRouteTarget{
    "mesh_tcp_route/target", "ParentReference", "MeshTCPRoute .spec.targetRef and .spec.to[]",
    "Listener tags select the listener and, by the route's own tag, the connections that are its",
    "conformance/TCPRouteParentRefAttachAll"};

namespace {

/// One object to print.
template <class T>
struct Printing {
  const RouteInput<T>& route;
  std::size_t parent_index;
  const Attachment<T>& attachment;
  const std::vector<RulePlan<T>>& plans;
  const model::Listener* listener = nullptr;  ///< Null for Service parents.

  [[nodiscard]] const model::ParentRef& parent() const { return route.fact.parents[parent_index]; }
  [[nodiscard]] typename T::Src parent_src() const {
    return route.spec.at("parentRefs").at(parent_index);
  }
};

template <class T>
std::string object_name(const Printing<T>& in) {
  const Object& route = in.route.object;
  // The kind counts: a TLSRoute and a TCPRoute may share a name.
  std::string where(model::info(route.kind).name);
  if (in.listener != nullptr) where.append("/").append(in.listener->name.view());
  const std::string_view parent_ns = in.attachment.owner().ns.view();
  return pawprint_route_name(
      in.listener != nullptr ? NameOrder::kLargerWins : NameOrder::kSmallerWins,
      {in.route.fact.meta.created_s,
       route.name.view(),
       route.ns.view(),
       in.parent(),
       parent_ns,
       where,
       {}});
}

template <class T>
void write_gateway_target(Out<T>& out, const Printing<T>& in) {
  const auto cause = T::by(kMeshTcpRouteTarget, in.parent_src().at("name"));
  out.key("targetRef");
  out.open('{');
  out.member("kind", "MeshGateway", T::by(kMeshTcpRouteTarget, in.parent_src().at("kind")));
  out.member("name",
             mesh_gateway_name(in.attachment.target->name.view(), in.attachment.target->ns.view()),
             cause);
  out.key("tags");
  out.open('{');
  out.member("gateways.kuma.io/listener-name", listener_key(in.attachment.owner(), *in.listener),
             T::by(kMeshTcpRouteTarget, in.parent_src().at("sectionName")));
  out.member(kRouteTag, route_tag(in.route.object), T::by(kMeshTcpRouteTarget, in.parent_src()));
  out.close('}');
  out.close('}');
}

template <class T>
void write_service_target(Context<T>& ctx, Out<T>& out, const Printing<T>& in) {
  const auto cause = T::by(kMeshTcpRouteTarget, in.parent_src().at("namespace"),
                           T::object(in.route.object, ".metadata").at("namespace"));
  out.key("targetRef");
  write_clients_ref<T>(ctx, out, in.route.object.ns, in.route.object.ns == in.attachment.target_ns,
                       cause);
}

template <class T>
void write_rules(Context<T>& ctx, Out<T>& out, const Printing<T>& in) {
  out.key("rules");
  out.open('[');
  for (const RulePlan<T>& plan : in.plans) {
    if (!plan.fault.empty()) continue;
    out.open('{');
    out.key("default");
    out.open('{');
    out.key("backendRefs");
    out.open('[');
    for (const Backend<T>& backend : merge_backends<T>(plan.backends, plan.src)) {
      // The placeholder is refused here and a reference to nothing by labels stops the proxy: an
      // unresolved share goes to a name that nobody serves, which closes the connection.
      const model::BackendRef* ref = backend.spec;
      const Sym ns = ref != nullptr && ref->ref.ns.set() ? ref->ref.ns : in.route.object.ns;
      const Blackhole nowhere{service_tag(ref == nullptr ? "nothing" : ref->ref.name.view(),
                                          ns.view(), ref == nullptr ? 0 : ref->port)};
      write_backend<T>(ctx, out, backend, nowhere, true);
    }
    out.close(']');
    out.close('}');
    out.close('}');
  }
  out.close(']');
}

template <class T>
void write_to(Context<T>& ctx, Out<T>& out, const Printing<T>& in) {
  out.key("to");
  out.open('[');
  if (in.listener != nullptr) {
    out.open('{');
    write_rules<T>(ctx, out, in);
    out.key("targetRef");
    out.open('{');
    out.member("kind", "Mesh", T::by(kMeshTcpRouteTarget, in.parent_src().at("kind")));
    out.close('}');
    out.close('}');
  }
  for (const model::ServicePort& port : in.attachment.ports) {
    out.open('{');
    write_rules<T>(ctx, out, in);
    out.key("targetRef");
    write_destination_ref<T>(
        ctx, out, in.attachment, port,
        {T::by(kMeshTcpRouteTarget, in.parent_src().at("kind")),
         T::by(kMeshTcpRouteTarget, in.parent_src().at("name"), in.parent_src().at("port"))});
    out.close('}');
  }
  out.close(']');
}

template <class T>
Generated print_one(Context<T>& ctx, const Printing<T>& in) {
  const auto meta = T::object(in.route.object, ".metadata");
  const SystemObject<T> what{
      Kind::kMeshTcpRoute,
      ctx.intern(object_name<T>(in)),
      in.route.object,
      in.route.mesh,
      kMeshTcpRoute,
      T::by(kMeshTcpRoute, meta.at("name"), meta.at("namespace"), in.parent_src())};
  Generated made = make_system_object<T>(ctx, what, [&](Out<T>& out) {
    out.key("spec");
    out.open('{');
    if (in.listener != nullptr) write_gateway_target<T>(out, in);
    else write_service_target<T>(ctx, out, in);
    write_to<T>(ctx, out, in);
    out.close('}');
  });
  made.gates = in.attachment.gate_causes();
  return made;
}

/// Why Kuma cannot carry such a route; empty when it can.
std::string route_fault(const Quirks& quirks, Kind kind, ParentKind parent) {
  if (kind == Kind::kUdpRoute) return std::string(quirks.kuma()) + " carries no UDP";
  if (kind == Kind::kTlsRoute && parent == ParentKind::kService) {
    return "Kuma's sidecars do not route by SNI";
  }
  return {};
}

/// The first host name that no listener of a MeshGateway can have.
std::string hostname_fault(const std::vector<Sym>& hostnames) {
  for (const Sym each : hostnames) {
    if (listener_hostname(each.view())) continue;
    return "host name \"" + std::string(each.view()) + "\" is none that Kuma takes";
  }
  return {};
}

/// Faults of the whole route, told by its first rule.
void judge_hostnames(const std::vector<Sym>& hostnames, std::string& fault, std::string& dropped) {
  const std::string text = hostname_fault(hostnames);
  if (text.empty()) return;
  const bool some = std::any_of(hostnames.begin(), hostnames.end(),
                                [](Sym each) { return listener_hostname(each.view()); });
  if (some) dropped = text;
  else if (fault.empty()) fault = text;
}

}  // namespace

bool connection_route(Kind kind) {
  return kind == Kind::kTlsRoute || kind == Kind::kTcpRoute || kind == Kind::kUdpRoute;
}

template <class T>
std::vector<Sym> served_hostnames(Context<T>& ctx, const RouteInput<T>& route,
                                  const model::Listener& listener) {
  std::vector<Sym> out;
  for (const Sym hostname : route.fact.hostnames) {
    if (!listener_hostname(hostname.view())) continue;
    if (!listener.hostname.set()) {
      out.push_back(hostname);
    } else if (hostnames_intersect(listener.hostname.view(), hostname.view())) {
      out.push_back(ctx.intern(narrower(listener.hostname.view(), hostname.view())));
    }
  }
  return out;
}

template <class T>
std::vector<RulePlan<T>> plan_connections(Context<T>& ctx, const RouteInput<T>& route,
                                          ParentKind parent) {
  std::vector<RulePlan<T>> out;
  out.reserve(route.fact.rules.size());
  for (std::size_t i = 0; i < route.fact.rules.size(); ++i) {
    RulePlan<T>& plan = out.emplace_back();
    plan.spec = &route.fact.rules[i];
    plan.src = route.spec.at("rules").at(i);
    plan.fault = route_fault(ctx.quirks(), route.object.kind, parent);
    plan.fault_src = plan.src;
    if (plan.fault.empty() && i > 0) plan.fault = "a MeshTCPRoute has one rule only";
    if (route.object.kind == Kind::kTlsRoute) {
      judge_hostnames(route.fact.hostnames, plan.fault, plan.dropped_match);
    }
    resolve_backends<T>(ctx, route, parent, plan);
  }
  return out;
}

template <class T>
std::vector<Generated> print_tcp_routes(Context<T>& ctx, const RouteInput<T>& route,
                                        std::size_t parent_index, const Attachment<T>& attachment,
                                        const std::vector<RulePlan<T>>& plans) {
  std::vector<Generated> out;
  Printing<T> in{route, parent_index, attachment, plans};
  if (attachment.parent == ParentKind::kService) {
    if (!attachment.ports.empty()) out.push_back(print_one<T>(ctx, in));
    return out;
  }
  for (const model::Listener* listener : attachment.listeners) {
    in.listener = listener;
    out.push_back(print_one<T>(ctx, in));
  }
  return out;
}

template std::vector<Sym> served_hostnames<NoTrace>(Context<NoTrace>&, const RouteInput<NoTrace>&,
                                                    const model::Listener&);
template std::vector<RulePlan<NoTrace>> plan_connections<NoTrace>(Context<NoTrace>&,
                                                                  const RouteInput<NoTrace>&,
                                                                  ParentKind);
template std::vector<Generated> print_tcp_routes<NoTrace>(Context<NoTrace>&,
                                                          const RouteInput<NoTrace>&, std::size_t,
                                                          const Attachment<NoTrace>&,
                                                          const std::vector<RulePlan<NoTrace>>&);
template std::vector<Sym> served_hostnames<Tracing>(Context<Tracing>&, const RouteInput<Tracing>&,
                                                    const model::Listener&);
template std::vector<RulePlan<Tracing>> plan_connections<Tracing>(Context<Tracing>&,
                                                                  const RouteInput<Tracing>&,
                                                                  ParentKind);
template std::vector<Generated> print_tcp_routes<Tracing>(Context<Tracing>&,
                                                          const RouteInput<Tracing>&, std::size_t,
                                                          const Attachment<Tracing>&,
                                                          const std::vector<RulePlan<Tracing>>&);

}  // namespace pawprint::rules
