// What may be known of a Secret without knowing it: digests under a key, and public facts.
//
// The only place where Secret bytes are turned into something that may be recorded. Output is
// canonical JSON, Encoding::kSecretFacts. Rules read these facts; nothing else of a Secret exists.
// Errors never quote the input.
#pragma once

#include <string>
#include <string_view>

#include "engine/redacted.h"
#include "engine/result.h"

namespace pawprint::store {

/// How digests are made and printed.
struct DigestKey {
  Redacted key;  ///< HMAC-SHA-256 key, printed "hmac:<hex>"; empty: plain SHA-256, "sha256:<hex>".
};

/// `object`: a Secret as the API server sends it (JSON, `data` in base64, also `stringData`).
/// Result: {"metadata":{...as store/secret_metadata.h says},"type":..,
///   "facts":{"data":{"<key>":"<digest>"},
///     "tls":{"glued":{"digest":D,"blocks":[B]},"joined":{"digest":D,"blocks":[B]},
///            "certificate":{"subject","dnsNames":[..],"notAfter":"RFC3339","keyType","matchesKey":bool}}}}
/// `glued` is tls.key immediately followed by tls.crt; `joined` puts a line end between them when
/// tls.key lacks one. B = {"type":"CERTIFICATE","key":"rsa|ecdsa|ed25519|other|invalid"} in order
/// of appearance, `key` only for blocks whose type ends in PRIVATE KEY; blocks are found the way
/// Go's pem.Decode finds them (text between blocks is skipped). "tls" is present only when both
/// keys are. A block of a type that PEM does not have is "OTHER", "OTHER CERTIFICATE" or "OTHER
/// PRIVATE KEY"; a Secret's type that spells one of its values is "other".
/// kInvalid for what is no Secret: data that is not base64, a key of data that is none, ...
Result<std::string> secret_facts(std::string_view object, const DigestKey& key);

/// The digest of `bytes` as secret_facts prints it; the applier compares live bytes with it.
std::string secret_digest(std::string_view bytes, const DigestKey& key);

}  // namespace pawprint::store
