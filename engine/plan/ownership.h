// Is an object in the cluster ours: may it be replaced, may it be deleted.
#pragma once

#include <optional>
#include <string_view>

#include "engine/world/world.h"

namespace pawprint::plan {

/// What is compared of an observed generated object.
struct Observed {
  model::Sym mesh;
  record::Hash spec{};
  const model::Labels* labels = nullptr;
  bool managed = false;
  std::string_view value_digest;  ///< Copied Secrets.
  model::Sym type;                ///< Copied Secrets.
};

/// The comparable part of a generated object or Secret; nothing when it does not exist.
std::optional<Observed> observed(const world::Object& object);

/// Our field manager wrote to it and it carries an owner label (of ours, or Kuma's under the compat
/// profile, whose instances and Secrets carry none).
bool owned(const world::Object& object, bool kuma_labels);

}  // namespace pawprint::plan
