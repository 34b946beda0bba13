// The graph that `pawprint route` asks: manifests, or what a store knew at a moment.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "engine/reducer.h"
#include "engine/result.h"
#include "engine/traffic/world.h"
#include "tools/pawprint/source.h"

namespace pawprint::cli {

struct GraphOptions {
  SourceAt from;
  std::vector<std::string> files;
  std::string zone, now = "1970-01-01T00:00:00Z";

  void add_flags(CLI::App& app);
};

struct Graph {
  traffic::Input input;
  std::uint64_t seq = 0;  ///< 0: manifests.
  std::int64_t time_ns = 0;
  std::string coverage = "full";
  std::set<Diagnostic> remarks;  ///< Of manifests: what an API server would refuse or drop.
};

/// Gateway API objects are reduced first; Kuma objects take part as they are, unless Pawprint
/// generates (manifests) or generated (store) an object of the same name.
Result<Graph> read_graph(const GraphOptions& options);

}  // namespace pawprint::cli
