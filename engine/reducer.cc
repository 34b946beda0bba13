#include "engine/reducer.h"

#include <algorithm>

#include "engine/explain/tracer.h"
#include "engine/reducer_state.h"

namespace pawprint {

const std::string_view kReducerVersion = "3";

using derive::ObjId;

namespace {

bool by_kind(const Output& a, const Output& b) {
  const auto order = [](const record::ObjectKey& key) {
    return std::tie(key.kind, key.ns, key.name, key.zone);
  };
  return order(a.key) < order(b.key);
}

}  // namespace

Reducer::Reducer(std::string profile_override)
    : state_(std::make_unique<State>(std::move(profile_override))) {}
Reducer::~Reducer() = default;
Reducer::Reducer(Reducer&&) noexcept = default;
Reducer& Reducer::operator=(Reducer&&) noexcept = default;

void Reducer::enable_plan() {
  state_->planner =
      std::make_unique<plan::Planner>(state_->world, state_->outputs, state_->evaluator);
  state_->planner->note_all();
  state_->planner->run(state_->world.head());
}

void Reducer::State::note_applied(const record::Record& record) {
  const auto applied = record::decode_applied(record.body);
  if (!applied) return;
  if (applied->outcome == "refused" || applied->outcome == "failed") {
    zone_errors[record.zone] =
        applied->verb + ' ' + record::display(applied->object) + ": " + applied->reason;
  }
  if (planner == nullptr) return;
  if (const auto id = world.find(applied->object)) {
    planner->note_applied(*applied, *id, record.time_ns);
  }
}

void Reducer::State::note_plan(const world::Change& change, const record::Record& record) {
  if (record.kind == record::Kind::kApplied) note_applied(record);
  for (const ObjId id : evaluator.take_users_changed()) {
    if (planner != nullptr) planner->note_class_users(id);
  }
  if (planner == nullptr) return;
  if (record.kind == record::Kind::kOperator) {
    if (const auto command = record::decode_operator(record.body)) planner->note_operator(*command);
  }
  if (change.config || change.sync) planner->note_all();
  if (change.object) planner->note_observed(*change.object);
}

Output Reducer::State::output(ObjId id, bool is_status) const {
  Output out;
  out.key = world.key(id);
  out.is_status = is_status;
  if (is_status) {
    out.body = outputs.print_status(id, true);
    out.digest = outputs.element(id, outputs.print_status(id, false));
  } else {
    out.body = outputs.winner(id)->made.body;
    out.digest = outputs.element(id, out.body);
  }
  return out;
}

Folded Reducer::State::finish(const record::SetHash& before, record::Seq seq) {
  Folded out;
  out.outputs_changed = !(outputs.digest() == before);
  for (const derive::Outputs::Changed& each : outputs.take_changed()) {
    out.changed.push_back(world.key(each.object));
    if (planner != nullptr) planner->note_desired(each.object, each.is_status);
  }
  if (planner != nullptr) planner->run(seq);
  std::sort(out.changed.begin(), out.changed.end());
  out.changed.erase(std::unique(out.changed.begin(), out.changed.end()), out.changed.end());
  return out;
}

world::Change Reducer::State::take(const record::Record& record) {
  world::Change change = world.apply(record);
  essentials.note(record);
  if (change.object) {
    if (change.problem.empty()) problems.erase(*change.object);
    else problems[*change.object] = change.problem;
  }
  evaluator.note(change);
  note_plan(change, record);
  return change;
}

Folded Reducer::fold(const record::Record& record) {
  State& state = *state_;
  const record::SetHash before = state.outputs.digest();
  state.take(record);
  state.evaluator.run(record.time_ns);
  return state.finish(before, record.seq);
}

void Reducer::derive_all() {
  state_->evaluator.invalidate_all();
  state_->evaluator.run(0);
  state_->outputs.take_changed();
}

std::string Reducer::output_digest() const { return state_->outputs.digest().hex(); }
record::Seq Reducer::head() const { return state_->world.head(); }
const record::Config& Reducer::config() const { return state_->world.config(); }

std::vector<Output> Reducer::resources() const {
  std::vector<Output> out;
  for (const ObjId id : state_->outputs.generated()) out.push_back(state_->output(id, false));
  std::sort(out.begin(), out.end(), by_kind);
  return out;
}

std::vector<Output> Reducer::statuses() const {
  std::vector<Output> out;
  for (const ObjId id : state_->outputs.with_status()) out.push_back(state_->output(id, true));
  std::sort(out.begin(), out.end(), by_kind);
  return out;
}

std::optional<Output> Reducer::output(const record::ObjectKey& key) const {
  const auto id = state_->world.find(key);
  if (!id) return std::nullopt;
  if (state_->outputs.winner(*id) != nullptr) return state_->output(*id, false);
  if (state_->outputs.status(*id) != nullptr) return state_->output(*id, true);
  return std::nullopt;
}

std::vector<Diagnostic> Reducer::diagnostics() const {
  std::vector<Diagnostic> out;
  for (const auto& [id, problem] : state_->problems) {
    out.push_back({state_->world.key(id), "error", "model/decode", problem});
  }
  for (const ObjId id : state_->evaluator.remarked()) {
    for (const rules::Remark& remark : state_->evaluator.remarks(id)) {
      out.push_back({state_->world.key(id), std::string(remark.severity), std::string(remark.rule),
                     remark.message});
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<plan::Operation> Reducer::pending_operations() const {
  return state_->planner == nullptr ? std::vector<plan::Operation>{} : state_->planner->due();
}

std::vector<plan::Operation> Reducer::take_new_operations() {
  return state_->planner == nullptr ? std::vector<plan::Operation>{} : state_->planner->take_new();
}

plan::Standing Reducer::standing(const plan::Operation& operation) const {
  return state_->planner == nullptr ? plan::Standing::kGone : state_->planner->standing(operation);
}

std::vector<std::pair<plan::Operation, std::string>> Reducer::held_operations() const {
  if (state_->planner == nullptr) return {};
  return state_->planner->held();
}

std::vector<KnownObject> Reducer::known(std::string_view zone, std::string_view group,
                                        std::string_view kind) const {
  std::vector<KnownObject> out;
  const model::Kind wanted = model::kind_of(group, kind);
  for (ObjId id = 0; id < state_->world.size(); ++id) {
    const world::Object& object = state_->world.object(id);
    if (object.kind != wanted || !object.exists() || !object.zone.is(zone)) continue;
    out.push_back({state_->world.key(id), object.uid, object.resource_version, object.seq});
  }
  std::sort(out.begin(), out.end(),
            [](const KnownObject& a, const KnownObject& b) { return a.key < b.key; });
  return out;
}

std::optional<KnownObject> Reducer::known(const record::ObjectKey& key) const {
  const auto id = state_->world.find(key);
  if (!id || !state_->world.object(*id).exists()) return std::nullopt;
  const world::Object& object = state_->world.object(*id);
  return KnownObject{state_->world.key(*id), object.uid, object.resource_version, object.seq};
}

std::vector<ZoneState> Reducer::zones() const {
  std::vector<ZoneState> out;
  for (const auto& [name, zone] : state_->world.zones()) {
    ZoneState& state = out.emplace_back();
    state.name = name;
    state.role = zone.role;
    state.synced = state_->world.synced(name);
    state.last_error = zone.last_error;
    const auto error = state_->zone_errors.find(name);
    if (error != state_->zone_errors.end()) state.last_error = error->second;
    for (const auto& [kind, sync] : zone.kinds) {
      const model::KindInfo& info = model::info(kind);
      state.kinds.push_back({std::string(info.group), std::string(info.name), sync.resource_version,
                             sync.objects, sync.synced || config().assume_synced, sync.absent});
      if (kind == model::Kind::kGateway) state.gateways = sync.objects;
      if (kind == model::Kind::kHttpRoute) state.routes = sync.objects;
      if (kind == model::Kind::kService) state.services = sync.objects;
    }
    if (state_->planner != nullptr) state.pending_operations = state_->planner->pending(zone.name);
  }
  for (ObjId id = 0; id < state_->world.size(); ++id) {
    const auto* gateway = state_->world.object(id).as<model::GatewayFact>();
    if (gateway == nullptr) continue;
    for (ZoneState& state : out) {
      if (state_->world.object(id).zone.is(state.name))
        state.listeners += gateway->listeners.size();
    }
  }
  return out;
}

std::optional<explain::ObjectTrace> Reducer::trace(const record::ObjectKey& key) const {
  const auto id = state_->world.find(key);
  if (!id) return std::nullopt;
  return explain::trace_object(state_->world, state_->outputs, state_->evaluator, *id);
}

}  // namespace pawprint
