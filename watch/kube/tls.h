// TLS settings made from PEM text with plain OpenSSL. Verification is on unless the kubeconfig says
// insecure-skip-tls-verify; host names and IP addresses are checked against the certificate's SANs.
#pragma once

#include <memory>
#include <string>

#include "engine/redacted.h"
#include "engine/result.h"

typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_st SSL;

namespace pawprint::watch::kube {

struct TlsMaterial {
  std::string ca;           ///< PEM bundle; empty: the system's authorities.
  std::string certificate;  ///< PEM of the client; empty without `key`.
  Redacted key;
  bool insecure = false;
  bool operator==(const TlsMaterial&) const = default;
};

/// Shared between threads; connections keep the one that they were opened with.
using TlsContext = std::shared_ptr<SSL_CTX>;

/// kInvalid names what is unusable (never its bytes).
Result<TlsContext> make_tls_context(const TlsMaterial& material);

/// A client session that sends `name` as SNI (unless it is an address) and requires the peer's
/// certificate to be valid for it. Caller owns it (SSL_free). Null when OpenSSL is out of memory.
SSL* make_tls_session(const TlsContext& context, const std::string& name);

/// Why the handshake failed, one line: the verification error if there is one.
std::string describe_tls_failure(const SSL* session, const std::string& fallback);

}  // namespace pawprint::watch::kube
