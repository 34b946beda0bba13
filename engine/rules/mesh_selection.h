// Which mesh an object belongs to.
#pragma once

#include "engine/rules/context.h"

namespace pawprint::rules {

extern const Rule kMeshSelection;

template <class T>
struct Mesh {
  Sym name;
  typename T::Src src;
};

/// First non-empty of: object label, object annotation, namespace label, namespace annotation,
/// default; Kuma 3 knows no annotation. Reads the Namespace only when the object itself does not
/// say. `meta` has `mesh_label` and `mesh_annotation`: a Meta, or the fact of a Service.
template <class T, class M>
Mesh<T> mesh_of(Context<T>& ctx, const Object& object, const M& meta) {
  static constexpr std::string_view kKey = "kuma.io/mesh";
  if (meta.mesh_label.set()) {
    return {meta.mesh_label, T::object(object, ".metadata.labels").at(kKey)};
  }
  const bool annotations = !ctx.quirks().k3_mesh_annotation_ignored;
  if (annotations && meta.mesh_annotation.set()) {
    return {meta.mesh_annotation, T::object(object, ".metadata.annotations").at(kKey)};
  }
  const Object& owner = ctx.reads.object(Kind::kNamespace, ctx.zone, {}, object.ns);
  if (const auto* ns = owner.template as<model::NamespaceFact>()) {
    const Sym label = model::find_label(ns->labels, kKey);
    if (!label.empty()) return {label, T::object(owner, ".metadata.labels").at(kKey)};
    if (annotations && ns->mesh_annotation.set()) {
      return {ns->mesh_annotation, T::object(owner, ".metadata.annotations").at(kKey)};
    }
  }
  return {ctx.settings.default_mesh, T::setting("defaultMesh")};
}

}  // namespace pawprint::rules
