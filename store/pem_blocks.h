// PEM blocks found the way Go's encoding/pem finds them (Go 1.25 and later), because that is what
// the consumers of a Secret do. OpenSSL's reader accepts and refuses other texts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawprint::store {

struct PemBlock {
  std::string type;   ///< "CERTIFICATE", "RSA PRIVATE KEY", ...
  std::string bytes;  ///< Decoded; for a key this is the secret itself.
};

/// All blocks in order, until one search finds none. Text between blocks is skipped.
///
/// Rules: a block reaches from the last "-----BEGIN " before an END line to that END line; BEGIN
/// stands at the start of a line (or of what is still to be searched), both types are equal, the
/// END line holds nothing else, headers end at the first line without a colon, and the rest is
/// base64. What breaks a rule is skipped, and the search goes on behind that END.
std::vector<PemBlock> pem_blocks(std::string_view text);

/// Standard base64 with padding; line ends are skipped. Nothing when it is something else.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace pawprint::store
