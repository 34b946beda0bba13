// Seeded workloads: routes of five rules, two matches and two backends each, spread over Gateways.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/record/record.h"

namespace pawprint::bench {

/// Gateways, Services and what they need; the first records of a workload, Config first.
std::vector<record::Record> base_records(int routes);
/// One route; equal arguments give equal bytes. `version` changes a weight and the generation.
record::Record route_record(int index, int routes, int version);
/// A route whose spec is that of `version` and whose managedFields alone changed.
record::Record touched_record(int index, int routes, int version, int touch);

}  // namespace pawprint::bench
