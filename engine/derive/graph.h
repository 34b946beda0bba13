// Incremental evaluation: who read what, and who must look again.
//
// A cell is something that can be read and can change: an object's fact, a derived value, an index.
// A node is a cell whose value is computed by reading other cells. The graph stores no values; it
// keeps the reads of each node and their reverse, and the set of nodes that are out of date.
// Cells are addressed by object and slot, so that no map is needed.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/world/world.h"

namespace pawprint::derive {

using world::ObjId;

/// Slots of an object. A slot has one meaning per kind; see Node.
enum class Slot : std::uint8_t { kFact = 0, kFirst = 1, kSecond = 2, kIndex = 3 };
inline constexpr std::uint32_t kSlots = 4;

using CellId = std::uint32_t;
constexpr CellId cell(ObjId object, Slot slot) {
  return object * kSlots + static_cast<std::uint32_t>(slot);
}
constexpr ObjId object_of(CellId id) { return id / kSlots; }

/// The nodes, in order of evaluation: a node reads only facts, indexes and earlier nodes.
enum class Node : std::uint8_t {
  kClass,          ///< GatewayClass, first slot: is it ours, are its parameters good.
  kPolicy,         ///< BackendTLSPolicy, first slot: can it be fulfilled; its outputs.
  kGateway,        ///< Gateway, first slot: its listeners and those of its ListenerSets judged.
  kRoute,          ///< A route, first slot: attachment, outputs, status.
  kGatewayStatus,  ///< Gateway, second slot: outputs; status with attachedRoutes and addresses.
  kSetStatus,      ///< ListenerSet, second slot: status. Its first slot is set by kGateway.
  kPolicyStatus,   ///< BackendTLSPolicy, second slot: status with its Gateways.
  kClassStatus,    ///< GatewayClass, second slot: status and finalizer.
};
inline constexpr std::size_t kNodeKinds = 8;

constexpr Slot slot_of(Node node) {
  return node >= Node::kGatewayStatus ? Slot::kSecond : Slot::kFirst;
}

class Graph {
 public:
  /// The cell's value changed: every node that read it is out of date.
  void touch(CellId changed);
  /// One node is out of date, whoever changed.
  void invalidate(Node node, ObjId object);
  /// Out-of-date nodes of one kind, in order of object id, and forgets them.
  std::vector<ObjId> take(Node node);
  [[nodiscard]] bool clean() const;

  /// Replaces the recorded reads of a node. `reads` may hold duplicates; it is sorted in place.
  void record_reads(Node node, ObjId object, std::vector<CellId>& reads);
  /// What a node read at its last evaluation, sorted.
  [[nodiscard]] const std::vector<CellId>& reads(Node node, ObjId object) const;
  /// Nodes that read a cell, as (node, object), in no particular order.
  [[nodiscard]] std::vector<std::pair<Node, ObjId>> readers(CellId id) const;

 private:
  struct Reader {
    Node node;
    ObjId object;
    bool operator==(const Reader&) const = default;
  };
  void ensure(CellId id);

  std::vector<std::vector<Reader>> readers_;  // By cell.
  std::vector<std::vector<CellId>> reads_;    // By the node's own cell.
  std::vector<std::uint8_t> dirty_;           // By the node's own cell.
  std::array<std::vector<ObjId>, kNodeKinds> queue_;
};

}  // namespace pawprint::derive
