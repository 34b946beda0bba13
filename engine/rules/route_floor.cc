#include "engine/rules/route_floor.h"

#include "engine/rules/backend_reference.h"
#include "engine/rules/labels.h"
#include "engine/rules/mesh_http_route.h"
#include "engine/rules/names.h"
#include "engine/rules/service_target.h"

namespace pawprint::rules {

const Rule kGatewayFloor{
    "route_floor/gateway", "Listener without routes: 404; listener isolation", "MeshHTTPRoute",
    "A MeshGateway's listener without any route stops the configuration of the whole gateway and "
    "does not take its host names from less specific listeners",
    "scenarios/d-48-floor-route"};
const Rule kServiceFloor{
    "route_floor/service", "Service parent: a request that no rule matches gets 404",
    "MeshHTTPRoute .spec.to[].rules[]",
    "Kuma adds a rule to the Service itself unless a rule is the catch-all; one with a placeholder "
    "for a backend makes it 404, as long as some other rule keeps a backend",
    "scenarios/d-05-unmatched"};

namespace {

constexpr std::string_view kNobodysPath = "/.pawprint/none";

template <class T>
void write_rule(Context<T>& ctx, Out<T>& out, std::string_view type, std::string_view path,
                const Blackhole& blackhole, const typename T::Cause& cause) {
  out.open('{');
  out.key("default");
  out.open('{');
  out.key("backendRefs");
  out.open('[');
  write_unresolved_share<T>(ctx, out, blackhole, cause);
  out.close(']');
  out.key("filters");
  out.raw("[]", cause);
  out.close('}');
  out.key("matches");
  out.open('[');
  out.open('{');
  out.key("path");
  out.open('{');
  out.member("type", type, cause);
  out.member("value", path, cause);
  out.close('}');
  out.close('}');
  out.close(']');
  out.close('}');
}

template <class T>
void note_internal(Generated& made, std::size_t to, std::size_t rules,
                   const typename T::Src& source) {
  if constexpr (T::kOn) {
    for (std::size_t i = 0; i < rules; ++i) {
      made.rules.push_back({to, i, source.source.object, 0, 0, true});
    }
  }
}

template <class T>
void begin(Context<T>& ctx, Out<T>& out, const Generated& made, const Object& source,
           const Mesh<T>& mesh, const typename T::Cause& cause) {
  out.open('{');
  write_type<T>(out, Kind::kMeshHttpRoute, T::object(source, ""));
  out.key("metadata");
  out.open('{');
  write_labels<T>(out, common_labels<T>(ctx, source, mesh, true));
  out.member("name", made.name.view(), cause);
  out.member("namespace", made.ns.view(), cause);
  out.close('}');
  out.key("spec");
  out.open('{');
}

template <class T>
void finish(Out<T>& out, Generated& made, const typename T::Cause& cause) {
  out.close('}');
  out.close('}');
  made.leaves = std::move(out.leaves());
  made.body = out.take();
  if constexpr (T::kOn) made.gates.push_back(cause.cause);
  else static_cast<void>(cause);
}

}  // namespace

template <class T>
Generated print_gateway_floor(Context<T>& ctx, const GatewayInput<T>& in) {
  const auto meta = T::object(in.object, ".metadata");
  const auto cause = T::by(kGatewayFloor, meta.at("name"), meta.at("namespace"));
  const std::string_view name = in.object.name.view();
  const std::string_view ns = in.object.ns.view();
  Generated made;
  made.kind = Kind::kMeshHttpRoute;
  made.ns = ctx.settings.system_namespace;
  made.name = ctx.intern(pawprint_gateway_floor_name(name, ns));
  Out<T> out;
  begin<T>(ctx, out, made, in.object, in.mesh, cause);
  out.key("targetRef");
  out.open('{');
  out.member("kind", "MeshGateway", cause);
  out.member("name", mesh_gateway_name(name, ns), cause);
  out.close('}');
  out.key("to");
  out.open('[');
  out.open('{');
  out.key("rules");
  out.open('[');
  write_rule<T>(ctx, out, "Exact", kNobodysPath, {}, cause);
  out.close(']');
  out.key("targetRef");
  out.open('{');
  out.member("kind", "Mesh", cause);
  out.close('}');
  out.close('}');
  out.close(']');
  note_internal<T>(made, 0, 1, T::object(in.object, ""));
  finish<T>(out, made, cause);
  return made;
}

namespace {

/// What one port of the Service answers when no route does. Returns the number of rules.
template <class T>
std::size_t write_service_rules(Context<T>& ctx, Out<T>& out, const std::string& tag,
                                const typename T::Cause& cause) {
  const bool fails_closed = ctx.quirks().k3_label_references;
  out.key("rules");
  out.open('[');
  // A rule set of which no rule keeps a backend would leave the Service without any listener.
  if (!fails_closed) write_rule<T>(ctx, out, "Exact", kNobodysPath, Blackhole{tag}, cause);
  write_rule<T>(ctx, out, "PathPrefix", "/", {}, cause);
  out.close(']');
  return fails_closed ? 1 : 2;
}

/// What the floors of one Service differ in.
template <class T>
std::string service_floor_name(const RouteInput<T>& route, const model::ParentRef& parent,
                               const Object& service, bool producer) {
  // A Service and a MeshService may share their name.
  std::string mesh = service.kind == Kind::kMeshService ? "MeshService/" : "";
  mesh += route.mesh.name.view();
  return pawprint_service_floor_name(service.name.view(), service.ns.view(),
                                     {mesh, std::to_string(parent.port), parent.section.view(),
                                      producer ? std::string_view{} : route.object.ns.view()});
}

}  // namespace

template <class T>
Generated print_service_floor(Context<T>& ctx, const RouteInput<T>& route,
                              const model::ParentRef& parent, const Attachment<T>& attachment) {
  const Object& service = *attachment.target;
  const auto cause =
      T::by(kServiceFloor, T::object(service, ".spec.ports"), T::object(service, ".metadata.name"));
  const bool producer = route.object.ns == service.ns;
  Generated made;
  made.kind = Kind::kMeshHttpRoute;
  made.ns = ctx.settings.system_namespace;
  made.name = ctx.intern(service_floor_name<T>(route, parent, service, producer));
  Out<T> out;
  begin<T>(ctx, out, made, service, route.mesh, cause);
  out.key("targetRef");
  write_clients_ref<T>(ctx, out, route.object.ns, producer, cause);
  out.key("to");
  out.open('[');
  for (std::size_t i = 0; i < attachment.ports.size(); ++i) {
    const model::ServicePort& port = attachment.ports[i];
    out.open('{');
    const std::size_t rules = write_service_rules<T>(
        ctx, out, service_tag(service.name.view(), service.ns.view(), port.port), cause);
    out.key("targetRef");
    write_destination_ref<T>(ctx, out, attachment, port, {cause, cause});
    out.close('}');
    note_internal<T>(made, i, rules, T::object(service, ""));
  }
  out.close(']');
  finish<T>(out, made, cause);
  return made;
}

#define PAWPRINT_INSTANTIATE(T)                                                   \
  template Generated print_gateway_floor<T>(Context<T>&, const GatewayInput<T>&); \
  template Generated print_service_floor<T>(Context<T>&, const RouteInput<T>&,    \
                                            const model::ParentRef&, const Attachment<T>&);
PAWPRINT_INSTANTIATE(NoTrace)
PAWPRINT_INSTANTIATE(Tracing)
#undef PAWPRINT_INSTANTIATE

}  // namespace pawprint::rules
