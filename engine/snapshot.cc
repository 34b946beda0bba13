#include "engine/snapshot.h"

#include <algorithm>
#include <set>
#include <map>

#include "engine/reducer_state.h"

namespace pawprint {

using derive::ObjId;

namespace {

/// Transition times are printed to the second.
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

/// Zones whose nodes wait for a kind while outputs of theirs stand.
bool has_frozen_zone(const world::World& world, const derive::Outputs& outputs) {
  std::set<std::string_view> waiting;
  for (const auto& [name, zone] : world.zones()) {
    if (!world.synced(name)) waiting.insert(name);
  }
  if (waiting.empty()) return false;
  const auto waits = [&](ObjId id) { return waiting.contains(world.object(id).zone.view()); };
  const auto generated = outputs.generated();
  const auto statuses = outputs.with_status();
  return std::any_of(generated.begin(), generated.end(), waits) ||
         std::any_of(statuses.begin(), statuses.end(), waits);
}

/// Whether the absence of an object is an answer that something that exists got.
bool is_missed(const world::World& world, const derive::Graph& graph, ObjId id) {
  const auto readers = graph.readers(derive::cell(id, derive::Slot::kFact));
  return std::any_of(readers.begin(), readers.end(),
                     [&](const auto& reader) { return world.object(reader.second).exists(); });
}

/// The records that told of the objects that exist, and of those that are missed.
void add_objects(const world::World& world, const derive::Graph& graph,
                 std::vector<record::Seq>& out) {
  for (ObjId id = 0; id < world.size(); ++id) {
    const world::Object& object = world.object(id);
    if (object.seq == 0) continue;
    if (object.exists() || is_missed(world, graph, id)) out.push_back(object.seq);
  }
}

/// The times that an evaluation from the facts alone would not find.
std::vector<Snapshot::Flip> flips_of(const world::World& world, const derive::Outputs& outputs) {
  std::vector<Snapshot::Flip> out;
  for (const ObjId id : outputs.with_status()) {
    for (const derive::Transition& each : outputs.status(id)->transitions) {
      if (outputs.seen_flip(id, each) / kNsPerSecond == each.time_ns / kNsPerSecond) continue;
      out.push_back({world.object(id).seq, each.section, std::string(each.type),
                     std::string(each.status), each.time_ns});
    }
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.object < b.object; });
  return out;
}

}  // namespace

std::optional<Snapshot> Reducer::snapshot() const {
  const State& state = *state_;
  if (has_frozen_zone(state.world, state.outputs)) return std::nullopt;
  Snapshot out;
  out.seq = state.world.head();
  out.records = state.essentials.seqs();
  add_objects(state.world, state.evaluator.graph(), out.records);
  std::sort(out.records.begin(), out.records.end());
  out.records.erase(std::unique(out.records.begin(), out.records.end()), out.records.end());
  for (const auto& [name, zone] : state.world.zones()) out.zones.push_back(name);
  out.flips = flips_of(state.world, state.outputs);
  return out;
}

Result<void> Reducer::restore(const Snapshot& snapshot, const RecordSource& records) {
  State& state = *state_;
  PAWPRINT_CHECK(state.world.head() == 0);
  std::map<record::Seq, ObjId> told;
  auto read = records(snapshot.records, [&](const record::Record& record) {
    if (const auto object = state.take(record).object) told[record.seq] = *object;
  });
  if (!read) return read;
  state.world.reach(snapshot.seq, snapshot.zones);
  state.evaluator.note({});  // Zones may have come.
  for (const Snapshot::Flip& each : snapshot.flips) {
    const auto object = told.find(each.object);
    if (object == told.end()) continue;
    state.outputs.remember_flip(object->second,
                                {each.section, each.type, each.status, each.time_ns});
  }
  state.evaluator.run(0);
  state.outputs.forget_flips();
  state.finish({}, snapshot.seq);
  return {};
}

}  // namespace pawprint
