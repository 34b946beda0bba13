// Listeners of a Gateway: protocol, conflicts, route kinds, certificates.
#pragma once

#include "engine/rules/context.h"

namespace pawprint::rules {

extern const Rule kListenerProtocol;
extern const Rule kListenerConflict;
extern const Rule kListenerKinds;
extern const Rule kListenerAccepted;
extern const Rule kTlsReference;

/// A certificate that a listener uses and that passed every check.
template <class T>
struct Certificate {
  Sym ns, name;            ///< Of the source Secret.
  std::string digest;      ///< Keyed digest of what the copy will hold.
  bool joined = false;     ///< A line end is put between key and certificate.
  typename T::Src src;     ///< The certificateRef.
  typename T::Src secret;  ///< The Secret.
};

template <class T>
struct JudgedListener {
  const model::Listener* spec = nullptr;
  std::size_t index = 0;
  typename T::Src src;   ///< .spec.listeners[index] of the Gateway.
  bool emitted = false;  ///< It becomes a listener of the MeshGateway.
  bool programmed = false;
  std::vector<Verdict<T>> verdicts;
  std::vector<Certificate<T>> certificates;
};

/// Judges all listeners of a Gateway, in spec order.
template <class T>
std::vector<JudgedListener<T>> judge_listeners(Context<T>& ctx, const Object& gateway,
                                               const model::GatewayFact& fact, bool cross_mesh);

/// Whether the listener can take HTTPRoutes at all, by protocol and allowedRoutes.kinds.
bool takes_http_routes(const model::Listener& listener);

/// HTTPRoute entries of allowedRoutes.kinds; 1 when there is no list.
std::size_t http_route_entries(const model::Listener& listener);

}  // namespace pawprint::rules
