// SHA-256 values and the set hash over outputs.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace pawprint::record {

using Hash = std::array<std::uint8_t, 32>;

/// SHA-256 of `bytes`.
Hash sha256(std::string_view bytes);
/// 64 lower-case hex digits.
std::string hex(const Hash& hash);
/// Inverse of hex; false when `text` is not 64 hex digits.
bool parse_hex(std::string_view text, Hash& out);

/// Sum of hashes modulo 2^256: the digest of a set, kept by delta (interfaces, section "Exact
/// meanings"). Order of additions does not matter; a removal undoes an addition exactly.
class SetHash {
 public:
  void add(const Hash& element);
  void remove(const Hash& element);
  /// 64 hex digits, most significant first.
  [[nodiscard]] std::string hex() const;
  bool operator==(const SetHash&) const = default;

 private:
  std::array<std::uint64_t, 4> words_{};  // Least significant first.
};

}  // namespace pawprint::record
