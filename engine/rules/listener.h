// Listeners of a Gateway: protocol, conflicts, route kinds, certificates.
#pragma once

#include "engine/rules/context.h"

namespace pawprint::rules {

extern const Rule kListenerProtocol;
extern const Rule kListenerConflict;
extern const Rule kListenerKinds;
extern const Rule kListenerAccepted;
extern const Rule kListenerAddress;
extern const Rule kListenerOverlap;
extern const Rule kListenerClientValidation;
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
  const Object* owner = nullptr;  ///< The Gateway or a ListenerSet.
  Sym key;                        ///< Its name among all listeners of the Gateway: listener_key().
  typename T::Src src;            ///< .spec.listeners[i] of the owner.
  bool emitted = false;  ///< It becomes a listener of the MeshGateway.
  bool programmed = false;
  std::vector<Verdict<T>> verdicts;
  std::vector<Certificate<T>> certificates;
};

/// Somebody who brings listeners: the Gateway itself, then its ListenerSets in order of precedence.
template <class T>
struct ListenerOwner {
  const Object* object = nullptr;
  const std::vector<model::Listener>* listeners = nullptr;
};

/// Judges all listeners of a Gateway, owner by owner, each in spec order. The first owner is the
/// Gateway.
template <class T>
std::vector<JudgedListener<T>> judge_listeners(Context<T>& ctx,
                                               const std::vector<ListenerOwner<T>>& owners,
                                               const model::GatewayFact& gateway, bool cross_mesh);

/// What tells a listener from all others of its Gateway, also as a tag value: its name, or
/// `<namespace>/<name of the ListenerSet>/<its name>`.
std::string listener_key(const Object& owner, const model::Listener& listener);

/// Whether routes of a kind may attach to the listener at all, by protocol and allowedRoutes.kinds.
bool takes_routes(const model::Listener& listener, Kind route);

/// Route kinds that the protocol can carry, sorted by name.
std::vector<Kind> kinds_of_protocol(std::string_view protocol);

/// `"supportedKinds":[...]` of a listener's status.
std::string supported_kinds(const Quirks& quirks, const model::Listener& listener);

}  // namespace pawprint::rules
