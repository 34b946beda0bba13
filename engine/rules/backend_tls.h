// BackendTLSPolicy: TLS towards a backend. Kuma speaks it to MeshExternalServices only, so a port
// of a Service that a policy covers becomes one (it works in a mesh with mTLS and a zone egress).
#pragma once

#include "engine/rules/route_input.h"

namespace pawprint::rules {

extern const Rule kBackendTls;
extern const Rule kBackendTlsAccepted;
extern const Rule kBackendTlsAuthorities;
extern const Rule kBackendTlsAncestors;

/// One BackendTLSPolicy, judged.
template <class T>
struct PolicyResult {
  PolicyValue value;
  std::vector<Verdict<T>> verdicts;  ///< Accepted and ResolvedRefs, the same for each ancestor.
  std::vector<Generated> outputs;
  std::vector<Remark> remarks;
};

template <class T>
PolicyResult<T> evaluate_policy(Context<T>& ctx, const Object& object);

/// Status entries: one per Gateway whose routes use a target of the policy, `gateways` sorted by
/// namespace and name. Other controllers' entries count against the API's limit of 16; what does
/// not fit is named in `left_out`.
template <class T>
std::vector<Section<T>> policy_status(Context<T>& ctx, const Object& object,
                                      const std::vector<Verdict<T>>& verdicts,
                                      const std::vector<const Object*>& gateways,
                                      std::string& left_out);

/// Policies that cover a port of a Service or the whole Service, for the status of each.
template <class T>
std::vector<world::ObjId> policies_of(Context<T>& ctx, const Object& service, std::int32_t port);

/// Makes `out`, a resolved Service, the MeshExternalService of the policy that covers its port. A
/// policy that cannot be fulfilled makes it unresolved: TLS that was asked for is never left out.
template <class T>
void apply_backend_tls(Context<T>& ctx, const RouteInput<T>& route, const Object& service,
                       Backend<T>& out);

}  // namespace pawprint::rules
