// The only way by which a rule sees the world: every question asked is remembered.
//
// The reads of a node are its invalidation set and, for explain, its "what did it look at". With
// tracking off (explain, full recomputation) the answers are the same.
#pragma once

#include <string_view>
#include <vector>

#include "engine/derive/graph.h"
#include "engine/world/world.h"

namespace pawprint::derive {

using model::Kind;
using model::Sym;
using world::Object;

class Reads {
 public:
  explicit Reads(world::World& world) : world_(world) {}

  /// The object of a key; its absence is an answer too. The reference lives as long as the World.
  const Object& object(Kind kind, Sym zone, Sym ns, Sym name) {
    return object(world_.id(kind, zone, ns, name));
  }
  const Object& object(ObjId id) {
    cells_.push_back(cell(id, Slot::kFact));
    return world_.object(id);
  }
  /// The fact of a key, or null when absent.
  template <class F>
  const F* fact(Kind kind, Sym zone, Sym ns, Sym name) {
    return object(kind, zone, ns, name).template as<F>();
  }
  /// What hangs on an object (World::members()): reads the list and each of its members.
  std::vector<const Object*> members(ObjId anchor) {
    std::vector<const Object*> out;
    for (const ObjId member : member_ids(anchor)) out.push_back(&object(member));
    return out;
  }
  /// The same, without looking at the members.
  const std::vector<ObjId>& member_ids(ObjId anchor) {
    cells_.push_back(cell(anchor, Slot::kIndex));
    return world_.members(anchor);
  }
  /// Routes on a shelf. Of them nothing may be asked but what same_to_others() compares, kind,
  /// namespace and name: the World says who must look again, so that nothing is remembered here.
  std::vector<const Object*> neighbours(world::ShelfId shelf) const {
    return objects(world_.shelves().on(shelf));
  }
  /// The same for an alike_shelf().
  std::vector<const Object*> alike(world::ShelfId shelf) const {
    return objects(world_.shelves().alike(shelf));
  }
  /// ReferenceGrants of a namespace.
  std::vector<const Object*> grants(Sym zone, Sym ns) {
    return members(world_.id(Kind::kNamespace, zone, {}, ns));
  }
  /// Whether any object of a cluster-scoped kind exists in a zone.
  bool any(Kind kind, Sym zone) {
    cells_.push_back(cell(world_.census(kind, zone), Slot::kIndex));
    return world_.count(kind, zone) > 0;
  }
  /// Says that a derived value was read; the caller holds the value.
  void derived(ObjId id, Slot slot) { cells_.push_back(cell(id, slot)); }

  [[nodiscard]] world::World& world() { return world_; }
  Sym intern(std::string_view text) { return world_.intern(text); }
  /// Empties the list of reads for the next node.
  std::vector<CellId>& cells() { return cells_; }

 private:
  [[nodiscard]] std::vector<const Object*> objects(const std::vector<ObjId>& ids) const {
    std::vector<const Object*> out;
    out.reserve(ids.size());
    for (const ObjId id : ids) out.push_back(&world_.object(id));
    return out;
  }

  world::World& world_;
  std::vector<CellId> cells_;
};

}  // namespace pawprint::derive
