// The columns of `get` for each kind, after kubectl's printer columns of the CRDs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/model/kinds.h"
#include "tools/pawprint/format.h"

namespace pawprint::cli {

/// Headings behind NAMESPACE and NAME; `wide` has more.
std::vector<std::string> headings(model::Kind kind, bool wide);
/// One cell for each heading; "-" for what is absent. Ages are those at `at_ns`, so that the past
/// looks the same whenever it is looked at.
std::vector<std::string> cells(model::Kind kind, bool wide, const Json& object, std::int64_t at_ns);

/// "5d", "3h12m", "45s" as kubectl prints ages.
std::string age(std::int64_t elapsed_ns);

}  // namespace pawprint::cli
