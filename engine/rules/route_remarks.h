// What a person should know of a route that no condition can say: members without effect.
#pragma once

#include "engine/rules/route_input.h"

namespace pawprint::rules {

extern const Rule kRouteIgnored;

/// Of the route as a whole; `service`: it has an accepted Service parent.
std::vector<Remark> route_remarks(const model::HttpRouteFact& fact, bool service);

/// Of an accepted Service parent: ports that Kuma does not take for HTTP, where an HTTP route does
/// nothing.
template <class T>
std::vector<Remark> port_remarks(const Attachment<T>& attachment);

/// What is doubtful about the backends and mirrors of rules, each once.
template <class T>
std::vector<Remark> backend_remarks(const std::vector<RulePlan<T>>& plans);

}  // namespace pawprint::rules
