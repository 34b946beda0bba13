// The two groups of rows.
#pragma once

#include <filesystem>
#include <vector>

#include "tools/bench/rows.h"

namespace pawprint::bench {

/// Decode, reduce, memory at `routes` routes.
std::vector<Row> engine_rows(int routes);
/// Appends, size and replay with a store in `folder`.
std::vector<Row> store_rows(const std::filesystem::path& folder, int events);

}  // namespace pawprint::bench
