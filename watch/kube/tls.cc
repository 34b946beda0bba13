#include "watch/kube/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace pawprint::watch::kube {
namespace {

template <class T, void (*Free)(T*)>
struct Freed {
  void operator()(T* value) const { Free(value); }
};
using Certificate = std::unique_ptr<X509, Freed<X509, X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
struct BioFree {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, BioFree>;

Bio reading(const std::string& text) {
  return Bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

/// OpenSSL would ask the terminal for a passphrase; a daemon must not.
int no_passphrase(char*, int, int, void*) { return 0; }

bool add_authorities(SSL_CTX* context, const std::string& pem) {
  const Bio bio = reading(pem);
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  int added = 0;
  while (true) {
    const Certificate one{PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)};
    if (!one) break;
    if (X509_STORE_add_cert(store, one.get()) != 1) return false;
    ++added;
  }
  ERR_clear_error();  // The end of the bundle is reported as an error.
  return added > 0;
}

bool use_chain(SSL_CTX* context, const std::string& pem) {
  const Bio bio = reading(pem);
  const Certificate leaf{PEM_read_bio_X509_AUX(bio.get(), nullptr, no_passphrase, nullptr)};
  if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1) return false;
  while (true) {
    Certificate next{PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)};
    if (!next) break;
    if (SSL_CTX_add0_chain_cert(context, next.get()) != 1) return false;
    static_cast<void>(next.release());  // The context owns it now.
  }
  ERR_clear_error();
  return true;
}

PrivateKey read_key(const std::string& pem) {
  const Bio bio = reading(pem);
  return PrivateKey{PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr)};
}

bool is_address(const std::string& name) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, name.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

Result<void> fill(SSL_CTX* context, const TlsMaterial& material) {
  const auto refuse = [](const char* what) {
    ERR_clear_error();
    return fail(ErrorCode::kInvalid, what);
  };
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  if (material.insecure) {
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  } else {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (material.ca.empty()) {
      SSL_CTX_set_default_verify_paths(context);
    } else if (!add_authorities(context, material.ca)) {
      return refuse("certificate-authority holds no usable PEM certificate");
    }
    // A CA file may hold the server's own certificate and nothing above it.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  }
  if (material.certificate.empty()) return {};
  if (!use_chain(context, material.certificate))
    return refuse("client-certificate is not usable PEM");
  const PrivateKey key = read_key(material.key.reveal());
  if (!key) return refuse("client-key is not usable PEM");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    return refuse("client-key does not belong to client-certificate");
  }
  return {};
}

}  // namespace

Result<TlsContext> make_tls_context(const TlsMaterial& material) {
  TlsContext context{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
  if (!context) return fail(ErrorCode::kInternal, "OpenSSL has no memory for a TLS context");
  if (auto filled = fill(context.get(), material); !filled) return tl::unexpected(filled.error());
  return context;
}

SSL* make_tls_session(const TlsContext& context, const std::string& name) {
  SSL* session = SSL_new(context.get());
  if (session == nullptr) return nullptr;
  X509_VERIFY_PARAM* rules = SSL_get0_param(session);
  bool ok = false;
  if (is_address(name)) {
    ok = X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str()) == 1;
  } else {
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    ok = X509_VERIFY_PARAM_set1_host(rules, name.c_str(), name.size()) == 1 &&
         SSL_set_tlsext_host_name(session, name.c_str()) == 1;
  }
  if (!ok) {
    SSL_free(session);
    return nullptr;
  }
  return session;
}

std::string describe_tls_failure(const SSL* session, const std::string& fallback) {
  const long verdict = session == nullptr ? X509_V_OK : SSL_get_verify_result(session);
  ERR_clear_error();
  if (verdict == X509_V_OK) return "TLS handshake failed: " + fallback;
  return std::string("certificate verify failed: ") + X509_verify_cert_error_string(verdict);
}

}  // namespace pawprint::watch::kube
