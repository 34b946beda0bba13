#include "store/merkle.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <utility>

namespace pawprint::store {
namespace {

constexpr std::size_t kHashBytes = 32;

std::string_view bytes(const record::Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

record::Hash hash_of_pair(char prefix, const record::Hash& left, const record::Hash& right) {
  std::array<char, 1 + 2 * kHashBytes> message{};
  message[0] = prefix;
  std::copy(left.begin(), left.end(), message.begin() + 1);
  std::copy(right.begin(), right.end(), message.begin() + 1 + kHashBytes);
  return record::sha256({message.data(), message.size()});
}

}  // namespace

record::Hash leaf_of(std::string_view header, const record::Hash& body_hash) {
  std::string message;
  message.reserve(1 + header.size() + kHashBytes);
  message.push_back('\0');
  message += header;
  message += bytes(body_hash);
  return record::sha256(message);
}

record::Hash chain_after(const record::Hash& before, const record::Hash& leaf) {
  return hash_of_pair('\2', before, leaf);
}

record::Hash node_of(const record::Hash& left, const record::Hash& right) {
  return hash_of_pair('\1', left, right);
}

void Frontier::add(const record::Hash& leaf) {
  record::Hash subtree = leaf;
  for (std::uint64_t bits = size_; (bits & 1) != 0; bits >>= 1) {
    subtree = node_of(subtrees_.back(), subtree);
    subtrees_.pop_back();
  }
  subtrees_.push_back(subtree);
  ++size_;
}

record::Hash Frontier::root() const {
  if (subtrees_.empty()) return record::sha256({});
  record::Hash root = subtrees_.back();
  for (std::size_t i = subtrees_.size() - 1; i-- > 0;) root = node_of(subtrees_[i], root);
  return root;
}

std::uint64_t left_size(std::uint64_t size) { return std::bit_floor(size - 1); }

namespace {

Result<void> add_root(std::uint64_t begin, std::uint64_t end, const RangeRoot& root,
                      std::vector<record::Hash>& out) {
  return root(begin, end).map([&](const record::Hash& hash) { out.push_back(hash); });
}

Result<void> add_inclusion(std::uint64_t index, std::uint64_t begin, std::uint64_t end,
                           const RangeRoot& root, std::vector<record::Hash>& out) {
  if (end - begin == 1) return {};
  const std::uint64_t middle = begin + left_size(end - begin);
  if (index < middle) {
    return add_inclusion(index, begin, middle, root, out).and_then([&] {
      return add_root(middle, end, root, out);
    });
  }
  return add_inclusion(index, middle, end, root, out).and_then([&] {
    return add_root(begin, middle, root, out);
  });
}

/// SUBPROOF; `known` while the old root is that of the whole range.
Result<void> add_growth(std::uint64_t from, std::uint64_t begin, std::uint64_t end, bool known,
                        const RangeRoot& root, std::vector<record::Hash>& out) {
  if (from == end) return known ? Result<void>{} : add_root(begin, end, root, out);
  const std::uint64_t middle = begin + left_size(end - begin);
  if (from <= middle) {
    return add_growth(from, begin, middle, known, root, out).and_then([&] {
      return add_root(middle, end, root, out);
    });
  }
  return add_growth(from, middle, end, false, root, out).and_then([&] {
    return add_root(begin, middle, root, out);
  });
}

}  // namespace

Result<std::vector<record::Hash>> inclusion_path(std::uint64_t index, std::uint64_t size,
                                                 const RangeRoot& root) {
  PAWPRINT_CHECK(index < size);
  std::vector<record::Hash> out;
  return add_inclusion(index, 0, size, root, out).map([&] { return std::move(out); });
}

Result<std::vector<record::Hash>> growth_path(std::uint64_t from, std::uint64_t size,
                                              const RangeRoot& root) {
  PAWPRINT_CHECK(from > 0 && from <= size);
  std::vector<record::Hash> out;
  return add_growth(from, 0, size, true, root, out).map([&] { return std::move(out); });
}

// The two below follow RFC 9162, sections 2.1.3.2 and 2.1.4.2, whose trees are the same.

std::optional<record::Hash> root_of_path(const record::Hash& leaf, std::uint64_t index,
                                         std::uint64_t size, std::span<const record::Hash> path) {
  if (index >= size) return std::nullopt;
  std::uint64_t node = index;
  std::uint64_t last = size - 1;
  record::Hash root = leaf;
  for (const record::Hash& hash : path) {
    if (last == 0) return std::nullopt;
    if ((node & 1) != 0 || node == last) {
      root = node_of(hash, root);
      for (; (node & 1) == 0 && node != 0; last >>= 1) node >>= 1;
    } else {
      root = node_of(root, hash);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return std::nullopt;
  return root;
}

bool grew(std::uint64_t from, const record::Hash& from_root, std::uint64_t size,
          const record::Hash& root, std::span<const record::Hash> path) {
  if (from == 0 || from > size) return false;
  if (from == size) return path.empty() && from_root == root;
  std::vector<record::Hash> hashes(path.begin(), path.end());
  if (std::has_single_bit(from)) hashes.insert(hashes.begin(), from_root);
  if (hashes.empty()) return false;
  std::uint64_t node = from - 1;
  std::uint64_t last = size - 1;
  for (; (node & 1) != 0; last >>= 1) node >>= 1;
  record::Hash before = hashes.front();
  record::Hash after = hashes.front();
  for (std::size_t i = 1; i < hashes.size(); ++i) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      before = node_of(hashes[i], before);
      after = node_of(hashes[i], after);
      for (; (node & 1) == 0 && node != 0; last >>= 1) node >>= 1;
    } else {
      after = node_of(after, hashes[i]);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && before == from_root && after == root;
}

}  // namespace pawprint::store
