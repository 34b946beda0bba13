// Hashes over records: leaves, the chain, and the Merkle tree of RFC 6962, section 2.1.
//
// Pure functions; the description for people and other programs is store/log_format.md, "Hashes".
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/record/digest.h"
#include "engine/result.h"

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

/// MTH(D[begin:end]) of RFC 6962: what a tree is asked for. end > begin.
using RangeRoot = std::function<Result<record::Hash>(std::uint64_t begin, std::uint64_t end)>;
/// Number of leaves of the left part of a tree of `size` > 1 leaves: the largest power of two
/// below.
std::uint64_t left_size(std::uint64_t size);
/// PATH(index, D[0:size]): the hashes that lead from leaf `index` (from 0) to the root of the tree
/// of `size` leaves, lowest first.
Result<std::vector<record::Hash>> inclusion_path(std::uint64_t index, std::uint64_t size,
                                                 const RangeRoot& root);
/// PROOF(from, D[0:size]): what shows that the tree of the first `from` leaves is the beginning of
/// the tree of `size`. 0 < from <= size.
Result<std::vector<record::Hash>> growth_path(std::uint64_t from, std::uint64_t size,
                                              const RangeRoot& root);

/// The root that leaf and path give; nothing when the path has another length than it must.
std::optional<record::Hash> root_of_path(const record::Hash& leaf, std::uint64_t index,
                                         std::uint64_t size, std::span<const record::Hash> path);
/// Whether `path` shows that a tree of `from` leaves and root `from_root` grew into one of `size`
/// leaves and root `root`.
bool grew(std::uint64_t from, const record::Hash& from_root, std::uint64_t size,
          const record::Hash& root, std::span<const record::Hash> path);

}  // namespace pawprint::store
