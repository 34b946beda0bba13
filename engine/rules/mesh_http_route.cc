#include "engine/rules/mesh_http_route.h"

#include <algorithm>

#include "engine/rules/hostname.h"
#include "engine/rules/labels.h"
#include "engine/rules/mesh_policy.h"
#include "engine/rules/names.h"
#include "engine/rules/neighbours.h"
#include "engine/rules/one_match.h"
#include "engine/rules/route_floor.h"
#include "engine/rules/service_target.h"
#include "engine/rules/system_object.h"

namespace pawprint::rules {

const Rule kMeshHttpRoute{
    "mesh_http_route/object", "HTTPRoute.metadata and .spec.parentRefs[]", "MeshHTTPRoute",
    "Only policies in the system namespace may target a MeshGateway, so the route lives there",
    "oracle/attach-section, oracle/gateway-two, scenarios/d-28-precedence"};
const Rule kMeshHttpRouteTarget{
    "mesh_http_route/target", "ParentReference", "MeshHTTPRoute .spec.targetRef",
    "Listener tags select the part of the MeshGateway that the parentRef names",
    "oracle/attach-section, oracle/attach-port"};
const Rule kMeshHttpRouteHostnames{"mesh_http_route/hostnames", "HTTPRoute.spec.hostnames",
                                   "MeshHTTPRoute .spec.to[].hostnames",
                                   "Kuma matches host names per route", "oracle/route-hostnames"};
const Rule kGammaTarget{
    "mesh_http_route/gamma_target", "ParentReference of kind Service",
    "MeshHTTPRoute .spec.targetRef",
    "A route in its Service's namespace binds every client, elsewhere only that namespace's",
    "oracle/gamma-producer, oracle/gamma-consumer"};
const Rule kGammaDestination{"mesh_http_route/gamma_destination", "Service.spec.ports",
                             "MeshHTTPRoute .spec.to[].targetRef",
                             "Kuma routes each port of a Service by itself",
                             "oracle/gamma-producer-two-ports, oracle/gamma-producer-port"};

namespace {

/// One object to print: everything that differs between the objects of one route.
template <class T>
struct Printing {
  const RouteInput<T>& route;
  std::size_t parent_index;
  const Attachment<T>& attachment;
  const std::vector<RulePlan<T>>& plans;
  const model::Listener* only = nullptr;  ///< Set: this listener alone.
  std::vector<OneRule<T>> rules;          ///< Our own profiles: the rules of this object.
  std::string group;                      ///< What they share, see TrafficConf::key.
  std::size_t run = 0;                    ///< Which part of the rules they are.

  [[nodiscard]] const model::ParentRef& parent() const { return route.fact.parents[parent_index]; }
  [[nodiscard]] typename T::Src parent_src() const {
    return route.spec.at("parentRefs").at(parent_index);
  }
  [[nodiscard]] bool gateway() const { return attachment.parent == ParentKind::kGateway; }
  [[nodiscard]] bool producer() const { return route.object.ns == attachment.target_ns; }
};

template <class T>
std::string object_name(Context<T>& ctx, const Printing<T>& in) {
  const Object& route = in.route.object;
  const model::ParentRef& parent = in.parent();
  const std::string_view ns = in.attachment.owner().ns.view();
  const bool gateway = in.gateway();
  if (gateway ? ctx.quirks().d17_unseparated_hash : ctx.quirks().d12_plain_gamma_names) {
    return gateway
               ? kuma_gateway_route_name(route.name.view(), route.ns.view(), parent, ns)
               : kuma_gamma_route_name(route.name.view(), route.ns.view(), parent.name.view(), ns);
  }
  return pawprint_route_name(
      gateway ? NameOrder::kLargerWins : NameOrder::kSmallerWins,
      {in.route.fact.meta.created_s, route.name.view(), route.ns.view(), parent, ns,
       in.only == nullptr ? std::string_view{} : in.only->name.view(), in.group, in.run});
}

template <class T>
void write_gateway_target(Out<T>& out, const Printing<T>& in) {
  const auto by = [&](std::string_view member) {
    return T::by(kMeshHttpRouteTarget, in.parent_src().at(member));
  };
  const model::ParentRef& parent = in.parent();
  const std::string listener = in.only != nullptr ? listener_key(in.attachment.owner(), *in.only)
                                                  : std::string(parent.section.view());
  out.key("targetRef");
  out.open('{');
  out.member("kind", "MeshGateway", by("kind"));
  out.member(
      "name", mesh_gateway_name(in.attachment.target->name.view(), in.attachment.target->ns.view()),
      T::by(kMeshHttpRouteTarget, in.parent_src().at("name"), in.parent_src().at("namespace")));
  if (!listener.empty() || parent.port != 0) {
    out.key("tags");
    out.open('{');
    if (!listener.empty())
      out.member("gateways.kuma.io/listener-name", listener, by("sectionName"));
    if (parent.port != 0) {
      out.member("gateways.kuma.io/listener-port", std::to_string(parent.port), by("port"));
    }
    out.close('}');
  }
  out.close('}');
}

/// Host names of the route that the listeners of this object can serve at all. Kuma takes them as
/// they are; we narrow them, so that no listener answers for a name outside its own.
template <class T>
std::vector<std::pair<Sym, std::size_t>> effective_hostnames(Context<T>& ctx,
                                                             const Printing<T>& in) {
  std::vector<std::pair<Sym, std::size_t>> out;
  const auto& hostnames = in.route.fact.hostnames;
  for (std::size_t i = 0; i < hostnames.size(); ++i) {
    if (ctx.quirks().d29_union_of_listeners) {
      out.emplace_back(hostnames[i], i);
      continue;
    }
    for (const model::Listener* listener : in.attachment.listeners) {
      if (in.only != nullptr && in.only != listener) continue;
      Sym narrow = hostnames[i];
      if (listener->hostname.set()) {
        if (!hostnames_intersect(listener->hostname.view(), narrow.view())) continue;
        narrow = ctx.intern(narrower(listener->hostname.view(), narrow.view()));
      }
      const bool known = std::any_of(out.begin(), out.end(),
                                     [&](const auto& each) { return each.first == narrow; });
      if (!known) out.emplace_back(narrow, i);
    }
  }
  return out;
}

template <class T>
void write_rules_of(Context<T>& ctx, Out<T>& out, const Printing<T>& in,
                    const Blackhole& blackhole) {
  if (ctx.quirks().d28_rules_as_given) {
    write_rules_as_given<T>(ctx, out, in.plans, in.attachment.parent, blackhole);
  } else {
    write_one_rules<T>(ctx, out, in.rules, in.attachment.parent, blackhole);
  }
}

template <class T>
void write_gateway_to(Context<T>& ctx, Out<T>& out, const Printing<T>& in) {
  out.key("to");
  out.open('[');
  out.open('{');
  const auto hostnames = effective_hostnames<T>(ctx, in);
  if (!hostnames.empty()) {
    out.key("hostnames");
    out.open('[');
    for (const auto& [hostname, index] : hostnames) {
      out.text(hostname.view(),
               T::by(kMeshHttpRouteHostnames, in.route.spec.at("hostnames").at(index)));
    }
    out.close(']');
  }
  write_rules_of<T>(ctx, out, in, {});
  out.key("targetRef");
  out.open('{');
  out.member("kind", "Mesh", T::by(kMeshHttpRouteTarget, in.parent_src().at("kind")));
  out.close('}');
  out.close('}');
  out.close(']');
}

template <class T>
void write_gamma_target(Context<T>& ctx, Out<T>& out, const Printing<T>& in) {
  const auto cause = T::by(kGammaTarget, in.parent_src().at("namespace"),
                           T::object(in.route.object, ".metadata").at("namespace"));
  out.key("targetRef");
  if (!ctx.quirks().d46_bare_mesh_target || !in.producer()) {
    return write_clients_ref<T>(ctx, out, in.route.object.ns, in.producer(), cause);
  }
  out.open('{');
  out.member("kind", "Mesh", cause);
  out.close('}');
}

template <class T>
void write_gamma_to(Context<T>& ctx, Out<T>& out, const Printing<T>& in) {
  const std::string_view service = in.parent().name.view();
  const std::string_view ns = in.attachment.target_ns.view();
  out.key("to");
  out.open('[');
  for (const model::ServicePort& port : in.attachment.ports) {
    const std::string tag = service_tag(service, ns, port.port);
    auto cause = T::by(kGammaDestination, in.parent_src().at("name"),
                       in.parent().port != 0 ? in.parent_src().at("port")
                                             : T::object(*in.attachment.target, ".spec.ports"));
    out.open('{');
    write_rules_of<T>(ctx, out, in,
                      ctx.quirks().d04_gamma_unresolved_vanishes ? Blackhole{} : Blackhole{tag});
    out.key("targetRef");
    write_destination_ref<T>(
        ctx, out, in.attachment, port,
        {T::by(kGammaDestination, in.parent_src().at("kind")), std::move(cause)});
    out.close('}');
  }
  out.close(']');
}

template <class T>
Generated print_one(Context<T>& ctx, const Printing<T>& in) {
  const auto meta = T::object(in.route.object, ".metadata");
  const SystemObject<T> what{
      Kind::kMeshHttpRoute,
      ctx.intern(object_name<T>(ctx, in)),
      in.route.object,
      in.route.mesh,
      kMeshHttpRoute,
      T::by(kMeshHttpRoute, meta.at("name"), meta.at("namespace"), in.parent_src())};
  Generated made = make_system_object<T>(ctx, what, [&](Out<T>& out) {
    out.key("spec");
    out.open('{');
    if (in.gateway()) {
      write_gateway_target<T>(out, in);
      write_gateway_to<T>(ctx, out, in);
    } else {
      write_gamma_target<T>(ctx, out, in);
      write_gamma_to<T>(ctx, out, in);
    }
    out.close('}');
  });
  made.gates = in.attachment.gate_causes();
  return made;
}

/// Which rule of the route each rule of the object is.
template <class T>
void note_origins(const Printing<T>& in, Generated& made) {
  if constexpr (T::kOn) {
    const std::size_t to = in.gateway() ? 1 : in.attachment.ports.size();
    for (std::size_t t = 0; t < to; ++t) {
      for (std::size_t i = 0; i < in.rules.size(); ++i) {
        made.rules.push_back(
            {t, i, in.route.spec.source.object, in.rules[i].rule, in.rules[i].index, false});
      }
    }
  }
}

/// Kuma's policies for time apply to a whole object, so neighbours that differ in it are kept
/// apart. Rules that are no neighbours stay apart too: among equally specific matches order
/// decides.
template <class T>
std::vector<std::vector<OneRule<T>>> runs_of(std::vector<OneRule<T>> rules) {
  std::vector<std::vector<OneRule<T>>> out;
  for (OneRule<T>& rule : rules) {
    if (out.empty() || !(out.back().front().plan->conf == rule.plan->conf)) out.emplace_back();
    out.back().push_back(std::move(rule));
  }
  return out;
}

/// One object for each run, with its policies.
template <class T>
void print_runs(Context<T>& ctx, Printing<T> in, std::vector<Generated>& out,
                std::vector<Remark>& remarks) {
  if (ctx.quirks().d28_rules_as_given) {
    out.push_back(print_one<T>(ctx, in));
    return;
  }
  in.run = 0;
  const Place<T> place{in.route, in.attachment, in.only};
  std::vector<OneRule<T>> rules = one_rules<T>(ctx, place, in.plans);
  if (in.gateway() && !add_host_twins<T>(ctx, place, rules)) {
    const Remark remark{"warning", kHostTwin.id,
                        "too many matches of routes with wildcard or no host names: some of them "
                        "come before this route, which has the more specific host name"};
    if (std::find(remarks.begin(), remarks.end(), remark) == remarks.end()) {
      remarks.push_back(remark);
    }
  }
  for (auto& run : runs_of<T>(std::move(rules))) {
    in.rules = std::move(run);
    const RulePlan<T>& first = *in.rules.front().plan;
    in.group = first.conf.key();
    Generated& made = out.emplace_back(print_one<T>(ctx, in));
    note_origins<T>(in, made);
    const PolicyInput<T> policy{in.route, made.name, in.attachment.parent, in.producer(), first};
    for (Generated& each : print_policies<T>(ctx, policy)) out.push_back(std::move(each));
    ++in.run;
  }
}

}  // namespace

template <class T>
std::vector<Generated> print_routes(Context<T>& ctx, const RouteInput<T>& route,
                                    std::size_t parent_index, const Attachment<T>& attachment,
                                    const std::vector<RulePlan<T>>& plans,
                                    std::vector<Remark>& remarks) {
  std::vector<Generated> out;
  const bool service = attachment.parent == ParentKind::kService;
  if (service && attachment.ports.empty()) return out;
  Printing<T> in{route, parent_index, attachment, plans, nullptr, {}, {}, 0};
  const bool whole = attachment.whole && !listeners_differ<T>(ctx, {route, attachment, nullptr});
  if (service || whole || ctx.quirks().d01_attach_whole_gateway) {
    print_runs<T>(ctx, in, out, remarks);
  } else {
    for (const model::Listener* listener : attachment.listeners) {
      in.only = listener;
      print_runs<T>(ctx, in, out, remarks);
    }
  }
  if (service && !out.empty() && !ctx.quirks().d05_unmatched_to_parent) {
    out.push_back(print_service_floor<T>(ctx, route, in.parent(), attachment));
  }
  return out;
}

template std::vector<Generated> print_routes<NoTrace>(Context<NoTrace>&, const RouteInput<NoTrace>&,
                                                      std::size_t, const Attachment<NoTrace>&,
                                                      const std::vector<RulePlan<NoTrace>>&,
                                                      std::vector<Remark>&);
template std::vector<Generated> print_routes<Tracing>(Context<Tracing>&, const RouteInput<Tracing>&,
                                                      std::size_t, const Attachment<Tracing>&,
                                                      const std::vector<RulePlan<Tracing>>&,
                                                      std::vector<Remark>&);

}  // namespace pawprint::rules
