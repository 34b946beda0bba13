// Keys and certificates made for a test, and ways to spoil them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pawprint::store {

enum class KeyKind : std::uint8_t { kRsa, kEcdsa, kEd25519, kOtherCurve };

struct TlsPair {
  std::string key;          ///< PEM, PKCS#8.
  std::string certificate;  ///< PEM; for shop.example.com, until 2035-01-02T03:04:05Z.
};

/// The RSA pair is made once and shared; the others are new each time.
TlsPair make_pair(KeyKind kind);
/// The same key as PKCS#1 or SEC 1.
std::string traditional(const std::string& key);
/// An RSA key of the same form whose private exponent belongs to no modulus.
std::string inconsistent_rsa(const std::string& key);

std::string base64(std::string_view bytes);
std::string hexadecimal(std::string_view bytes);

}  // namespace pawprint::store
