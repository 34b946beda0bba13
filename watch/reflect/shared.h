// What all reflectors of one zone have in common. Outlives them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "watch/edge.h"
#include "watch/kube/access.h"
#include "watch/kube/discovery.h"
#include "watch/reflect/turns.h"

namespace pawprint::watch::reflect {

/// Waiting times; tests shorten them. Sources: kubernetes-edge rules W1, W3, W4, 1.6 and 1.10.
struct Timing {
  kube::Pace pace;
  kube::Millis absent_poll{30'000};  ///< Between looks for a kind that is not served.
  kube::Millis watch_min{300'000}, watch_max{600'000};  ///< timeoutSeconds of a watch.
  kube::Millis watch_grace{30'000};  ///< A watch lives at most this much longer than it asked for.
  kube::Millis silence{150'000};     ///< Two missed bookmarks: the connection is dead.
  kube::Millis short_watch{1'000};   ///< A watch that ends sooner without an event is an error.
  kube::Millis lagging{30'000};      ///< How long a server may lag behind our cursor.
};

struct Shared {
  std::string zone;
  std::shared_ptr<kube::Access> access;
  kube::Catalog& catalog;
  Sink& sink;
  const SecretFunctions& secrets;
  Turns& turns;
  ListGate& gate;
  Timing timing;
  std::uint64_t event_bytes = 8u << 20;
};

}  // namespace pawprint::watch::reflect
