// ListenerSets: may they add listeners to a Gateway, and what becomes of them.
#pragma once

#include "engine/rules/listener.h"

namespace pawprint::rules {

extern const Rule kListenerSetAllowed;
extern const Rule kListenerSetAccepted;

/// What a Gateway makes of one ListenerSet that names it.
template <class T>
struct JudgedSet {
  const Object* object = nullptr;
  const model::ListenerSetFact* fact = nullptr;
  bool allowed = false;   ///< By the Gateway's allowedListeners.
  bool accepted = false;  ///< At least one listener is served.
  std::vector<Verdict<T>> verdicts;
};

/// What routes read of a ListenerSet. Value of its first slot.
struct SetValue {
  bool handled = false;  ///< It names a Gateway of ours.
  bool accepted = false;
  Sym gateway_ns, gateway;
  bool operator==(const SetValue&) const = default;
};

/// The ListenerSets that name a Gateway, in order of precedence: oldest first, then by namespace
/// and name. Those that allowedListeners refuses are in the list, marked.
template <class T>
std::vector<JudgedSet<T>> find_listener_sets(Context<T>& ctx, const Object& gateway,
                                             const model::GatewayFact& fact);

/// Fills in verdicts once the listeners are judged. `gateway_accepted` and `gateway_programmed`
/// are the Gateway's own conditions.
template <class T>
void judge_listener_sets(std::vector<JudgedSet<T>>& sets,
                         const std::vector<JudgedListener<T>>& listeners, bool gateway_accepted);

}  // namespace pawprint::rules
