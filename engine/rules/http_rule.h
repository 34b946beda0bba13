// One HTTPRoute rule: references resolved and faults found (plan), then written (print).
#pragma once

#include "engine/rules/backend_reference.h"
#include "engine/rules/route_input.h"

namespace pawprint::rules {

extern const Rule kMatch;
extern const Rule kFilter;
extern const Rule kMirror;
extern const Rule kRuleUnsupported;

/// Resolves the references of every rule for one kind of parent and judges what Kuma's schema and
/// admission would refuse.
template <class T>
std::vector<RulePlan<T>> plan_rules(Context<T>& ctx, const RouteInput<T>& route, ParentKind parent);

/// Fault of a rule that Kuma's validators would refuse or that cannot be expressed; empty if none.
template <class T>
void judge_rule(Context<T>& ctx, ParentKind parent, RulePlan<T>& plan);

/// Writes the list of rules of one `to` entry as the route has them, like Kuma.
template <class T>
void write_rules_as_given(Context<T>& ctx, Out<T>& out, const std::vector<RulePlan<T>>& plans,
                          ParentKind parent, const Blackhole& blackhole);

/// Writes the member `default` with both of its lists, also when they are empty: an equal match of
/// a route that comes later replaces only the lists that are there.
template <class T>
void write_whole_default(Context<T>& ctx, Out<T>& out, const RulePlan<T>& plan, ParentKind parent,
                         const Blackhole& blackhole, PathForm form);

/// Writes one filter, in Kuma's shape.
template <class T>
void write_filter(Context<T>& ctx, Out<T>& out, const FilterPlan<T>& plan,
                  const Blackhole& blackhole, PathForm form);

}  // namespace pawprint::rules
