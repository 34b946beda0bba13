#include "engine/record/digest.h"

#include <openssl/evp.h>

#include "engine/result.h"

namespace pawprint::record {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/// The hash as a 256-bit number: its first byte is the most significant one.
std::array<std::uint64_t, 4> words(const Hash& hash) {
  std::array<std::uint64_t, 4> out{};
  for (std::size_t i = 0; i < hash.size(); ++i) {
    out[3 - i / 8] = (out[3 - i / 8] << 8) | hash[i];
  }
  return out;
}

/// EVP_sha256() looks the algorithm up anew at every digest; a fetched one does not. Constant and
/// shared by all threads (OpenSSL 3 allows that), freed by the process's end.
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  PAWPRINT_CHECK(algorithm != nullptr);
  return algorithm;
}

}  // namespace

Hash sha256(std::string_view bytes) {
  Hash hash{};
  unsigned int size = 0;
  const int done =
      EVP_Digest(bytes.data(), bytes.size(), hash.data(), &size, sha256_algorithm(), nullptr);
  PAWPRINT_CHECK(done == 1 && size == hash.size());
  return hash;
}

std::string hex(const Hash& hash) {
  std::string text;
  text.reserve(hash.size() * 2);
  for (const std::uint8_t byte : hash) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

bool parse_hex(std::string_view text, Hash& out) {
  Hash hash{};
  if (text.size() != hash.size() * 2) return false;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    const int high = digit(text[2 * i]);
    const int low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    hash[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  out = hash;
  return true;
}

void SetHash::add(const Hash& element) {
  const auto other = words(element);
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const std::uint64_t partial = words_[i] + other[i];
    const std::uint64_t sum = partial + carry;
    carry = (partial < other[i] || sum < partial) ? 1 : 0;
    words_[i] = sum;
  }
}

void SetHash::remove(const Hash& element) {
  const auto other = words(element);
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const std::uint64_t partial = words_[i] - other[i];
    const std::uint64_t difference = partial - borrow;
    borrow = (words_[i] < other[i] || partial < borrow) ? 1 : 0;
    words_[i] = difference;
  }
}

std::string SetHash::hex() const {
  std::string text;
  text.reserve(64);
  for (std::size_t i = words_.size(); i-- > 0;) {
    for (int shift = 60; shift >= 0; shift -= 4) text.push_back(kDigits[(words_[i] >> shift) & 15]);
  }
  return text;
}

}  // namespace pawprint::record
