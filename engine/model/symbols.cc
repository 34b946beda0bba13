#include "engine/model/symbols.h"

#include <algorithm>
#include <cstring>
#include <new>

#include <xxhash.h>

namespace pawprint::model {

namespace {
constexpr std::size_t kBlockBytes = 65536;
}

Symbols::Symbols() = default;
Symbols::~Symbols() = default;

char* Symbols::allocate(std::size_t bytes) {
  bytes = (bytes + 7) & ~std::size_t{7};
  if (used_ + bytes > capacity_) {
    capacity_ = std::max(kBlockBytes, bytes);
    blocks_.push_back(std::make_unique<char[]>(capacity_));
    used_ = 0;
  }
  char* out = blocks_.back().get() + used_;
  used_ += bytes;
  return out;
}

Sym Symbols::intern(std::string_view text) {
  const std::uint64_t hash = XXH3_64bits(text.data(), text.size());
  if (const auto found = entries_.find(std::pair(hash, text)); found != entries_.end()) {
    return Sym(*found);
  }
  char* memory = allocate(sizeof(Sym::Entry) + text.size());
  char* copy = memory + sizeof(Sym::Entry);
  if (!text.empty()) std::memcpy(copy, text.data(), text.size());
  const auto* entry = new (memory) Sym::Entry{hash, static_cast<std::uint32_t>(text.size()), copy};
  entries_.insert(entry);
  return Sym(entry);
}

}  // namespace pawprint::model
