#include "engine/rules/attachment.h"

#include <algorithm>

#include "engine/rules/hostname.h"
#include "engine/rules/listener.h"
#include "engine/rules/mesh_exists.h"
#include "engine/rules/selector.h"

namespace pawprint::rules {

const Rule kAttachListener{
    "attachment/listener", "ParentReference.sectionName and .port; Accepted/NoMatchingParent",
    "MeshHTTPRoute .spec.targetRef.tags", "The parentRef may select listeners by name and port",
    "oracle/attach-section, oracle/attach-port, oracle/attach-section-missing"};
const Rule kAttachNamespace{"attachment/namespace_allowed",
                            "Listener.allowedRoutes; Accepted/NotAllowedByListeners", "-",
                            "The Gateway's owner decides from which namespaces routes may come",
                            "oracle/attach-ns-selector, oracle/attach-ns-same-refused"};
const Rule kAttachHostname{
    "attachment/hostname",
    "Listener.hostname, HTTPRoute.spec.hostnames; NoMatchingListenerHostname", "-",
    "A route without a host name in common with a listener can never match there",
    "oracle/attach-host-equal, oracle/attach-host-none"};
const Rule kAttachMesh{
    "attachment/mesh", "-", "-",
    "A MeshHTTPRoute selects proxies of its own mesh only, so a route in another "
    "mesh than its Gateway would have no effect",
    "scenarios/d-41-mesh-mismatch"};
const Rule kAttachService{"attachment/service", "ParentReference of kind Service (GAMMA)",
                          "MeshHTTPRoute .spec.to[]", "A Service parent routes its own traffic",
                          "oracle/gamma-producer, oracle/gamma-missing-parent"};

const Rule kAttachMeshService{
    "attachment/mesh_service", "ParentReference of kind MeshService, group kuma.io",
    "MeshHTTPRoute .spec.to[].targetRef",
    "In Kuma 3 every destination is a MeshService, so one may be named instead of its Service",
    "scenarios/kuma-3-mesh-service-parent"};
const Rule kAttachNoGateway{
    "attachment/no_gateways", "ParentReference of kind Gateway or ListenerSet; NoMatchingParent",
    "-", "Kuma 3 has no gateways, so nothing is generated for a route on one, and it is told so",
    "scenarios/kuma-3-gateways"};

namespace {

using model::Listener;
using model::ParentRef;

constexpr std::string_view kGatewayGroup = "gateway.networking.k8s.io";

ParentKind kind_of(const Quirks& quirks, const ParentRef& parent) {
  if ((parent.kind.is("Gateway") || parent.kind.is("ListenerSet")) &&
      parent.group.is(kGatewayGroup)) {
    return ParentKind::kGateway;
  }
  if (parent.kind.is("Service") && (parent.group.empty() || parent.group.is(kGatewayGroup))) {
    return ParentKind::kService;
  }
  if (quirks.k3_mesh_service_parents && parent.kind.is("MeshService") &&
      parent.group.is("kuma.io")) {
    return ParentKind::kService;
  }
  return ParentKind::kUnknown;
}

bool selected(const ParentRef& parent, const Listener& listener) {
  return (!parent.section.set() || parent.section == listener.name) &&
         (parent.port == 0 || parent.port == listener.port);
}

template <class T>
bool namespace_allowed(Context<T>& ctx, const Listener& listener, Sym gateway_ns, Sym route_ns) {
  if (listener.from.is("All")) return true;
  if (listener.from.is("Same")) return gateway_ns == route_ns;
  if (!listener.from.is("Selector") || !listener.has_selector) return false;
  const Object& ns = ctx.reads.object(Kind::kNamespace, ctx.zone, {}, route_ns);
  if (const auto* fact = ns.template as<model::NamespaceFact>()) {
    return selector_matches(listener.selector, fact->labels);
  }
  return selector_matches(listener.selector,
                          {{ctx.intern("kubernetes.io/metadata.name"), route_ns}});
}

/// Kuma: host names of all candidates together, then namespaces of all candidates together (D-29).
template <class T>
void judge_union(Context<T>& ctx, const RouteInput<T>& route, Attachment<T>& out,
                 const std::vector<const Listener*>& candidates) {
  const auto& hostnames = route.fact.hostnames;
  const bool hostname = std::any_of(
      candidates.begin(), candidates.end(),
      [&](const Listener* each) { return listener_takes_hostnames(each->hostname, hostnames); });
  if (!hostname && !hostnames.empty()) {
    out.reason = "NoMatchingListenerHostname";
    return;
  }
  if (candidates.empty()) {
    out.reason = "NoMatchingParent";
    return;
  }
  for (const Listener* each : candidates) {
    if (namespace_allowed<T>(ctx, *each, out.target->ns, route.object.ns)) {
      out.listeners.push_back(each);
    }
  }
  out.accepted = !out.listeners.empty();
  if (!out.accepted) out.reason = "NotAllowedByListeners";
}

/// The Gateway API: each listener decides for itself; the furthest stage reached is reported.
template <class T>
void judge_each(Context<T>& ctx, const RouteInput<T>& route, Attachment<T>& out,
                const std::vector<const Listener*>& candidates) {
  bool allowed = false;
  for (const Listener* each : candidates) {
    if (!takes_routes(*each, route.object.kind) ||
        !namespace_allowed<T>(ctx, *each, out.owner().ns, route.object.ns)) {
      continue;
    }
    allowed = true;
    if (listener_takes_hostnames(each->hostname, route.fact.hostnames))
      out.listeners.push_back(each);
  }
  out.accepted = !out.listeners.empty();
  out.whole = out.listeners.size() == candidates.size();
  if (out.accepted) return;
  if (candidates.empty()) {
    out.reason = "NoMatchingParent";
    out.message = "no listener has the name or port of this parentRef";
  } else if (!allowed) {
    out.reason = "NotAllowedByListeners";
    out.message = "no listener allows " + std::string(model::info(route.object.kind).name) +
                  "s of namespace " + std::string(route.object.ns.view());
  } else {
    out.reason = "NoMatchingListenerHostname";
    out.message = "no listener has a host name in common with the route";
  }
}

template <class T>
void add_gates(const RouteInput<T>& route, std::size_t parent_index,
               const std::vector<Listener>& listeners, const Object& gateway_class,
               Attachment<T>& out) {
  if constexpr (T::kOn) {
    const auto parent = route.spec.at("parentRefs").at(parent_index);
    out.gates.push_back(T::by(kClassController, T::object(gateway_class, ".spec.controllerName"),
                              T::object(*out.target, ".spec.gatewayClassName")));
    for (const Listener* each : out.listeners) {
      const auto index = static_cast<std::size_t>(each - listeners.data());
      const auto listener = T::object(out.owner(), ".spec.listeners").at(index);
      out.gates.push_back(T::by(kAttachListener, parent, listener.at("name")));
      out.gates.push_back(T::by(kAttachNamespace, listener.at("allowedRoutes").at("namespaces")));
      out.gates.push_back(
          T::by(kAttachHostname, listener.at("hostname"), route.spec.at("hostnames")));
    }
  }
}

/// A route whose mesh differs from its Gateway's would be accepted and match nothing (D-41).
template <class T>
bool mesh_differs(Context<T>& ctx, const RouteInput<T>& route, const model::GatewayFact& gateway,
                  Attachment<T>& out) {
  if (ctx.quirks().d41_mesh_mismatch_accepted) return false;
  const Mesh<T> mesh = mesh_of<T>(ctx, *out.target, gateway.meta);
  if (mesh.name == route.mesh.name) return false;
  out.accepted = false;
  out.reason = "NoMatchingParent";
  out.message = "the route is in mesh \"" + std::string(route.mesh.name.view()) +
                "\" and the Gateway in mesh \"" + std::string(mesh.name.view()) + '"';
  out.gates.push_back(T::by(kAttachMesh, route.mesh.src, mesh.src));
  return true;
}

/// The Gateway behind the parentRef; null when there is none of ours to speak for.
template <class T>
const Object* find_gateway(Context<T>& ctx, const RouteInput<T>& route, const ParentRef& parent,
                           Attachment<T>& out) {
  if (parent.kind.is("Gateway")) {
    return &ctx.reads.object(Kind::kGateway, ctx.zone, out.target_ns, parent.name);
  }
  if (ctx.quirks().d36_http_only) return nullptr;
  const Object& set = ctx.reads.object(Kind::kListenerSet, ctx.zone, out.target_ns, parent.name);
  const world::ObjId id =
      ctx.reads.world().id(Kind::kListenerSet, ctx.zone, out.target_ns, parent.name);
  ctx.reads.derived(id, derive::Slot::kFirst);
  const SetValue& value = route.classes.set_value(id);
  if (!set.exists() || !value.handled) return nullptr;
  out.set = &set;
  if (!value.accepted) {
    out.reason = "NoMatchingParent";
    out.message = "the ListenerSet is not accepted";
  }
  out.target_ns = value.gateway_ns;
  return &ctx.reads.object(Kind::kGateway, ctx.zone, value.gateway_ns, value.gateway);
}

template <class T>
void attach_gateway(Context<T>& ctx, const RouteInput<T>& route, std::size_t parent_index,
                    Attachment<T>& out) {
  const ParentRef& parent = route.fact.parents[parent_index];
  const Object* found = find_gateway<T>(ctx, route, parent, out);
  out.parent = ParentKind::kUnknown;
  if (found == nullptr) return;
  const Object& object = *found;
  const auto* gateway = object.template as<model::GatewayFact>();
  if (gateway == nullptr) return;
  const world::ObjId class_id =
      ctx.reads.world().id(Kind::kGatewayClass, ctx.zone, {}, gateway->class_name);
  ctx.reads.derived(class_id, derive::Slot::kFirst);
  if (route.classes.class_value(class_id).state != ClassState::kOurs) return;
  out.parent = ParentKind::kGateway;
  out.target = &object;
  if (ctx.quirks().k3_no_gateways) {
    out.reason = "NoMatchingParent";
    out.message = "Kuma 3 has no gateways; a Service or MeshService can be the parent";
    out.gates.push_back(T::by(kAttachNoGateway, route.spec.at("parentRefs").at(parent_index)));
    return;
  }
  if (mesh_differs<T>(ctx, route, *gateway, out) || !out.reason.empty()) return;
  const auto* set = out.set == nullptr ? nullptr : out.set->template as<model::ListenerSetFact>();
  const std::vector<Listener>& listeners = set != nullptr ? set->listeners : gateway->listeners;
  std::vector<const Listener*> candidates;
  for (const Listener& each : listeners) {
    if (selected(parent, each)) candidates.push_back(&each);
  }
  if (ctx.quirks().d29_union_of_listeners) judge_union<T>(ctx, route, out, candidates);
  else judge_each<T>(ctx, route, out, candidates);
  // Where others add listeners to the Gateway, "all of them" would be too many.
  const world::ObjId gateway_id =
      ctx.reads.world().id(Kind::kGateway, object.zone, object.ns, object.name);
  if (out.set != nullptr ||
      (!ctx.quirks().d36_http_only && !ctx.reads.member_ids(gateway_id).empty())) {
    out.whole = false;
  }
  add_gates<T>(route, parent_index, listeners, ctx.reads.world().object(class_id), out);
}

/// What a Service or MeshService parent says of itself.
struct Destination {
  std::vector<model::ServicePort> ports;
  std::string fault;  ///< Why nothing can attach to it.
};

template <class T>
Destination read_service(Context<T>& ctx, const ParentRef& parent, const std::string& name,
                         Attachment<T>& out) {
  const Object& object = ctx.reads.object(Kind::kService, ctx.zone, out.target_ns, parent.name);
  out.target = &object;
  out.selects = {parent.name, out.target_ns, ctx.zone};
  const auto* service = object.template as<model::ServiceFact>();
  if (service == nullptr) {
    if (ctx.quirks().d15_missing_service_parent_silent) out.parent = ParentKind::kUnknown;
    return {{}, name + " does not exist"};
  }
  if (ctx.quirks().k3_mesh_service_parents && service->headless) {
    return {{}, name + " has no MeshService to attach to"};
  }
  return {service->ports, {}};
}

template <class T>
Destination read_mesh_service(Context<T>& ctx, const RouteInput<T>& route, const ParentRef& parent,
                              const std::string& name, Attachment<T>& out) {
  const Object& object = ctx.reads.object(Kind::kMeshService, ctx.zone, out.target_ns, parent.name);
  out.target = &object;
  const auto* service = object.template as<model::MeshServiceFact>();
  if (service == nullptr) return {{}, name + " does not exist"};
  if (service->mesh != route.mesh.name) {
    return {{},
            "the route is in mesh \"" + std::string(route.mesh.name.view()) + "\" and " + name +
                " in mesh \"" + std::string(service->mesh.view()) + '"'};
  }
  out.selects = {service->display, service->ns, service->zone};
  Destination found;
  for (const model::MeshServicePort& port : service->ports) {
    found.ports.push_back({port.name, {}, port.app_protocol, port.port, port.app_protocol});
  }
  return found;
}

template <class T>
void attach_service(Context<T>& ctx, const RouteInput<T>& route, std::size_t parent_index,
                    Attachment<T>& out) {
  if (ctx.settings.gateway_routes_only) {
    out.parent = ParentKind::kUnknown;
    return;
  }
  const Quirks& quirks = ctx.quirks();
  const ParentRef& parent = route.fact.parents[parent_index];
  const bool mesh_service = parent.kind.is("MeshService");
  const std::string name = std::string(parent.kind.view()) + " \"" +
                           std::string(out.target_ns.view()) + '/' +
                           std::string(parent.name.view()) + '"';
  const Destination found = mesh_service ? read_mesh_service<T>(ctx, route, parent, name, out)
                                         : read_service<T>(ctx, parent, name, out);
  const auto src = route.spec.at("parentRefs").at(parent_index);
  out.gates.push_back(
      T::by(mesh_service ? kAttachMeshService : kAttachService, src, T::object(*out.target, "")));
  out.reason = "NoMatchingParent";
  if (!found.fault.empty()) {
    out.message = found.fault;
    return;
  }
  for (const model::ServicePort& port : found.ports) {
    const bool chosen = parent.port == 0 || parent.port == port.port;
    const bool named =
        quirks.d14_parent_port_unchecked || !parent.section.set() || parent.section == port.name;
    if (chosen && named) out.ports.push_back(port);
  }
  if (quirks.d14_parent_port_unchecked && parent.port != 0) {
    out.ports.assign(1, {{}, {}, {}, parent.port});
  }
  out.accepted = quirks.d14_parent_port_unchecked || !out.ports.empty();
  if (!out.accepted) out.message = name + " has no port matching the parentRef";
}

/// Kuma's admission refuses objects of a mesh that is not there (D-09).
template <class T>
void require_mesh(Context<T>& ctx, const RouteInput<T>& route, Attachment<T>& out) {
  if (!out.accepted || ctx.quirks().d09_refused_output_stuck) return;
  if (mesh_exists<T>(ctx, route.mesh.name)) return;
  out.accepted = false;
  out.reason = "NoMatchingParent";
  out.message = "mesh \"" + std::string(route.mesh.name.view()) + "\" does not exist";
  out.gates.push_back(T::by(kAttachMesh, route.mesh.src));
}

}  // namespace

template <class T>
Attachment<T> attach(Context<T>& ctx, const RouteInput<T>& route, std::size_t parent_index) {
  const ParentRef& parent = route.fact.parents[parent_index];
  Attachment<T> out;
  out.parent = kind_of(ctx.quirks(), parent);
  out.target_ns = parent.ns.set() ? parent.ns : route.object.ns;
  if (out.parent == ParentKind::kGateway) attach_gateway<T>(ctx, route, parent_index, out);
  else if (out.parent == ParentKind::kService) attach_service<T>(ctx, route, parent_index, out);
  require_mesh<T>(ctx, route, out);
  return out;
}

template Attachment<NoTrace> attach<NoTrace>(Context<NoTrace>&, const RouteInput<NoTrace>&,
                                             std::size_t);
template Attachment<Tracing> attach<Tracing>(Context<Tracing>&, const RouteInput<Tracing>&,
                                             std::size_t);

}  // namespace pawprint::rules
