// Interned text: equal text is one address, so facts are small and compare fast.
//
// A Sym is a borrowed handle: valid as long as its Symbols. Equality is by address, which is
// equality of text within one Symbols. There is deliberately no order on Sym: whoever sorts, sorts
// by view(), because addresses differ between runs.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace pawprint::model {

class Sym {
 public:
  constexpr Sym() = default;
  /// False for "absent", which is not the empty text.
  [[nodiscard]] constexpr bool set() const { return entry_ != nullptr; }
  /// The text; empty when absent.
  [[nodiscard]] std::string_view view() const {
    return entry_ == nullptr ? std::string_view{} : std::string_view(entry_->text, entry_->size);
  }
  [[nodiscard]] bool empty() const { return view().empty(); }
  /// Absent and empty text are the same to this test, as they are to the Kubernetes API.
  [[nodiscard]] bool is(std::string_view text) const { return view() == text; }
  friend bool operator==(Sym a, Sym b) { return a.entry_ == b.entry_; }
  /// For hashed look-up only; never for order.
  [[nodiscard]] std::uint64_t identity() const { return entry_ == nullptr ? 0 : entry_->hash; }

 private:
  friend class Symbols;
  struct Entry {
    std::uint64_t hash;
    std::uint32_t size;
    const char* text;
  };
  explicit constexpr Sym(const Entry* entry) : entry_(entry) {}
  const Entry* entry_ = nullptr;
};

/// The table. Grows with distinct texts and never shrinks; owned by one World, not thread-safe.
class Symbols {
 public:
  Symbols();
  ~Symbols();
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;

  Sym intern(std::string_view text);
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct EntryHash {
    using is_transparent = void;
    std::size_t operator()(const Sym::Entry* entry) const { return entry->hash; }
    std::size_t operator()(const std::pair<std::uint64_t, std::string_view>& key) const {
      return key.first;
    }
  };
  struct EntryEqual {
    using is_transparent = void;
    bool operator()(const Sym::Entry* a, const Sym::Entry* b) const { return a == b; }
    bool operator()(const std::pair<std::uint64_t, std::string_view>& key,
                    const Sym::Entry* entry) const {
      return key.second == std::string_view(entry->text, entry->size);
    }
    bool operator()(const Sym::Entry* entry,
                    const std::pair<std::uint64_t, std::string_view>& key) const {
      return key.second == std::string_view(entry->text, entry->size);
    }
  };
  char* allocate(std::size_t bytes);

  std::unordered_set<const Sym::Entry*, EntryHash, EntryEqual> entries_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t used_ = 0, capacity_ = 0;
};

}  // namespace pawprint::model
