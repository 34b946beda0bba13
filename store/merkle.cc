#include "store/merkle.h"

#include <array>
#include <string>

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

}  // namespace pawprint::store
