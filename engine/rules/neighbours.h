// Other routes of the same parent, and where Kuma would prefer theirs wrongly.
//
// A gateway puts the routes of one host together and asks them by path first, then by host name;
// the Gateway API asks by host name first (D-50). And a prefix there no longer takes its own path
// once any route of the host names that path exactly (D-49).
#pragma once

#include <string>
#include <vector>

#include "engine/rules/one_match.h"

namespace pawprint::rules {

extern const Rule kHostTwin;
extern const Rule kTie;

/// The object under print: a route on some listeners of one Gateway or ListenerSet.
template <class T>
struct Place {
  const RouteInput<T>& route;
  const Attachment<T>& attachment;
  const model::Listener* only = nullptr;  ///< Set: this listener alone.
};

/// Paths that other routes of a parent name exactly, where host names of theirs and of this route
/// meet. Borrows all that it is made of.
template <class T>
class NamedPaths {
 public:
  NamedPaths(Context<T>& ctx, const Place<T>& place);
  /// Whether some other route has an Exact match of the path, and none of the same host name takes
  /// all that `prefix`, a match of the same path, would take there.
  [[nodiscard]] bool elsewhere(const OneMatch& prefix) const;

 private:
  Context<T>& ctx_;
  const Place<T>& place_;
  world::ObjId parent_;
  std::vector<std::string> hosts_,
      wide_;  ///< Own names and those around; own ones with others inside.
};

/// Whether the listeners that take the route differ in which other routes stand around it, so that
/// one object cannot serve them all.
template <class T>
bool listeners_differ(Context<T>& ctx, const Place<T>& place);

/// Repeats matches of routes with less specific host names that would come before the rules of this
/// route, each with what this route does with such requests. False: there are too many.
template <class T>
bool add_host_twins(Context<T>& ctx, const Place<T>& place, std::vector<OneRule<T>>& rules);

/// Matches of younger routes that are as specific as some of this route and not equal: Kuma asks
/// them first, for names order equal matches only (D-28). One remark for each such route.
template <class T>
std::vector<Remark> tie_remarks(Context<T>& ctx, const RouteInput<T>& route,
                                const Attachment<T>& attachment);

}  // namespace pawprint::rules
