#include "engine/rules/http_route.h"

#include <algorithm>

#include "engine/model/decode_gateway.h"
#include "engine/rules/attachment.h"
#include "engine/rules/backend_tls.h"
#include "engine/rules/hostname.h"
#include "engine/rules/mesh_exists.h"
#include "engine/rules/neighbours.h"
#include "engine/rules/route_remarks.h"

namespace pawprint::rules {

const Rule kRouteAccepted{"http_route/accepted", "RouteParentStatus condition Accepted", "-",
                          "A parent of ours is told whether and why it takes the route",
                          "oracle/attach-whole-gateway"};
const Rule kRouteResolved{"http_route/resolved_refs", "RouteParentStatus condition ResolvedRefs",
                          "-", "The first failing reference of the route is named",
                          "oracle/backend-missing, oracle/backend-kind"};

namespace {

constexpr std::size_t kMaxName = 253;

template <class T>
struct ParentResult {
  std::size_t index = 0;
  Attachment<T> attachment;
  bool accepted = false;
};

/// The rules of a route, resolved once per kind of parent.
template <class T>
struct Plans {
  std::optional<std::vector<RulePlan<T>>> gateway, service;

  const std::vector<RulePlan<T>>& of(Context<T>& ctx, const RouteInput<T>& route, ParentKind kind) {
    auto& slot = kind == ParentKind::kGateway ? gateway : service;
    if (!slot) {
      slot = connection_route(route.object.kind) ? plan_connections<T>(ctx, route, kind)
                                                 : plan_rules<T>(ctx, route, kind);
    }
    return *slot;
  }
};

template <class T>
void report_faults(const RouteInput<T>& route, const std::vector<RulePlan<T>>& plans,
                   std::vector<Verdict<T>>& verdicts) {
  if (route.fact.malformed.set()) {
    verdicts.push_back(verdict<T>("Accepted", false, "UnsupportedValue",
                                  "malformed: " + std::string(route.fact.malformed.view()),
                                  T::by(kRuleUnsupported, route.spec)));
    return;
  }
  std::size_t faulty = 0;
  std::string text;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const bool whole = !plans[i].fault.empty();
    const std::string& fault = whole ? plans[i].fault : plans[i].dropped_match;
    if (fault.empty()) continue;
    if (text.empty()) text = "rules[" + std::to_string(i) + "]: " + fault;
    if (whole) ++faulty;
  }
  if (text.empty()) return;
  const auto cause = T::by(kRuleUnsupported, route.spec.at("rules"));
  if (faulty == plans.size()) {
    verdicts.push_back(verdict<T>("Accepted", false, "UnsupportedValue", text, cause));
  } else {
    verdicts.push_back(
        verdict<T>("PartiallyInvalid", true, "UnsupportedValue", "Dropped Rule: " + text, cause));
  }
}

/// Conditions of one parent: for each type the first one found wins.
template <class T>
std::vector<Verdict<T>> judge_parent(const RouteInput<T>& route, const ParentResult<T>& parent,
                                     const std::vector<RulePlan<T>>& plans) {
  std::vector<Verdict<T>> out;
  const auto src = route.spec.at("parentRefs").at(parent.index);
  if (!parent.attachment.accepted) {
    out.push_back(verdict<T>("Accepted", false, parent.attachment.reason, parent.attachment.message,
                             T::by(kRouteAccepted, src)));
  } else {
    report_faults<T>(route, plans, out);
  }
  if (find_verdict(out, "Accepted") == nullptr) {
    out.push_back(verdict<T>("Accepted", true, "Accepted", "", T::by(kRouteAccepted, src)));
  }
  for (const RulePlan<T>& plan : plans) {
    for (const Verdict<T>& each : plan.verdicts) {
      if (find_verdict(out, each.condition.type) == nullptr) out.push_back(each);
    }
  }
  if (find_verdict(out, "ResolvedRefs") == nullptr) {
    out.push_back(verdict<T>("ResolvedRefs", true, "ResolvedRefs", "",
                             T::by(kRouteResolved, route.spec.at("rules"))));
  }
  return out;
}

/// Kuma's order: bytewise by group/kind/namespace/name/sectionName/port.
std::string sort_key(const model::ParentRef& parent) {
  std::string out;
  for (const Sym part : {parent.group, parent.kind, parent.ns, parent.name, parent.section}) {
    out += part.view();
    out += '/';
  }
  if (parent.port != 0) out += std::to_string(parent.port);
  return out;
}

template <class T>
std::string stuck_reason(Context<T>& ctx, const RouteInput<T>& route,
                         const std::vector<ParentResult<T>>& parents, Plans<T>& plans,
                         const std::vector<Generated>& outputs) {
  for (const ParentResult<T>& parent : parents) {
    if (!parent.attachment.accepted) continue;
    for (const RulePlan<T>& plan : plans.of(ctx, route, parent.attachment.parent)) {
      if (!plan.fault.empty()) return plan.fault;
    }
  }
  for (const Generated& made : outputs) {
    if (made.name.view().size() > kMaxName) return "metadata.name is longer than 253 characters";
  }
  if (!outputs.empty() && !mesh_exists<T>(ctx, route.mesh.name)) {
    return "mesh " + std::string(route.mesh.name.view()) + " does not exist";
  }
  return {};
}

Contribution& contribute(std::vector<Contribution>& out, world::ObjId gateway, Sym listener,
                         bool once) {
  for (Contribution& each : out) {
    if (each.gateway != gateway || each.listener != listener) continue;
    if (!once) ++each.routes;
    return each;
  }
  out.push_back({gateway, listener, 1, false, {}});
  return out.back();
}

/// TLSRoute and TCPRoute: the connections of a listener that the route asks for.
template <class T>
void ask_connections(Context<T>& ctx, const RouteInput<T>& route, const model::Listener& listener,
                     Contribution& out) {
  if (!connection_route(route.object.kind)) return;
  out.connections = true;
  for (const Sym hostname : served_hostnames<T>(ctx, route, listener)) {
    if (std::find(out.hostnames.begin(), out.hostnames.end(), hostname) == out.hostnames.end()) {
      out.hostnames.push_back(hostname);
    }
  }
  std::sort(out.hostnames.begin(), out.hostnames.end(),
            [](Sym a, Sym b) { return a.view() < b.view(); });
}

template <class T>
bool names_gateway(const RouteInput<T>& route, const model::ParentRef& parent,
                   const Object& gateway) {
  return parent.kind.is("Gateway") && parent.group.is("gateway.networking.k8s.io") &&
         parent.name == gateway.name &&
         (parent.ns.set() ? parent.ns : route.object.ns) == gateway.ns;
}

/// Kuma (D-30): every accepted ref of a route that names the Gateway counts, even refs to others,
/// and entries of other controllers count too.
template <class T>
void count_as_kuma(Context<T>& ctx, const RouteInput<T>& route, world::ObjId gateway_id,
                   const std::vector<ParentResult<T>>& parents, std::vector<Contribution>& out) {
  const Object& gateway = ctx.reads.object(gateway_id);
  const auto* fact = gateway.template as<model::GatewayFact>();
  if (fact == nullptr) return;
  for (std::size_t i = 0; i < route.fact.parents.size(); ++i) {
    const model::ParentRef& parent = route.fact.parents[i];
    const bool own = std::any_of(parents.begin(), parents.end(), [&](const auto& each) {
      return each.accepted && route.fact.parents[each.index] == parent;
    });
    const bool foreign =
        std::any_of(route.fact.foreign.begin(), route.fact.foreign.end(),
                    [&](const auto& each) { return each.accepted && each.parent == parent; });
    if (!own && !foreign) continue;
    for (const model::Listener& listener : fact->listeners) {
      const bool takes = parent.section.set()
                             ? parent.section == listener.name
                             : listener_takes_hostnames(listener.hostname, route.fact.hostnames);
      if (takes) contribute(out, gateway_id, listener.name, false);
    }
  }
}

template <class T>
std::vector<Contribution> count_contributions(Context<T>& ctx, const RouteInput<T>& route,
                                              const std::vector<ParentResult<T>>& parents) {
  std::vector<Contribution> out;
  std::vector<world::ObjId> seen;
  for (const ParentResult<T>& parent : parents) {
    if (parent.attachment.parent != ParentKind::kGateway) continue;
    const Object& gateway = *parent.attachment.target;
    const world::ObjId id =
        ctx.reads.world().id(Kind::kGateway, gateway.zone, gateway.ns, gateway.name);
    if (!ctx.quirks().d30_count_all_refs) {
      if (!parent.accepted) continue;
      for (const auto* listener : parent.attachment.listeners) {
        const Sym key = ctx.intern(listener_key(parent.attachment.owner(), *listener));
        ask_connections<T>(ctx, route, *listener, contribute(out, id, key, true));
      }
      continue;
    }
    if (std::find(seen.begin(), seen.end(), id) != seen.end()) continue;
    seen.push_back(id);
    count_as_kuma<T>(ctx, route, id, parents, out);
  }
  return out;
}

/// Policies that cover Services that the route sends to, for each Gateway that accepts it.
template <class T>
std::vector<PolicyUse> use_policies(Context<T>& ctx, const RouteInput<T>& route,
                                    const std::vector<ParentResult<T>>& parents) {
  std::vector<PolicyUse> out;
  std::vector<world::ObjId> policies;
  const auto look = [&](const model::BackendRef& ref) {
    if (!ref.ref.kind.is("Service") || !ref.ref.group.empty()) return;
    const Sym ns = ref.ref.ns.set() ? ref.ref.ns : route.object.ns;
    const Object& service = ctx.reads.object(Kind::kService, ctx.zone, ns, ref.ref.name);
    for (const world::ObjId id : policies_of<T>(ctx, service, ref.port)) policies.push_back(id);
  };
  for (const model::HttpRule& rule : route.fact.rules) {
    for (const model::BackendRef& ref : rule.backends) look(ref);
    for (const model::Filter& filter : rule.filters) {
      if (filter.type.is("RequestMirror")) look(filter.mirror);
    }
  }
  if (policies.empty()) return out;
  for (const ParentResult<T>& parent : parents) {
    if (!parent.accepted || parent.attachment.parent != ParentKind::kGateway) continue;
    const Object& gateway = *parent.attachment.target;
    const world::ObjId id =
        ctx.reads.world().id(Kind::kGateway, gateway.zone, gateway.ns, gateway.name);
    for (const world::ObjId policy : policies) out.push_back({policy, id});
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

template <class T>
void add_section(const RouteInput<T>& route, const ParentResult<T>& parent,
                 std::vector<Verdict<T>> verdicts, RouteResult<T>& out) {
  Section<T>& section = out.sections.emplace_back();
  section.section = model::parent_json(route.fact.parents[parent.index]);
  section.verdicts = std::move(verdicts);
  const auto src = route.spec.at("parentRefs").at(parent.index);
  for (const std::string_view member :
       {"group", "kind", "name", "namespace", "port", "sectionName"}) {
    section.member_causes.push_back(T::by(kRouteAccepted, src.at(member)));
  }
}

template <class T>
void add_outputs(std::vector<Generated> made, std::vector<Generated>& out) {
  for (Generated& each : made) {
    const auto found = std::find_if(out.begin(), out.end(), [&](const Generated& other) {
      return other.kind == each.kind && other.ns == each.ns && other.name == each.name;
    });
    // Two parentRefs of one Service share a name in Kuma, and the last one wins (D-13).
    if (found == out.end()) out.push_back(std::move(each));
    else *found = std::move(each);
  }
}

template <class T>
std::vector<ParentResult<T>> attach_all(Context<T>& ctx, const RouteInput<T>& route) {
  std::vector<ParentResult<T>> parents;
  for (std::size_t i = 0; i < route.fact.parents.size(); ++i) {
    ParentResult<T> parent{i, attach<T>(ctx, route, i), false};
    if (parent.attachment.parent != ParentKind::kUnknown) parents.push_back(std::move(parent));
  }
  return parents;
}

/// status.parents takes 32 entries in all; a parent that cannot be told anything is left alone.
template <class T>
void limit_parents(const RouteInput<T>& route, std::vector<ParentResult<T>>& parents,
                   RouteResult<T>& out) {
  constexpr std::size_t kMaxParents = 32;
  const std::size_t foreign = route.fact.foreign.size();
  const std::size_t room = foreign < kMaxParents ? kMaxParents - foreign : 0;
  if (parents.size() <= room) return;
  out.remarks.push_back({"error", kRouteAccepted.id,
                         "status.parents is full (32 entries, " + std::to_string(foreign) +
                             " of other controllers): " + std::to_string(parents.size() - room) +
                             " parentRefs of this route are not served"});
  parents.erase(parents.begin() + static_cast<std::ptrdiff_t>(room), parents.end());
}

template <class T>
bool in_global_zone(const Context<T>& ctx) {
  const auto& zones = ctx.settings.global_zones;
  return std::find(zones.begin(), zones.end(), ctx.zone) != zones.end();
}

template <class T>
std::vector<Generated> print(Context<T>& ctx, const RouteInput<T>& route,
                             const ParentResult<T>& parent, const std::vector<RulePlan<T>>& rules,
                             std::vector<Remark>& remarks) {
  return connection_route(route.object.kind)
             ? print_tcp_routes<T>(ctx, route, parent.index, parent.attachment, rules)
             : print_routes<T>(ctx, route, parent.index, parent.attachment, rules, remarks);
}

template <class T>
void print_all(Context<T>& ctx, const RouteInput<T>& route, std::vector<ParentResult<T>>& parents,
               Plans<T>& plans, RouteResult<T>& out) {
  for (ParentResult<T>& parent : parents) {
    const auto& rules = plans.of(ctx, route, parent.attachment.parent);
    std::vector<Verdict<T>> verdicts = judge_parent<T>(route, parent, rules);
    parent.accepted = find_verdict(verdicts, "Accepted")->condition.status == "True";
    if (parent.accepted || (ctx.quirks().d09_refused_output_stuck && parent.attachment.accepted &&
                            !route.fact.malformed.set())) {
      add_outputs<T>(print<T>(ctx, route, parent, rules, out.remarks), out.outputs);
    }
    for (Verdict<T>& each : verdicts) each.condition.generation = route.fact.meta.generation;
    add_section<T>(route, parent, std::move(verdicts), out);
  }
}

template <class T>
void add_remarks(Context<T>& ctx, const RouteInput<T>& route,
                 const std::vector<ParentResult<T>>& parents, Plans<T>& plans,
                 RouteResult<T>& out) {
  if (parents.empty()) return;
  const Kind kind = route.object.kind;
  const auto add = [&](std::vector<Remark> remarks) {
    for (Remark& each : remarks) {
      const bool known =
          std::find(out.remarks.begin(), out.remarks.end(), each) != out.remarks.end();
      if (!known) out.remarks.push_back(std::move(each));
    }
  };
  bool service = false;
  for (const ParentResult<T>& parent : parents) {
    if (!parent.accepted) continue;
    const bool http = kind == Kind::kHttpRoute || kind == Kind::kGrpcRoute;
    add(backend_remarks<T>(plans.of(ctx, route, parent.attachment.parent)));
    if (http) add(tie_remarks<T>(ctx, route, parent.attachment));
    if (parent.attachment.parent != ParentKind::kService) continue;
    service = true;
    if (http) add(port_remarks<T>(parent.attachment));
  }
  for (Remark& each : route_remarks(route.fact, service)) out.remarks.push_back(std::move(each));
}

}  // namespace

template <class T>
RouteResult<T> evaluate_route(Context<T>& ctx, const Object& object, const ClassValues& classes) {
  RouteResult<T> out;
  const auto* fact = object.template as<model::HttpRouteFact>();
  if (fact == nullptr) return out;
  if (ctx.quirks().d36_http_only && object.kind != Kind::kHttpRoute) return out;
  const RouteInput<T> route{object, *fact, mesh_of<T>(ctx, object, fact->meta), classes,
                            T::object(object, ".spec")};
  if (in_global_zone(ctx)) {
    out.remarks.push_back({"warning", kRouteAccepted.id,
                           std::string(model::info(object.kind).name) +
                               "s in the global zone are not reconciled; apply it in a zone"});
    return out;
  }
  std::vector<ParentResult<T>> parents = attach_all<T>(ctx, route);
  std::stable_sort(parents.begin(), parents.end(), [&](const auto& a, const auto& b) {
    return sort_key(fact->parents[a.index]) < sort_key(fact->parents[b.index]);
  });
  if (!ctx.quirks().d36_http_only) limit_parents<T>(route, parents, out);
  Plans<T> plans;
  print_all<T>(ctx, route, parents, plans, out);
  if (ctx.quirks().d09_refused_output_stuck) {
    const std::string stuck = stuck_reason<T>(ctx, route, parents, plans, out.outputs);
    if (!stuck.empty()) {
      out = {};
      out.remarks.push_back({"error", kMeshHttpRoute.id, "Kuma would be stuck: " + stuck});
      return out;
    }
  }
  out.handled = true;
  if (!ctx.quirks().d10_filters_ignored) add_remarks<T>(ctx, route, parents, plans, out);
  out.contributions = count_contributions<T>(ctx, route, parents);
  if (!ctx.quirks().d36_http_only) out.policies = use_policies<T>(ctx, route, parents);
  return out;
}

template RouteResult<NoTrace> evaluate_route<NoTrace>(Context<NoTrace>&, const Object&,
                                                      const ClassValues&);
template RouteResult<Tracing> evaluate_route<Tracing>(Context<Tracing>&, const Object&,
                                                      const ClassValues&);

}  // namespace pawprint::rules
