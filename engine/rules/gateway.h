// The node `gateway`: one Gateway judged and translated, except for what depends on its routes.
#pragma once

#include "engine/rules/mesh_gateway.h"

namespace pawprint::rules {

extern const Rule kGatewayAccepted;
extern const Rule kGatewayProgrammed;
extern const Rule kAttachedRoutes;
extern const Rule kGatewayAddresses;

template <class T>
struct GatewayResult {
  bool handled = false;        ///< False: not ours, or Kuma would be stuck; no status.
  bool programmed = false;     ///< Every listener is.
  bool needs_address = false;  ///< A LoadBalancer Service will carry one.
  bool prints = false;         ///< There is something to generate.
  Verdict<T> accepted;
  std::vector<JudgedListener<T>> listeners;
  std::vector<JudgedSet<T>> sets;
  std::vector<Remark> remarks;
};

/// `class_value` is the node value of the Gateway's class.
template <class T>
GatewayResult<T> evaluate_gateway(Context<T>& ctx, const Object& object,
                                  const ClassValue& class_value);

/// The generated objects of a Gateway that was judged.
template <class T>
std::vector<Generated> print_gateway(Context<T>& ctx, const Object& object,
                                     const GatewayResult<T>& result,
                                     const std::vector<ListenerWinner>& winners);

/// Routes attached to a listener, by JudgedListener::key.
struct ListenerCount {
  Sym listener;
  std::int64_t routes = 0;
  bool operator==(const ListenerCount&) const = default;
};

/// The status: conditions, addresses of the observed MeshGatewayInstance, listeners by name.
template <class T>
std::vector<Section<T>> gateway_status(Context<T>& ctx, const Object& object,
                                       const GatewayResult<T>& result,
                                       const std::vector<ListenerCount>& counts);

/// The status of one of the Gateway's ListenerSets.
template <class T>
std::vector<Section<T>> listener_set_status(Context<T>& ctx, const JudgedSet<T>& set,
                                            const GatewayResult<T>& result,
                                            const std::vector<ListenerCount>& counts);

}  // namespace pawprint::rules
