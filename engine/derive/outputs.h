// What is desired: generated objects and statuses, with their digests kept by delta.
//
// Several owners may ask for one object (two Gateways that use one Secret; in Kuma's naming, two
// routes whose names collide). They are its claims, and the oldest one is printed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/status.h"
#include "engine/record/digest.h"
#include "engine/rules/context.h"
#include "engine/world/world.h"

namespace pawprint::derive {

using world::ObjId;

struct Claim {
  ObjId owner = 0;
  std::int64_t created_s = 0;  ///< Of the owner; the oldest claim wins, then the name.
  rules::Generated made;
};

/// When each condition of a status last changed its `status`.
struct Transition {
  std::string section;
  std::string_view type, status;  ///< Literals of the rules.
  std::int64_t time_ns = 0;
};

/// The same, remembered from another fold.
struct Flip {
  std::string section, type, status;
  std::int64_t time_ns = 0;
};

struct DesiredStatus {
  model::Status status;
  std::vector<Transition> transitions;
  record::Hash comparison{};  ///< SHA-256 of comparison_text, as model::Seen::status.
};

class Outputs {
 public:
  explicit Outputs(world::World& world) : world_(world) {}

  /// Replaces everything that `owner` asks for.
  void set_generated(ObjId owner, std::int64_t created_s, std::vector<rules::Generated> made);
  /// Sets or takes back the status of an object. `time_ns` is the time of the record that is being
  /// folded: the transition time of whatever flips now.
  void set_status(ObjId object, std::optional<model::Status> status, std::int64_t time_ns);

  /// What is known of the transitions of a status that is not there yet; it wins over what the
  /// object itself says, until forget_flips().
  void remember_flip(ObjId object, Flip flip) { flips_[object].push_back(std::move(flip)); }
  void forget_flips() { flips_.clear(); }
  /// When the object itself says that a condition with that status flipped, nanoseconds since the
  /// epoch; 0 when it does not.
  [[nodiscard]] std::int64_t seen_flip(ObjId object, const Transition& transition) const;

  /// The claim that is printed; null when nobody asks for the object.
  [[nodiscard]] const Claim* winner(ObjId object) const;
  [[nodiscard]] const DesiredStatus* status(ObjId object) const;
  [[nodiscard]] const record::SetHash& digest() const { return digest_; }

  /// Objects whose desired state or status changed since the last call, each once, unsorted.
  struct Changed {
    ObjId object;
    bool is_status;
    bool operator==(const Changed&) const = default;
  };
  std::vector<Changed> take_changed();
  /// Every object with a winner, every object with a status, in order of id.
  [[nodiscard]] std::vector<ObjId> generated() const;
  [[nodiscard]] std::vector<ObjId> with_status() const;

  /// The status document as printed and hashed; with transition times when `times` is true.
  [[nodiscard]] std::string print_status(ObjId object, bool times) const;
  /// The element of the set hash for an object or a status.
  [[nodiscard]] record::Hash element(ObjId object, std::string_view body) const;

 private:
  struct Slot {
    std::vector<Claim> claims;  // Sorted, winner first.
    std::optional<record::Hash> object_element, status_element;
    std::optional<DesiredStatus> status;
    std::vector<ObjId> asked;  // As owner: what it asks for.
  };
  Slot& slot(ObjId id);
  void drop_claim(ObjId object, ObjId owner);
  void add_claim(ObjId object, Claim claim);
  void rehash_object(ObjId object);
  std::vector<Transition> transitions(ObjId object, const model::Status& status,
                                      std::int64_t time_ns) const;
  [[nodiscard]] std::int64_t first_flip(ObjId object, const Transition& transition) const;

  world::World& world_;
  std::vector<Slot> slots_;  // By object id.
  record::SetHash digest_;
  std::vector<Changed> changed_;
  std::map<ObjId, std::vector<Flip>> flips_;
};

}  // namespace pawprint::derive
