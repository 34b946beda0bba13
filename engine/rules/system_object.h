// The shape of every object that is made in Kuma's system namespace: type, labels, name, spec.
#pragma once

#include <utility>

#include "engine/rules/labels.h"

namespace pawprint::rules {

/// What is made, of what, and why it is called so.
template <class T>
struct SystemObject {
  Kind kind;
  Sym name;
  const Object& source;  ///< Whose kind, owner label and mesh it carries.
  const Mesh<T>& mesh;
  const Rule& rule;  ///< Of the namespace.
  typename T::Cause name_cause;
};

/// `write_spec(out)` writes the member spec with its key.
template <class T, class WriteSpec>
Generated make_system_object(Context<T>& ctx, const SystemObject<T>& what,
                             const WriteSpec& write_spec) {
  Generated made;
  made.kind = what.kind;
  made.ns = ctx.settings.system_namespace;
  made.name = what.name;
  Out<T> out;
  out.open('{');
  write_type<T>(out, made.kind, T::object(what.source, ""));
  out.key("metadata");
  out.open('{');
  write_labels<T>(out, common_labels<T>(ctx, what.source, what.mesh, true));
  out.member("name", made.name.view(), what.name_cause);
  out.member("namespace", made.ns.view(), T::by(what.rule, T::setting("systemNamespace")));
  out.close('}');
  write_spec(out);
  out.close('}');
  made.leaves = std::move(out.leaves());
  made.body = out.take();
  return made;
}

}  // namespace pawprint::rules
