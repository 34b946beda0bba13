// Certificate references of a listener.
#pragma once

#include "engine/rules/listener.h"

namespace pawprint::rules {

/// Walks certificateRefs; the first failure ends the walk. On success `out.certificates` is filled
/// and nothing is returned; otherwise the ResolvedRefs=False verdict.
template <class T>
std::optional<Verdict<T>> resolve_certificates(Context<T>& ctx, const Object& gateway,
                                               JudgedListener<T>& out);

}  // namespace pawprint::rules
