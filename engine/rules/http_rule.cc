#include "engine/rules/http_rule.h"

#include <algorithm>

#include "engine/rules/mesh_service.h"
#include "engine/rules/names.h"

namespace pawprint::rules {

const Rule kMatch{"match/translate", "HTTPRouteRule.matches[]",
                  "MeshHTTPRoute .spec.to[].rules[].matches[]",
                  "Matches are alike; Kuma wants lower-case header names and no trailing slash "
                  "after a path prefix",
                  "oracle/match-paths, oracle/match-headers, oracle/match-query, "
                  "scenarios/d-28-one-match-a-rule"};

namespace {

/// D-27: Kuma 2.14 finds the target of a mirror by its legacy name only, and on a sidecar one that
/// it does not find stops the configuration of the whole proxy.
template <class T>
void judge_mirror(Context<T>& ctx, ParentKind parent, const FilterPlan<T>& plan,
                  std::vector<Verdict<T>>& verdicts) {
  const Backend<T>& target = *plan.mirror;
  const auto refuse = [&](std::string_view reason, std::string message) {
    verdicts.push_back(verdict<T>("ResolvedRefs", false, reason, std::move(message),
                                  T::by(kMirror, target.src, target.target_src)));
  };
  const bool by_name = !ctx.quirks().k3_label_references;
  if (by_name &&
      (target.target == Target::kMultiZoneService || target.target == Target::kMeshExternal)) {
    refuse("InvalidKind",
           "Kuma 2.14 cannot mirror to a " + std::string(target.spec->ref.kind.view()));
    return;
  }
  const Sym protocol = target.kuma_protocol;
  const bool http =
      !protocol.set() || protocol.is("http") || protocol.is("http2") || protocol.is("grpc");
  if (parent == ParentKind::kService && !http) {
    refuse("UnsupportedProtocol", "a mirror needs a port whose appProtocol is http, http2 or grpc");
  }
}

template <class T>
FilterPlan<T> plan_filter(Context<T>& ctx, const RouteInput<T>& route, ParentKind parent,
                          const model::Filter& filter, const typename T::Src& src,
                          RulePlan<T>& plan) {
  FilterPlan<T> out;
  out.spec = &filter;
  out.src = src;
  const bool known = filter.type.is("RequestHeaderModifier") ||
                     filter.type.is("ResponseHeaderModifier") ||
                     filter.type.is("RequestRedirect") || filter.type.is("URLRewrite") ||
                     filter.type.is("RequestMirror");
  const bool bad_path = filter.path.present && !filter.path.type.is("ReplaceFullPath") &&
                        !filter.path.type.is("ReplacePrefixMatch");
  out.dropped = !known || bad_path;
  if (!filter.type.is("RequestMirror")) return out;
  std::vector<Verdict<T>> verdicts;
  out.mirror = resolve_backend<T>(ctx, route, parent, filter.mirror,
                                  src.at("requestMirror").at("backendRef"), verdicts);
  out.dropped = !verdicts.empty();
  if (verdicts.empty() && !ctx.quirks().d27_mirrors_as_given) {
    judge_mirror<T>(ctx, parent, out, verdicts);
    out.dropped = !verdicts.empty();
  }
  const bool refused = out.dropped && verdicts.front().condition.reason == "RefNotPermitted";
  if (refused && ctx.quirks().d07_mirror_not_granted_stuck) {
    plan.fault = "filters[].requestMirror.backendRef.name: invalid characters";
  } else {
    for (Verdict<T>& each : verdicts) plan.verdicts.push_back(std::move(each));
  }
  return out;
}

/// On a gateway the last mirror of a rule replaces the others.
template <class T>
void judge_mirrors(Context<T>& ctx, ParentKind parent, RulePlan<T>& plan) {
  if (ctx.quirks().d27_mirrors_as_given || parent != ParentKind::kGateway) return;
  const auto mirrors =
      std::count_if(plan.filters.begin(), plan.filters.end(),
                    [](const auto& each) { return each.mirror.has_value() && !each.dropped; });
  if (mirrors > 1 && plan.fault.empty()) {
    plan.fault = "Kuma 2.14's gateways mirror to one target of a rule only";
  }
}

/// The path as Kuma takes it: exactly one trailing slash of a prefix is removed.
std::string_view kuma_path(const model::Match& match) {
  std::string_view path = match.path_value.view();
  if (match.path_type.is("PathPrefix") && path != "/" && path.ends_with('/')) path.remove_suffix(1);
  return path;
}

template <class T>
void write_values(Out<T>& out, std::string_view member,
                  const std::vector<model::ValueMatch>& values, bool lower_names,
                  const typename T::Src& match) {
  if (values.empty()) return;
  out.key(member);
  out.open('[');
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto src = match.at(member).at(i);
    const std::string_view name = values[i].name.view();
    out.open('{');
    out.member("name", lower_names ? lower(name) : std::string(name),
               T::by(kMatch, src.at("name")));
    out.member("type", values[i].type.view(), T::by(kMatch, src.at("type")));
    out.member("value", values[i].value.view(), T::by(kMatch, src.at("value")));
    out.close('}');
  }
  out.close(']');
}

template <class T>
void write_match(Out<T>& out, const model::Match& match, const typename T::Src& src) {
  out.open('{');
  write_values<T>(out, "headers", match.headers, true, src);
  if (match.method.set())
    out.member("method", match.method.view(), T::by(kMatch, src.at("method")));
  out.key("path");
  out.open('{');
  out.member("type", match.path_type.view(), T::by(kMatch, src.at("path").at("type")));
  out.member("value", kuma_path(match), T::by(kMatch, src.at("path").at("value")));
  out.close('}');
  write_values<T>(out, "queryParams", match.query, false, src);
  out.close('}');
}

template <class T>
std::vector<Backend<T>> backends_to_write(Context<T>& ctx, const RulePlan<T>& plan,
                                          ParentKind parent) {
  if (!plan.fault.empty()) return merge_backends<T>({}, plan.src);
  if (ctx.quirks().d26_backends_as_given) return plan.backends;
  const bool redirect =
      std::any_of(plan.filters.begin(), plan.filters.end(),
                  [](const auto& filter) { return filter.spec->type.is("RequestRedirect"); });
  // Without backendRefs a redirect answers itself, and a Service parent serves the request.
  if (plan.backends.empty() && (redirect || parent == ParentKind::kService)) return {};
  return merge_backends<T>(plan.backends, plan.src);
}

template <class T>
void write_default(Context<T>& ctx, Out<T>& out, const RulePlan<T>& plan, ParentKind parent,
                   const Blackhole& blackhole) {
  const std::vector<Backend<T>> backends = backends_to_write<T>(ctx, plan, parent);
  const bool filters =
      plan.fault.empty() && std::any_of(plan.filters.begin(), plan.filters.end(),
                                        [](const auto& filter) { return !filter.dropped; });
  out.key("default");
  if (backends.empty() && !filters) {
    out.raw("{}", T::by(kBackendTarget, plan.src.at("backendRefs")));
    return;
  }
  out.open('{');
  if (!backends.empty()) {
    out.key("backendRefs");
    out.open('[');
    for (const Backend<T>& backend : backends) write_backend<T>(ctx, out, backend, blackhole, true);
    out.close(']');
  }
  if (filters) {
    out.key("filters");
    out.open('[');
    for (const FilterPlan<T>& filter : plan.filters) {
      if (!filter.dropped) write_filter<T>(ctx, out, filter, blackhole, PathForm::kAsGiven);
    }
    out.close(']');
  }
  out.close('}');
}

/// D-52: a gateway calls the only references that a mesh without MeshServices has with HTTP/1.1.
template <class T>
std::string grpc_fault(Context<T>& ctx, const RouteInput<T>& route, ParentKind parent) {
  if (route.object.kind != Kind::kGrpcRoute || parent != ParentKind::kGateway) return {};
  const Object& mesh = ctx.reads.object(Kind::kMesh, ctx.zone, {}, route.mesh.name);
  if (!mesh.exists() || uses_mesh_services<T>(ctx, route.mesh.name)) return {};
  return "gateways call backends of mesh \"" + std::string(route.mesh.name.view()) +
         "\" with HTTP/1.1, which is not gRPC, while its meshServices.mode is Disabled";
}

}  // namespace

template <class T>
std::vector<RulePlan<T>> plan_rules(Context<T>& ctx, const RouteInput<T>& route,
                                    ParentKind parent) {
  std::vector<RulePlan<T>> out;
  out.reserve(route.fact.rules.size());
  for (std::size_t i = 0; i < route.fact.rules.size(); ++i) {
    RulePlan<T>& plan = out.emplace_back();
    plan.spec = &route.fact.rules[i];
    plan.src = route.spec.at("rules").at(i);
    judge_rule<T>(ctx, parent, plan);
    if (std::string fault = grpc_fault<T>(ctx, route, parent);
        plan.fault.empty() && !fault.empty()) {
      plan.fault = std::move(fault);
      plan.conf = {};
    }
    const auto filters = plan.src.at("filters");
    for (std::size_t f = 0; f < plan.spec->filters.size(); ++f) {
      plan.filters.push_back(
          plan_filter<T>(ctx, route, parent, plan.spec->filters[f], filters.at(f), plan));
    }
    resolve_backends<T>(ctx, route, parent, plan);
    judge_mirrors<T>(ctx, parent, plan);
  }
  return out;
}

template <class T>
void write_whole_default(Context<T>& ctx, Out<T>& out, const RulePlan<T>& plan, ParentKind parent,
                         const Blackhole& blackhole, PathForm form) {
  const std::vector<Backend<T>> backends = backends_to_write<T>(ctx, plan, parent);
  out.key("default");
  out.open('{');
  out.key("backendRefs");
  if (backends.empty()) {
    out.raw("[]", T::by(kBackendTarget, plan.src.at("backendRefs")));
  } else {
    out.open('[');
    for (const Backend<T>& backend : backends) write_backend<T>(ctx, out, backend, blackhole, true);
    out.close(']');
  }
  out.key("filters");
  const bool filters =
      plan.fault.empty() && std::any_of(plan.filters.begin(), plan.filters.end(),
                                        [](const auto& filter) { return !filter.dropped; });
  if (!filters) {
    out.raw("[]", T::by(kFilter, plan.src.at("filters")));
  } else {
    out.open('[');
    for (const FilterPlan<T>& filter : plan.filters) {
      if (!filter.dropped) write_filter<T>(ctx, out, filter, blackhole, form);
    }
    out.close(']');
  }
  out.close('}');
}

template <class T>
void write_rules_as_given(Context<T>& ctx, Out<T>& out, const std::vector<RulePlan<T>>& plans,
                          ParentKind parent, const Blackhole& blackhole) {
  if (plans.empty()) return;
  out.key("rules");
  out.open('[');
  for (const RulePlan<T>& plan : plans) {
    out.open('{');
    write_default<T>(ctx, out, plan, parent, blackhole);
    out.key("matches");
    out.open('[');
    for (std::size_t m = 0; m < plan.spec->matches.size(); ++m) {
      write_match<T>(out, plan.spec->matches[m], plan.src.at("matches").at(m));
    }
    out.close(']');
    out.close('}');
  }
  out.close(']');
}

template std::vector<RulePlan<NoTrace>> plan_rules<NoTrace>(Context<NoTrace>&,
                                                            const RouteInput<NoTrace>&, ParentKind);
template void write_rules_as_given<NoTrace>(Context<NoTrace>&, Out<NoTrace>&,
                                            const std::vector<RulePlan<NoTrace>>&, ParentKind,
                                            const Blackhole&);
template void write_whole_default<NoTrace>(Context<NoTrace>&, Out<NoTrace>&,
                                           const RulePlan<NoTrace>&, ParentKind, const Blackhole&,
                                           PathForm);
template std::vector<RulePlan<Tracing>> plan_rules<Tracing>(Context<Tracing>&,
                                                            const RouteInput<Tracing>&, ParentKind);
template void write_rules_as_given<Tracing>(Context<Tracing>&, Out<Tracing>&,
                                            const std::vector<RulePlan<Tracing>>&, ParentKind,
                                            const Blackhole&);
template void write_whole_default<Tracing>(Context<Tracing>&, Out<Tracing>&,
                                           const RulePlan<Tracing>&, ParentKind, const Blackhole&,
                                           PathForm);

}  // namespace pawprint::rules
