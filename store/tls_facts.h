// Public facts of TLS material: what kind of key a block holds, what a certificate says.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawprint::store {

/// "rsa", "ecdsa" (NIST curves), "ed25519", "other" (a key of a kind that TLS servers refuse), or
/// "invalid". Tried as PKCS#1, PKCS#8 and SEC 1, whatever the block's type says.
std::string private_key_kind(std::string_view der);

struct CertificateFacts {
  std::string subject;                 ///< RFC 2253.
  std::vector<std::string> dns_names;  ///< Of the subject's alternative names, in order.
  std::string not_after;               ///< RFC 3339, UTC.
  std::string key_type;                ///< As private_key_kind.
  bool matches_key = false;            ///< Whether the private key belongs to it.
};

/// Nothing when `certificate` is not a DER certificate. `key` may be empty or anything.
std::optional<CertificateFacts> certificate_facts(std::string_view certificate,
                                                  std::string_view key);

}  // namespace pawprint::store
