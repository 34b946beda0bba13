// diff(desired, observed) -> operations, kept up to date by delta.
//
// Pure: a function of the records folded so far. After a crash nothing depends on what was sent;
// the difference is simply there again. Rules: docs/architecture.md, sections "Writes" and
// "Failure rules".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/derive/evaluator.h"
#include "engine/derive/outputs.h"
#include "engine/plan/operation.h"
#include "engine/record/bodies.h"
#include "engine/world/world.h"

namespace pawprint::plan {

using world::ObjId;

class Planner {
 public:
  Planner(world::World& world, const derive::Outputs& outputs, const derive::Evaluator& evaluator);

  /// The object's observed state changed (also its resourceVersion).
  void note_observed(ObjId object);
  /// Its desired state or status changed.
  void note_desired(ObjId object, bool is_status);
  /// A GatewayClass gained its first Gateway or lost its last one.
  void note_class_users(ObjId object);
  void note_applied(const record::Applied& applied, ObjId object, std::int64_t time_ns);
  void note_operator(const record::Operator& command);
  /// Everything may have changed (settings, sync state).
  void note_all();

  /// Recomputes what was noted; `seq` names new operations.
  void run(record::Seq seq);

  /// Due now, in the order in which they must be sent.
  [[nodiscard]] std::vector<Operation> due() const;
  [[nodiscard]] std::vector<std::pair<Operation, std::string>> held() const;
  /// Those that became due since the last call, in the same order.
  std::vector<Operation> take_new();
  /// Of an operation that due() or take_new() returned.
  [[nodiscard]] Standing standing(const Operation& operation) const;
  [[nodiscard]] std::uint64_t pending(model::Sym zone) const;

 private:
  /// What one object can need: its own state, its status, its finalizer.
  enum class Part : std::uint8_t { kObject, kStatus, kFinalizer };
  using Key = std::pair<ObjId, Part>;
  struct Wanted {
    Verb verb = Verb::kCreate;
    std::string uid, resource_version, digest;
    std::string held;  ///< Why it must wait for a person; empty: due.
    bool operator==(const Wanted&) const = default;
  };
  struct Entry {
    Wanted wanted;
    std::string id;
    bool fresh = true;
  };
  /// What we last wrote to a part, until it is seen again.
  struct Written {
    std::string digest, resource_version;
    bool waiting = false;               ///< Acknowledged, not yet observed.
    bool refused = false;               ///< Do not repeat the same body.
    std::vector<std::int64_t> repairs;  ///< Times of writes that repeated the same body.
  };

  std::optional<Wanted> want(const Key& key) const;
  std::optional<Wanted> want_object(ObjId id) const;
  std::optional<Wanted> want_deletion(ObjId id) const;
  [[nodiscard]] std::string unseen_owner(const world::Object& object) const;
  std::optional<Wanted> want_status(ObjId id) const;
  std::optional<Wanted> want_finalizer(ObjId id) const;
  void update(const Key& key, record::Seq seq);
  [[nodiscard]] bool acknowledged(const Key& key, const Wanted& wanted) const;
  [[nodiscard]] std::string hold_reason(const Key& key, const Wanted& wanted) const;
  [[nodiscard]] Operation operation(const Key& key, const Entry& entry) const;
  [[nodiscard]] std::string body(const Key& key, const Wanted& wanted) const;
  [[nodiscard]] bool deletions_held(model::Sym zone) const;
  using Place = const std::pair<const Key, Entry>*;
  [[nodiscard]] bool sent_before(Place a, Place b) const;
  [[nodiscard]] std::vector<Place> ordered() const;
  void count_owned(ObjId id);

  world::World& world_;
  const derive::Outputs& outputs_;
  const derive::Evaluator& evaluator_;
  std::vector<Key> noted_;
  std::map<Key, Entry> entries_;
  std::vector<Key> fresh_;  // Entries that became due since take_new().
  std::map<Key, Written> written_;
  std::map<ObjId, bool> owned_;                                  // Existing objects that are ours.
  std::map<std::string, std::int64_t> owned_count_, deletions_;  // By zone.
  std::map<ObjId, bool> released_;                               // A person let these go on.
  bool deletions_released_ = false, paused_ = false;
};

}  // namespace pawprint::plan
