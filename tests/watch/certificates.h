// Keys and certificates made on the spot, so that no test depends on files or on today's date.
#pragma once

#include <string>
#include <vector>

namespace pawprint::watch::tests {

struct Identity {
  std::string certificate, key;  ///< PEM.
};

/// A self-signed authority.
Identity make_authority(const std::string& name);
/// A certificate signed by `authority` with the SANs given as OpenSSL writes them ("IP:127.0.0.1",
/// "DNS:example.test"). `days` negative: already expired.
Identity make_certificate(const Identity& authority, const std::vector<std::string>& names,
                          int days = 1);

}  // namespace pawprint::watch::tests
