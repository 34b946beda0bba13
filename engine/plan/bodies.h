// Bodies of patches, and what is compared of a desired object.
#pragma once

#include <string>
#include <vector>

#include "engine/derive/outputs.h"
#include "engine/plan/ownership.h"

namespace pawprint::plan {

/// The comparable part of a desired object, read from its printed body.
struct Comparison {
  std::string mesh;
  record::Hash spec{};
  std::vector<std::pair<std::string, std::string>> labels;
};
Comparison comparison(const derive::Claim& claim);

/// Every desired label is there; labels of others do not matter.
bool has_labels(const Observed& seen,
                const std::vector<std::pair<std::string, std::string>>& labels);

/// Merge patch of the status subresource with the version that it was computed from.
std::string status_patch(const world::Object& object, const derive::Outputs& outputs,
                         world::ObjId id);
/// Merge patch that adds or removes the finalizer of used GatewayClasses.
std::string finalizer_patch(const world::Object& object, bool add);

}  // namespace pawprint::plan
