// The records of the stores that are kept: every kind, encoding and event, bodies that are stored
// whole and as differences, and an end that lies in the second segment.
#pragma once

#include <string>
#include <vector>

#include "engine/record/record.h"

namespace pawprint::compat {

inline constexpr int kGroups = 300;

/// Group `number` of kGroups; equal numbers give equal records.
std::vector<record::Record> group_of(int number);
/// Of the Snapshot record that stands in the middle.
std::string snapshot_of();

}  // namespace pawprint::compat
