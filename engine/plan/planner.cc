#include "engine/plan/planner.h"

#include <algorithm>

#include "engine/plan/bodies.h"
#include "engine/plan/ownership.h"
#include "engine/rules/labels.h"

namespace pawprint::plan {

namespace {

using model::Kind;
using world::Object;

constexpr std::size_t kFightWrites = 5;
constexpr std::int64_t kFightWindowNs = 60'000'000'000;

/// Kinds that others refer to come first; deletions run the other way round.
int rank(Kind kind) {
  switch (kind) {
    case Kind::kSecret:
      return 0;
    case Kind::kMeshExternalService:
    case Kind::kMeshGateway:
      return 1;
    case Kind::kMeshGatewayInstance:
      return 2;
    case Kind::kMeshHttpRoute:
    case Kind::kMeshTcpRoute:
      return 3;
    case Kind::kMeshTimeout:
    case Kind::kMeshRetry:
      return 4;
    case Kind::kGatewayClass:
      return 5;
    case Kind::kGateway:
    case Kind::kListenerSet:
      return 6;
    case Kind::kHttpRoute:
    case Kind::kGrpcRoute:
    case Kind::kTlsRoute:
    case Kind::kTcpRoute:
    case Kind::kUdpRoute:
    case Kind::kBackendTlsPolicy:
      return 7;
    case Kind::kNone:
    case Kind::kReferenceGrant:
    case Kind::kConfigMap:
    case Kind::kNamespace:
    case Kind::kService:
    case Kind::kMesh:
    case Kind::kMeshGatewayConfig:
    case Kind::kExternalService:
    case Kind::kMeshService:
    case Kind::kMeshMultiZoneService:
      return 8;
  }
  return 8;
}

bool is_generated(Kind kind) { return model::info(kind).generated; }

}  // namespace

Planner::Planner(world::World& world, const derive::Outputs& outputs,
                 const derive::Evaluator& evaluator)
    : world_(world), outputs_(outputs), evaluator_(evaluator) {}

void Planner::note_observed(ObjId id) {
  const Kind kind = world_.object(id).kind;
  if (is_generated(kind)) {
    noted_.emplace_back(id, Part::kObject);
    count_owned(id);
  }
  if (model::info(kind).status) {
    noted_.emplace_back(id, Part::kStatus);
  }
  if (kind == Kind::kGatewayClass) noted_.emplace_back(id, Part::kFinalizer);
}

void Planner::note_class_users(ObjId id) { noted_.emplace_back(id, Part::kFinalizer); }

void Planner::note_desired(ObjId id, bool is_status) {
  noted_.emplace_back(id, is_status ? Part::kStatus : Part::kObject);
  if (world_.object(id).kind == Kind::kGatewayClass) noted_.emplace_back(id, Part::kFinalizer);
}

void Planner::note_all() {
  for (ObjId id = 0; id < world_.size(); ++id) {
    const Kind kind = world_.object(id).kind;
    if (is_generated(kind)) note_desired(id, false);
    else if (model::info(kind).status) {
      note_desired(id, true);
    }
  }
}

void Planner::note_applied(const record::Applied& applied, ObjId id, std::int64_t time_ns) {
  Part part = Part::kObject;
  if (applied.verb == name(Verb::kStatus)) part = Part::kStatus;
  if (applied.verb == name(Verb::kFinalizer)) part = Part::kFinalizer;
  const Key key{id, part};
  Written& written = written_[key];
  const bool done = applied.outcome == "done" || applied.outcome == "dry-run";
  if (done) {
    if (written.digest == applied.digest && applied.verb != name(Verb::kDelete)) {
      written.repairs.push_back(time_ns);
      if (written.repairs.size() > kFightWrites) written.repairs.erase(written.repairs.begin());
    } else {
      written.repairs.clear();
    }
    written.digest = applied.digest;
    written.resource_version = applied.resource_version;
    written.waiting = true;
    written.refused = false;
  } else if (applied.outcome == "refused") {
    // The server judged it. "failed" is a write that was never tried to its end: it stays due.
    written.digest = applied.digest;
    written.waiting = false;
    written.refused = true;
  }
  noted_.push_back(key);
}

void Planner::note_operator(const record::Operator& command) {
  if (command.what == "pause") paused_ = true;
  if (command.what == "resume") paused_ = false;
  if (command.what != "release" && command.what != "reconcile") return;
  if (command.object.empty() || command.object == "deletions") deletions_released_ = true;
  std::vector<Key> named;
  const auto collect = [&](const auto& parts) {
    for (const auto& [key, value] : parts) {
      if (record::display(world_.key(key.first)) == command.object) named.push_back(key);
    }
  };
  collect(entries_);
  collect(written_);  // What the server refused is not due, but has been written.
  for (const Key& key : named) {
    if (command.what == "release") released_[key.first] = true;
    written_.erase(key);
    noted_.push_back(key);
  }
}

void Planner::run(record::Seq seq) {
  std::vector<Key> noted;
  noted.swap(noted_);
  std::sort(noted.begin(), noted.end());
  noted.erase(std::unique(noted.begin(), noted.end()), noted.end());
  for (const Key& key : noted) update(key, seq);
  // A release holds for the deletions that were there; the next mass deletion is held again.
  const bool none_left = std::all_of(deletions_.begin(), deletions_.end(),
                                     [](const auto& zone) { return zone.second == 0; });
  if (none_left) deletions_released_ = false;
}

void Planner::count_owned(ObjId id) {
  const Object& object = world_.object(id);
  const bool now = owned(object, evaluator_.settings().quirks.kuma_labels);
  bool& before = owned_[id];
  if (before == now) return;
  owned_count_[std::string(object.zone.view())] += now ? 1 : -1;
  before = now;
}

void Planner::update(const Key& key, record::Seq seq) {
  const std::string zone(world_.object(key.first).zone.view());
  const auto found = entries_.find(key);
  if (found != entries_.end() && found->second.wanted.verb == Verb::kDelete) --deletions_[zone];
  std::optional<Wanted> wanted;
  if (world_.synced(zone)) wanted = want(key);
  const auto written = written_.find(key);
  if (!wanted && written != written_.end() && written->second.repairs.empty()) {
    written_.erase(written);
  }
  if (!wanted || acknowledged(key, *wanted)) {
    if (found != entries_.end()) entries_.erase(found);
    return;
  }
  wanted->held = hold_reason(key, *wanted);
  if (wanted->verb == Verb::kDelete) ++deletions_[zone];
  if (found != entries_.end() && found->second.wanted == *wanted) return;
  Entry& entry = found != entries_.end() ? found->second : entries_[key];
  entry.wanted = std::move(*wanted);
  if (found == entries_.end() || !entry.fresh) fresh_.push_back(key);
  entry.fresh = true;
  entry.id = std::to_string(seq) + '-' + std::to_string(key.first) +
             (key.second == Part::kObject   ? "o"
              : key.second == Part::kStatus ? "s"
                                            : "f");
}

bool Planner::acknowledged(const Key& key, const Wanted& wanted) const {
  const auto found = written_.find(key);
  if (found == written_.end()) return false;
  const Written& written = found->second;
  if (written.digest != wanted.digest) return false;
  if (written.refused) return true;
  if (!written.waiting) return false;
  // Acknowledged by the server; the watch has not shown it yet, or has it?
  const Object& object = world_.object(key.first);
  if (wanted.verb == Verb::kDelete) return true;
  if (written.resource_version.empty()) return true;
  return !object.exists() ||
         record::compare_resource_versions(object.resource_version, written.resource_version) < 0;
}

std::string Planner::hold_reason(const Key& key, const Wanted& wanted) const {
  const auto released = released_.find(key.first);
  if (released != released_.end() && released->second) return {};
  if (!wanted.held.empty()) return wanted.held;
  const auto written = written_.find(key);
  if (written == written_.end()) return {};
  const auto& repairs = written->second.repairs;
  if (repairs.size() >= kFightWrites && written->second.digest == wanted.digest &&
      repairs.back() - repairs.front() <= kFightWindowNs) {
    return "another writer keeps changing it; stop that writer, then release it";
  }
  return {};
}

std::optional<Planner::Wanted> Planner::want(const Key& key) const {
  switch (key.second) {
    case Part::kObject:
      return want_object(key.first);
    case Part::kStatus:
      return want_status(key.first);
    case Part::kFinalizer:
      return want_finalizer(key.first);
  }
  return std::nullopt;
}

std::optional<Planner::Wanted> Planner::want_deletion(ObjId id) const {
  const Object& object = world_.object(id);
  if (!object.exists() || !owned(object, evaluator_.settings().quirks.kuma_labels))
    return std::nullopt;
  if (object.uid.empty()) return std::nullopt;
  return Wanted{Verb::kDelete, object.uid, object.resource_version, {}, unseen_owner(object)};
}

/// Absent is not empty: of a kind that the zone does not serve, or that may not be read, nobody
/// knows whether its objects are gone. So what one of them asked for stays.
std::string Planner::unseen_owner(const Object& object) const {
  const auto seen = observed(object);
  const std::string_view label = model::find_label(*seen->labels, rules::kOwnerKey).view();
  const std::string_view name = label.substr(0, label.find('.'));
  const Kind kind = model::kind_of(model::info(Kind::kGateway).group, name);
  const auto zone = world_.zones().find(object.zone.view());
  if (kind == Kind::kNone || zone == world_.zones().end()) return {};
  const auto sync = zone->second.kinds.find(kind);
  if (sync == zone->second.kinds.end() || !sync->second.absent) return {};
  return std::string(name) + "s, one of which made it, are not served or may not be read here";
}

std::optional<Planner::Wanted> Planner::want_object(ObjId id) const {
  const Object& object = world_.object(id);
  const derive::Claim* claim = outputs_.winner(id);
  if (claim == nullptr) return want_deletion(id);
  const auto seen = observed(object);
  Wanted wanted{Verb::kCreate, {}, {}, record::hex(record::sha256(claim->made.body)), {}};
  if (!seen) return wanted;
  wanted.verb = Verb::kReplace;
  wanted.uid = object.uid;
  wanted.resource_version = object.resource_version;
  const auto compare = comparison(*claim);
  if (compare.mesh != seen->mesh.view()) {
    // A mesh cannot be moved: the object is deleted and made anew.
    if (auto deletion = want_deletion(id)) return deletion;
    wanted.held =
        "it exists in mesh \"" + std::string(seen->mesh.view()) + "\" and is not Pawprint's";
    return wanted;
  }
  const bool secret = object.kind == Kind::kSecret;
  const bool equal = secret ? seen->value_digest == claim->made.secret_digest &&
                                  seen->type.is("system.kuma.io/secret")
                            : compare.spec == seen->spec;
  if (equal && has_labels(*seen, compare.labels)) return std::nullopt;
  if (!seen->managed && !owned(object, evaluator_.settings().quirks.kuma_labels)) {
    wanted.held = "it exists already and is not Pawprint's; delete or rename it, or release it";
  }
  return wanted;
}

std::optional<Planner::Wanted> Planner::want_status(ObjId id) const {
  const Object& object = world_.object(id);
  if (!object.exists()) return std::nullopt;
  const derive::DesiredStatus* desired = outputs_.status(id);
  static const record::Hash kNoEntries = record::sha256("");
  const record::Hash& wish = desired == nullptr ? kNoEntries : desired->comparison;
  // In lists that are shared with other controllers our entries can be taken back.
  const bool route = model::is_route(object.kind) || object.kind == Kind::kBackendTlsPolicy;
  if (desired == nullptr && !(route && object.seen.has_status)) return std::nullopt;
  if (object.seen.has_status && object.seen.status == wish) return std::nullopt;
  if (!object.seen.has_status && wish == kNoEntries) return std::nullopt;
  return Wanted{Verb::kStatus, object.uid, object.resource_version, record::hex(wish), {}};
}

std::optional<Planner::Wanted> Planner::want_finalizer(ObjId id) const {
  const Object& object = world_.object(id);
  const auto* fact = object.as<model::GatewayClassFact>();
  if (fact == nullptr || evaluator_.class_value(id).state != rules::ClassState::kOurs) {
    return std::nullopt;
  }
  const bool used = evaluator_.class_users(id) > 0;
  if (used == object.seen.has_finalizer || (used && fact->meta.deleting)) return std::nullopt;
  return Wanted{Verb::kFinalizer, object.uid, object.resource_version, used ? "add" : "remove", {}};
}

std::string Planner::body(const Key& key, const Wanted& wanted) const {
  const ObjId id = key.first;
  const Object& object = world_.object(id);
  switch (wanted.verb) {
    case Verb::kDelete:
      return {};
    case Verb::kCreate:
    case Verb::kReplace:
      return outputs_.winner(id)->made.body;
    case Verb::kStatus:
      return status_patch(object, outputs_, id);
    case Verb::kFinalizer:
      return finalizer_patch(object, wanted.digest == "add");
  }
  return {};
}

Operation Planner::operation(const Key& key, const Entry& entry) const {
  Operation out;
  out.id = entry.id;
  out.verb = entry.wanted.verb;
  out.object = world_.key(key.first);
  out.api_version = model::info(world_.object(key.first).kind).api_version;
  out.uid = entry.wanted.uid;
  out.resource_version = entry.wanted.resource_version;
  out.digest = entry.wanted.digest;
  out.body = body(key, entry.wanted);
  const derive::Claim* claim = key.second == Part::kObject ? outputs_.winner(key.first) : nullptr;
  if (claim != nullptr && claim->made.kind == Kind::kSecret && out.verb != Verb::kDelete) {
    out.secret_ns = claim->made.secret_ns.view();
    out.secret_name = claim->made.secret_name.view();
    out.secret_digest = claim->made.secret_digest;
    out.secret_joined = claim->made.secret_joined;
  }
  return out;
}

bool Planner::deletions_held(model::Sym zone) const {
  if (deletions_released_) return false;
  const auto found = deletions_.find(std::string(zone.view()));
  if (found == deletions_.end()) return false;
  const record::Config& config = world_.config();
  const auto owned_here = owned_count_.find(found->first);
  const std::int64_t total = owned_here == owned_count_.end() ? 0 : owned_here->second;
  return found->second >
         std::max(config.deletes_held_count, total * config.deletes_held_share / 100);
}

bool Planner::sent_before(Place a, Place b) const {
  const bool delete_a = a->second.wanted.verb == Verb::kDelete;
  const bool delete_b = b->second.wanted.verb == Verb::kDelete;
  if (delete_a != delete_b) return delete_b;
  const Object& left = world_.object(a->first.first);
  const Object& right = world_.object(b->first.first);
  const int rank_a = rank(left.kind);
  const int rank_b = rank(right.kind);
  if (rank_a != rank_b) return delete_a ? rank_a > rank_b : rank_a < rank_b;
  if (left.zone != right.zone) return left.zone.view() < right.zone.view();
  if (left.ns != right.ns) return left.ns.view() < right.ns.view();
  if (left.name != right.name) return left.name.view() < right.name.view();
  if (left.kind != right.kind) return left.kind < right.kind;
  return a->first.second < b->first.second;
}

std::vector<Planner::Place> Planner::ordered() const {
  std::vector<Place> out;
  for (const auto& entry : entries_) out.push_back(&entry);
  std::sort(out.begin(), out.end(), [this](Place a, Place b) { return sent_before(a, b); });
  return out;
}

std::vector<Operation> Planner::due() const {
  std::vector<Operation> out;
  if (paused_) return out;
  for (const auto* each : ordered()) {
    if (!each->second.wanted.held.empty()) continue;
    const model::Sym zone = world_.object(each->first.first).zone;
    if (each->second.wanted.verb == Verb::kDelete && deletions_held(zone)) continue;
    out.push_back(operation(each->first, each->second));
  }
  return out;
}

std::vector<std::pair<Operation, std::string>> Planner::held() const {
  std::vector<std::pair<Operation, std::string>> out;
  for (const auto* each : ordered()) {
    const model::Sym zone = world_.object(each->first.first).zone;
    std::string reason = each->second.wanted.held;
    if (reason.empty() && each->second.wanted.verb == Verb::kDelete && deletions_held(zone)) {
      reason = "more deletions than the limit at once; check the plan, then release deletions";
    }
    if (!reason.empty()) out.emplace_back(operation(each->first, each->second), std::move(reason));
  }
  return out;
}

std::vector<Operation> Planner::take_new() {
  std::vector<Key> keys;
  keys.swap(fresh_);
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  std::vector<Place> places;
  for (const Key& key : keys) {
    const auto found = entries_.find(key);
    if (found == entries_.end() || !found->second.fresh) continue;
    found->second.fresh = false;
    if (found->second.wanted.held.empty()) places.push_back(&*found);
  }
  std::sort(places.begin(), places.end(), [this](Place a, Place b) { return sent_before(a, b); });
  std::vector<Operation> out;
  out.reserve(places.size());
  for (const Place place : places) out.push_back(operation(place->first, place->second));
  return out;
}

Standing Planner::standing(const Operation& operation) const {
  const auto id = world_.find(operation.object);
  if (!id) return Standing::kGone;
  const Part part = operation.verb == Verb::kStatus      ? Part::kStatus
                    : operation.verb == Verb::kFinalizer ? Part::kFinalizer
                                                         : Part::kObject;
  const auto found = entries_.find({*id, part});
  if (found == entries_.end() || found->second.id != operation.id) return Standing::kGone;
  const Wanted& wanted = found->second.wanted;
  const bool waits = paused_ || !wanted.held.empty() ||
                     (wanted.verb == Verb::kDelete && deletions_held(world_.object(*id).zone));
  return waits ? Standing::kWaits : Standing::kDue;
}

std::uint64_t Planner::pending(model::Sym zone) const {
  return static_cast<std::uint64_t>(std::count_if(
      entries_.begin(), entries_.end(),
      [&](const auto& entry) { return world_.object(entry.first.first).zone == zone; }));
}

}  // namespace pawprint::plan
