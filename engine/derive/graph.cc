#include "engine/derive/graph.h"

#include <algorithm>

namespace pawprint::derive {

namespace {
const std::vector<CellId> kNoReads;
}

void Graph::ensure(CellId id) {
  if (id < readers_.size()) return;
  // Grow geometrically: cells arrive one object at a time.
  const std::size_t cells = (std::size_t{id} / kSlots + 1) * kSlots;
  const std::size_t size = std::max(cells, readers_.size() * 2);
  readers_.resize(size);
  reads_.resize(size);
  dirty_.resize(size);
}

void Graph::touch(CellId changed) {
  if (changed >= readers_.size()) return;
  for (const Reader& reader : readers_[changed]) invalidate(reader.node, reader.object);
}

void Graph::invalidate(Node node, ObjId object) {
  const CellId own = cell(object, slot_of(node));
  ensure(own);
  if (dirty_[own] != 0) return;
  dirty_[own] = 1;
  queue_[static_cast<std::size_t>(node)].push_back(object);
}

std::vector<ObjId> Graph::take(Node node) {
  std::vector<ObjId> out;
  out.swap(queue_[static_cast<std::size_t>(node)]);
  std::sort(out.begin(), out.end());
  for (const ObjId object : out) dirty_[cell(object, slot_of(node))] = 0;
  return out;
}

bool Graph::clean() const {
  return std::all_of(queue_.begin(), queue_.end(), [](const auto& list) { return list.empty(); });
}

void Graph::record_reads(Node node, ObjId object, std::vector<CellId>& reads) {
  std::sort(reads.begin(), reads.end());
  reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
  const CellId own = cell(object, slot_of(node));
  ensure(own);
  if (!reads.empty()) ensure(reads.back());  // Before anything refers into the tables.
  const std::vector<CellId>& old = reads_[own];
  if (old == reads) return;
  const Reader self{node, object};
  for (const CellId gone : old) {
    if (std::binary_search(reads.begin(), reads.end(), gone)) continue;
    std::vector<Reader>& list = readers_[gone];
    const auto found = std::find(list.begin(), list.end(), self);
    PAWPRINT_CHECK(found != list.end());
    *found = list.back();
    list.pop_back();
  }
  for (const CellId fresh : reads) {
    if (!std::binary_search(old.begin(), old.end(), fresh)) readers_[fresh].push_back(self);
  }
  reads_[own] = reads;
}

const std::vector<CellId>& Graph::reads(Node node, ObjId object) const {
  const CellId own = cell(object, slot_of(node));
  return own < reads_.size() ? reads_[own] : kNoReads;
}

std::vector<std::pair<Node, ObjId>> Graph::readers(CellId id) const {
  std::vector<std::pair<Node, ObjId>> out;
  if (id >= readers_.size()) return out;
  for (const Reader& reader : readers_[id]) out.emplace_back(reader.node, reader.object);
  return out;
}

}  // namespace pawprint::derive
