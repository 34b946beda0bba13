// Does a mesh exist in a zone.
#pragma once

#include "engine/rules/context.h"

namespace pawprint::rules {

/// Kuma's admission refuses objects of a mesh that does not exist. Where no Mesh exists at all, no
/// Kuma has started yet, and nothing can be said; without a cluster the default mesh counts as
/// there (interfaces, "translate").
template <class T>
bool mesh_exists(Context<T>& ctx, Sym mesh) {
  const Object& object = ctx.reads.object(Kind::kMesh, ctx.zone, {}, mesh);
  if (object.exists()) return true;
  if (ctx.settings.assume_mesh) return mesh == ctx.settings.default_mesh;
  return !ctx.reads.any(Kind::kMesh, ctx.zone);
}

}  // namespace pawprint::rules
