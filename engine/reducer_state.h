// What a Reducer holds. Private to engine/reducer.cc and engine/snapshot.cc.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "engine/derive/evaluator.h"
#include "engine/derive/outputs.h"
#include "engine/plan/planner.h"
#include "engine/reducer.h"
#include "engine/world/essentials.h"
#include "engine/world/world.h"

namespace pawprint {

struct Reducer::State {
  explicit State(std::string profile_override)
      : outputs(world), evaluator(world, outputs, std::move(profile_override)) {}

  world::World world;
  world::Essentials essentials;
  derive::Outputs outputs;
  derive::Evaluator evaluator;
  std::unique_ptr<plan::Planner> planner;
  std::map<derive::ObjId, std::string> problems;
  std::map<std::string, std::string> zone_errors;

  /// Takes the record in; derived values are out of date until the evaluator runs.
  world::Change take(const record::Record& record);
  void note_plan(const world::Change& change, const record::Record& record);
  void note_applied(const record::Record& record);
  Folded finish(const record::SetHash& before, record::Seq seq);
  [[nodiscard]] Output output(derive::ObjId id, bool is_status) const;
};

}  // namespace pawprint
