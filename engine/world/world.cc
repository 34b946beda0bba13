#include "engine/world/world.h"

#include <algorithm>
#include <utility>

namespace pawprint::world {

namespace {
const std::vector<ObjId> kNoMembers;
}

std::size_t World::KeyHash::operator()(const Key& key) const {
  std::uint64_t hash = key.name.identity();
  hash ^= key.ns.identity() * 0x9E3779B97F4A7C15ull;
  hash ^= key.zone.identity() * 0xC2B2AE3D27D4EB4Full;
  hash += static_cast<std::uint64_t>(key.kind) * 0x165667B19E3779F9ull;
  return hash;
}

World::World() : decoder_(symbols_) {}

ObjId World::id(Kind kind, Sym zone, Sym ns, Sym name) {
  const Key key{kind, zone, model::info(kind).namespaced ? ns : Sym{}, name};
  const auto [found, fresh] = index_.try_emplace(key, static_cast<ObjId>(objects_.size()));
  if (fresh) {
    Object& object = objects_.emplace_back();
    object.kind = kind;
    object.zone = key.zone;
    object.ns = key.ns;
    object.name = key.name;
  }
  return found->second;
}

std::optional<ObjId> World::find(const record::ObjectKey& key) {
  const Kind kind = model::kind_of(key.group, key.kind);
  if (kind == Kind::kNone) return std::nullopt;
  const Key wanted{kind, symbols_.intern(key.zone),
                   model::info(kind).namespaced ? symbols_.intern(key.ns) : Sym{},
                   symbols_.intern(key.name)};
  const auto found = index_.find(wanted);
  return found == index_.end() ? std::nullopt : std::optional(found->second);
}

record::ObjectKey World::key(ObjId id) const {
  const Object& object = objects_[id];
  const model::KindInfo& kind = model::info(object.kind);
  return {std::string(object.zone.view()), std::string(kind.group), std::string(kind.name),
          std::string(object.ns.view()), std::string(object.name.view())};
}

const std::vector<ObjId>& World::members(ObjId anchor) const {
  const auto found = members_.find(anchor);
  return found == members_.end() ? kNoMembers : found->second;
}

/// What an object hangs on, as its fact says now.
std::vector<ObjId> World::anchors(ObjId object_id) {
  const Object& object = objects_[object_id];
  std::vector<ObjId> out;
  if (object.as<model::GrantFact>() != nullptr) {
    out.push_back(id(Kind::kNamespace, object.zone, {}, object.ns));
  } else if (const auto* set = object.as<model::ListenerSetFact>()) {
    if (set->parent.kind.is("Gateway") && set->parent.group.is("gateway.networking.k8s.io")) {
      const Sym ns = set->parent.ns.set() ? set->parent.ns : object.ns;
      out.push_back(id(Kind::kGateway, object.zone, ns, set->parent.name));
    }
  } else if (const auto* policy = object.as<model::BackendTlsPolicyFact>()) {
    for (const model::PolicyTarget& target : policy->targets) {
      if (!target.kind.is("Service") || !target.group.empty()) continue;
      out.push_back(id(Kind::kService, object.zone, object.ns, target.name));
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

RouteShelves::State World::shelf_state(const Object& object, const model::Fact& fact) {
  RouteShelves::State out;
  if (object.kind != Kind::kHttpRoute && object.kind != Kind::kGrpcRoute) return out;
  out.route = std::get_if<model::HttpRouteFact>(&fact);
  if (out.route == nullptr) return out;
  const Sym zone = object.zone;
  const Sym own_ns = object.ns;
  for (const model::ParentRef& parent : out.route->parents) {
    const Sym ns = parent.ns.set() ? parent.ns : own_ns;
    const bool gateway_group = parent.group.is("gateway.networking.k8s.io");
    if (parent.kind.is("Service") && (gateway_group || parent.group.empty())) {
      out.services.push_back(id(Kind::kService, zone, ns, parent.name));
      continue;
    }
    if (!gateway_group) continue;
    const bool set = parent.kind.is("ListenerSet");
    if (!set && !parent.kind.is("Gateway")) continue;
    out.parents.push_back(id(set ? Kind::kListenerSet : Kind::kGateway, zone, ns, parent.name));
  }
  for (auto* list : {&out.parents, &out.services}) {
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  return out;
}

void World::shelve(ObjId object_id, const model::Fact& before, Change& change) {
  const RouteShelves::State was = shelf_state(objects_[object_id], before);
  const RouteShelves::State is = shelf_state(objects_[object_id], objects_[object_id].fact);
  if (was.route == nullptr && is.route == nullptr) return;
  change.neighbours = shelves_.move(object_id, was, is);
}

void World::reindex(ObjId object_id, std::vector<ObjId> before, Change& change) {
  const std::vector<ObjId> after = anchors(object_id);
  if (before == after) return;
  for (const ObjId anchor : before) std::erase(members_[anchor], object_id);
  for (const ObjId anchor : after) {
    std::vector<ObjId>& list = members_[anchor];
    list.insert(std::upper_bound(list.begin(), list.end(), object_id), object_id);
  }
  change.indexed = std::move(before);
  change.indexed.insert(change.indexed.end(), after.begin(), after.end());
}

std::uint64_t World::count(Kind kind, Sym zone) const {
  const auto found = zones_.find(zone.view());
  if (found == zones_.end()) return 0;
  const auto state = found->second.kinds.find(kind);
  return state == found->second.kinds.end() ? 0 : state->second.objects;
}

Zone& World::zone(std::string_view name) {
  auto found = zones_.find(name);
  if (found == zones_.end()) {
    found = zones_.emplace(std::string(name), Zone{}).first;
    found->second.name = symbols_.intern(name);
  }
  return found->second;
}

bool World::synced(std::string_view name) const {
  if (config_.assume_synced) return true;
  const auto found = zones_.find(name);
  if (found == zones_.end()) return false;
  for (int i = 1; i < model::kKindCount; ++i) {
    const auto kind = static_cast<Kind>(i);
    if (kind == Kind::kSecret || kind == Kind::kConfigMap) continue;  // Read where allowed.
    const auto state = found->second.kinds.find(kind);
    if (state == found->second.kinds.end() || !state->second.synced) return false;
    const bool needed =
        model::info(kind).required &&
        std::find(dispensable_.begin(), dispensable_.end(), kind) == dispensable_.end();
    if (needed && state->second.absent) return false;
  }
  return true;
}

Change World::apply(const record::Record& record) {
  head_ = std::max(head_, record.seq);
  Change change;
  switch (record.kind) {
    case record::Kind::kConfig:
      apply_config(record, change);
      break;
    case record::Kind::kSyncBegin:
    case record::Kind::kSyncEnd:
      apply_sync(record, change);
      break;
    case record::Kind::kObserved:
    case record::Kind::kVanished:
      return apply_object(record);
    case record::Kind::kQuarantined:
      zone(record.zone).last_error =
          "an event could not be decoded: " + record::display(record.object);
      break;
    case record::Kind::kDiscovery:
      apply_discovery(record, change);
      break;
    case record::Kind::kBoot:
    case record::Kind::kDecision:
    case record::Kind::kApplied:
    case record::Kind::kTick:
    case record::Kind::kLeader:
    case record::Kind::kOperator:
    case record::Kind::kSnapshot:
    case record::Kind::kCompaction:
    case record::Kind::kErasure:
      break;
  }
  return change;
}

void World::reach(record::Seq seq, const std::vector<std::string>& zones) {
  head_ = std::max(head_, seq);
  for (const std::string& name : zones) zone(name);
}

void World::apply_config(const record::Record& record, Change& change) {
  auto config = record::decode_config(record.body);
  if (!config) {
    change.problem = config.error().message;
    return;
  }
  config_ = std::move(*config);
  config_seq_ = record.seq;
  for (const record::ZoneConfig& entry : config_.zones) {
    Zone& named = zone(entry.name);
    named.role = entry.role;
    named.announced = true;
  }
  change.config = true;
}

void World::apply_discovery(const record::Record& record, Change& change) {
  const auto found = record::decode_discovery(record.body);
  if (!found) {
    change.problem = found.error().message;
    return;
  }
  Zone& named = zone(record.zone);
  // Rare enough to let everything look again.
  change.config = named.bundle_version != found->bundle_version;
  named.bundle_version = found->bundle_version;
}

void World::apply_sync(const record::Record& record, Change& change) {
  const auto sync = record::decode_sync(record.body);
  if (!sync) {
    change.problem = sync.error().message;
    return;
  }
  const Kind kind = model::kind_of(sync->group, sync->kind);
  if (kind == Kind::kNone) return;
  KindSync& state = zone(record.zone).kinds[kind];
  state.begun = true;
  // A list that begins again takes nothing back: what is known stays true until it ends.
  if (record.kind == record::Kind::kSyncBegin) return;
  state.absent = sync->reason == "absent";
  state.synced = true;
  state.resource_version = sync->resource_version;
  change.sync = true;
}

void World::recount(const Object& object, bool before, bool after) {
  if (before == after) return;
  auto& kinds = zone(object.zone.view()).kinds;
  KindSync& state = kinds[object.kind];
  state.objects += after ? 1 : static_cast<std::uint64_t>(-1);
  // That a kind once had objects is no state: a snapshot does not know it.
  if (state.objects == 0 && !state.begun) kinds.erase(object.kind);
}

Change World::remove_object(const record::Record& record, ObjId id) {
  Object& object = objects_[id];
  Change change;
  change.object = id;
  change.fact = object.exists();
  std::vector<ObjId> before = anchors(id);
  recount(object, object.exists(), false);
  const model::Fact old = std::exchange(object.fact, std::monostate{});
  object.seen = {};
  object.uid.clear();
  object.resource_version.clear();
  object.seq = record.seq;
  reindex(id, std::move(before), change);
  shelve(id, old, change);
  return change;
}

Change World::apply_object(const record::Record& record) {
  const Kind kind = model::kind_of(record.object.group, record.object.kind);
  if (kind == Kind::kNone) return {};
  const ObjId object_id = id(kind, symbols_.intern(record.zone), symbols_.intern(record.object.ns),
                             symbols_.intern(record.object.name));
  zone(record.zone);
  if (record.kind == record::Kind::kVanished || record.event == record::Event::kDeleted) {
    return remove_object(record, object_id);
  }
  model::Decoded decoded = decoder_.decode(kind, record, config_.controller_name);
  Object& object = objects_[object_id];
  Change change{.object = object_id,
                .fact = decoded.fact != object.fact,
                .seen = true,
                .indexed = {},
                .neighbours = {},
                .problem = std::move(decoded.problem)};
  const bool existed = object.exists();
  std::vector<ObjId> before = anchors(object_id);
  if (change.fact) std::swap(object.fact, decoded.fact);
  recount(object, existed, object.exists());
  object.seen = std::move(decoded.seen);
  object.uid = record.uid;
  object.resource_version = record.resource_version;
  object.seq = record.seq;
  if (change.fact) {
    reindex(object_id, std::move(before), change);
    shelve(object_id, decoded.fact, change);
  }
  return change;
}

}  // namespace pawprint::world
