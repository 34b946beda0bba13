// Runs the rules again with tracing on, for one generated object or status.
#pragma once

#include <optional>

#include "engine/derive/evaluator.h"
#include "engine/derive/outputs.h"
#include "engine/explain/trace.h"
#include "engine/world/world.h"

namespace pawprint::explain {

/// Nothing when nobody asks for the object and it has no status of ours. Changes nothing; the
/// world is not const only because asking for an unknown key makes an id for it.
std::optional<ObjectTrace> trace_object(world::World& world, const derive::Outputs& outputs,
                                        const derive::Evaluator& evaluator, world::ObjId id);

}  // namespace pawprint::explain
