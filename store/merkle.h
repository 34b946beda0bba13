// Hashes over records: leaves, the chain, and the Merkle tree of RFC 6962, section 2.1.
//
// Pure functions; the description for people and other programs is store/log_format.md, "Hashes".
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/record/digest.h"

namespace pawprint::store {

/// SHA-256(00 || header || SHA-256(body)): all of a record that the chain and the tree cover.
record::Hash leaf_of(std::string_view header, const record::Hash& body_hash);
/// SHA-256(02 || before || leaf): the chain after one more record; before the first all zeros.
record::Hash chain_after(const record::Hash& before, const record::Hash& leaf);
/// SHA-256(01 || left || right): a node of the tree.
record::Hash node_of(const record::Hash& left, const record::Hash& right);

/// The whole subtrees at the right edge of a tree that grows: all that its root needs.
class Frontier {
 public:
  void add(const record::Hash& leaf);
  /// The root over what was added; SHA-256 of nothing while that is nothing.
  [[nodiscard]] record::Hash root() const;
  [[nodiscard]] std::uint64_t size() const { return size_; }
  bool operator==(const Frontier&) const = default;

 private:
  std::vector<record::Hash> subtrees_;  // Largest first, one for each bit of size_.
  std::uint64_t size_ = 0;
};

}  // namespace pawprint::store
