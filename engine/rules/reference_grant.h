// ReferenceGrant: may an object of one namespace refer to one of another.
#pragma once

#include "engine/rules/context.h"

namespace pawprint::rules {

extern const Rule kGrantPermitted;

struct Reference {
  std::string_view from_kind;  ///< Gateway or HTTPRoute.
  Sym from_ns;
  Sym to_group, to_kind, to_ns, to_name;
};

/// True within one namespace, or when a grant in the target's namespace allows it. `by` receives
/// the grant, when one was needed and found.
template <class T>
bool reference_permitted(Context<T>& ctx, const Reference& ref, const Object** by = nullptr);

/// `Kind` or `Kind.group`.
std::string kind_with_group(Sym group, Sym kind);

}  // namespace pawprint::rules
