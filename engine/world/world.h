// Everything that is known, as folded from the log: objects with their facts, per zone.
//
// Changes only in apply(). An object that was never seen but was asked for has an entry too, with
// no fact: "absent" is something that rules read and that can change. ObjIds are dense, given in
// the order of first mention, and never reused.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/model/decode.h"
#include "engine/model/facts.h"
#include "engine/model/kinds.h"
#include "engine/record/bodies.h"
#include "engine/record/record.h"
#include "engine/world/route_shelves.h"

namespace pawprint::world {

using model::Kind;
using model::Sym;
using ObjId = std::uint32_t;

struct Object {
  Kind kind = Kind::kNone;
  Sym zone, ns, name;
  model::Fact fact;  ///< monostate: does not exist.
  model::Seen seen;
  std::string uid, resource_version;
  record::Seq seq = 0;  ///< Record that last changed the object, also its absence.

  [[nodiscard]] bool exists() const { return fact.index() != 0; }
  /// The fact as F, or null when the object is absent or of another type.
  template <class F>
  [[nodiscard]] const F* as() const {
    return std::get_if<F>(&fact);
  }
};

struct KindSync {
  bool begun = false, synced = false, absent = false;
  std::string resource_version;
  std::uint64_t objects = 0;
};

struct Zone {
  Sym name;
  std::string role = "zone";
  bool announced = false;      ///< Named by a Config record (else seen only on objects).
  std::string bundle_version;  ///< Of the Gateway API's CRDs, as discovered; empty: not known.
  std::map<Kind, KindSync> kinds;
  std::string last_error;
};

/// What apply() changed.
struct Change {
  std::optional<ObjId> object;    ///< The object that the record is about, of a kind we know.
  bool fact = false;              ///< Its fact changed: readers must look again.
  bool seen = false;              ///< Something else of it changed (status, resourceVersion).
  bool config = false;            ///< Settings changed: everything must look again.
  bool sync = false;              ///< A zone's sync state changed.
  std::vector<ObjId> indexed;     ///< Objects that lost or gained a member; see World::members().
  std::vector<ObjId> neighbours;  ///< Other routes that must look again (route_shelves.h).
  std::string problem;            ///< The object's first unreadable member, for a diagnostic.
};

class World {
 public:
  World();

  Change apply(const record::Record& record);
  /// What a snapshot says beside its records: how far they reach, and which zones were named.
  void reach(record::Seq seq, const std::vector<std::string>& zones);

  [[nodiscard]] const record::Config& config() const { return config_; }
  [[nodiscard]] record::Seq head() const { return head_; }
  [[nodiscard]] record::Seq config_seq() const { return config_seq_; }

  /// The id of a key, made on first mention.
  ObjId id(Kind kind, Sym zone, Sym ns, Sym name);
  /// The id if the key was ever mentioned.
  [[nodiscard]] std::optional<ObjId> find(const record::ObjectKey& key);
  [[nodiscard]] const Object& object(ObjId id) const { return objects_[id]; }
  [[nodiscard]] std::size_t size() const { return objects_.size(); }
  [[nodiscard]] record::ObjectKey key(ObjId id) const;

  /// Objects that hang on another one: the ReferenceGrants of a Namespace, the ListenerSets of a
  /// Gateway, the BackendTLSPolicies of a Service. In order of id.
  [[nodiscard]] const std::vector<ObjId>& members(ObjId anchor) const;
  /// HTTPRoutes and GRPCRoutes by what others ask them for.
  [[nodiscard]] const RouteShelves& shelves() const { return shelves_; }

  /// Existing objects of a kind in a zone, and the object whose index cell stands for that number.
  [[nodiscard]] std::uint64_t count(Kind kind, Sym zone) const;
  ObjId census(Kind kind, Sym zone) { return id(kind, zone, {}, {}); }

  /// Zones by name. A zone decides nothing before synced() holds for it.
  [[nodiscard]] const std::map<std::string, Zone, std::less<>>& zones() const { return zones_; }
  [[nodiscard]] bool synced(std::string_view zone) const;
  /// Kinds that no zone need serve, required or not: the target does without them. Replaces what
  /// was said before.
  void set_dispensable(std::vector<Kind> kinds) { dispensable_ = std::move(kinds); }

  Sym intern(std::string_view text) { return symbols_.intern(text); }
  [[nodiscard]] std::size_t symbols() const { return symbols_.size(); }

 private:
  struct Key {
    Kind kind;
    Sym zone, ns, name;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };

  Change apply_object(const record::Record& record);
  Change remove_object(const record::Record& record, ObjId id);
  void apply_config(const record::Record& record, Change& change);
  void apply_discovery(const record::Record& record, Change& change);
  void apply_sync(const record::Record& record, Change& change);
  void recount(const Object& object, bool before, bool after);
  std::vector<ObjId> anchors(ObjId id);
  RouteShelves::State shelf_state(const Object& object, const model::Fact& fact);
  void shelve(ObjId id, const model::Fact& before, Change& change);
  void reindex(ObjId id, std::vector<ObjId> before, Change& change);
  Zone& zone(std::string_view name);

  model::Symbols symbols_;
  model::Decoder decoder_;
  std::deque<Object> objects_;
  std::unordered_map<Key, ObjId, KeyHash> index_;
  std::unordered_map<ObjId, std::vector<ObjId>> members_;
  RouteShelves shelves_;
  std::map<std::string, Zone, std::less<>> zones_;
  std::vector<Kind> dispensable_;
  record::Config config_;
  record::Seq head_ = 0, config_seq_ = 0;
};

}  // namespace pawprint::world
