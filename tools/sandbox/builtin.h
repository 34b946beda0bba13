// What the built-in kinds have beyond a schema: defaults that depend on other fields, allocations.
#pragma once

#include "tools/sandbox/cluster.h"

namespace pawprint::sandbox {

/// Runs on every object that a client sends, before ownership is worked out: stringData becomes
/// data, a Service's ports get their targets, a Namespace its name label.
void default_builtin(const Kind& kind, Json& object);

/// Runs on a new object after ownership: cluster IPs, node ports, a Namespace's phase. These fields
/// belong to nobody.
void allocate_builtin(Cluster& cluster, const Kind& kind, Json& object);

/// Carries allocations over to an update that leaves them out.
void keep_allocations(const Kind& kind, const Json& before, Json& after);

/// Whether a PUT without resourceVersion overwrites what is there.
bool allows_unconditional_update(const Kind& kind);

}  // namespace pawprint::sandbox
