// backendRefs: what does a reference resolve to, and what does Kuma get instead when it does not.
#pragma once

#include "engine/rules/route_input.h"

namespace pawprint::rules {

extern const Rule kBackendTarget;
extern const Rule kBackendWeight;
extern const Rule kBackendZone;
extern const Rule kBackendUnresolved;

/// Resolves one reference. A failed one is Target::kUnresolved and adds its verdict to `verdicts`.
template <class T>
Backend<T> resolve_backend(Context<T>& ctx, const RouteInput<T>& route, ParentKind parent,
                           const model::BackendRef& ref, const typename T::Src& src,
                           std::vector<Verdict<T>>& verdicts);

/// Resolves every backendRef of a rule into `plan`.
template <class T>
void resolve_backends(Context<T>& ctx, const RouteInput<T>& route, ParentKind parent,
                      RulePlan<T>& plan);

/// What an unresolved share is sent to. Empty on gateways: Kuma's placeholder, which answers 500.
/// On sidecars the placeholder would vanish (D-04), so the share goes to the parent's own service
/// name with a tag that no proxy has, which answers 503. In Kuma 3 the share goes to a label that
/// nobody has, which answers 500.
struct Blackhole {
  std::string parent_service;
};

/// Writes the members of a backendRef in order; `weight` is left out for mirrors.
template <class T>
void write_backend(Context<T>& ctx, Out<T>& out, const Backend<T>& backend,
                   const Blackhole& blackhole, bool with_weight);

/// Writes a whole backendRef of weight 1 that cannot be reached.
template <class T>
void write_unresolved_share(Context<T>& ctx, Out<T>& out, const Blackhole& blackhole,
                            const typename T::Cause& cause);

/// Equal targets merged, weight 0 dropped (D-26); nothing left: one unresolved share.
template <class T>
std::vector<Backend<T>> merge_backends(const std::vector<Backend<T>>& backends,
                                       const typename T::Src& rule);

}  // namespace pawprint::rules
