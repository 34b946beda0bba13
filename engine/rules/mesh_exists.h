// Does a mesh exist in a zone.
#pragma once

#include "engine/rules/context.h"

namespace pawprint::rules {

/// Kuma's admission refuses objects of a mesh that does not exist. Without a cluster the default
/// mesh counts as there (interfaces, "translate").
template <class T>
bool mesh_exists(Context<T>& ctx, Sym mesh) {
  const Object& object = ctx.reads.object(Kind::kMesh, ctx.zone, {}, mesh);
  return object.exists() || (ctx.settings.assume_mesh && mesh == ctx.settings.default_mesh);
}

}  // namespace pawprint::rules
