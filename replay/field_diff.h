// Differences between two JSON documents, leaf by leaf.
#pragma once

#include <string>
#include <vector>

#include "replay/answer.h"

namespace pawprint::replay {

struct FieldChange {
  std::string path;  ///< As engine/model/field_path.h prints it; empty for the whole document.
  Json from, to;     ///< Null when absent.
};

/// In order of path. Items of lists are compared by index. A member that appears or disappears with
/// everything below it is one change for each of its leaves.
std::vector<FieldChange> field_diff(const Json& from, const Json& to);

}  // namespace pawprint::replay
