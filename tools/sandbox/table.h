// metav1.Table: how kubectl, k9s and the like ask a server to print objects.
#pragma once

#include "tools/sandbox/cluster.h"

namespace pawprint::sandbox {

/// A table of `objects` with the columns of the call's version. `include`: which part of each
/// object goes with its row, "Metadata" (also ""), "Object" or "None".
Json table_of(const Cluster& cluster, const Call& call, const std::vector<ObjectPtr>& objects);

/// "45s", "3m20s", "5d": an age as kubectl prints it.
std::string human_duration(std::int64_t seconds);

}  // namespace pawprint::sandbox
