#include "store/tls_facts.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <memory>

namespace pawprint::store {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* value) const {
    Free(value);
  }
};
void free_names(GENERAL_NAMES* names) { GENERAL_NAMES_free(names); }

using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_clear_free>>;
using Scratch = std::unique_ptr<BN_CTX, Freed<BN_CTX_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freed<free_names>>;
using Output = std::unique_ptr<BIO, Freed<BIO_free>>;

/// OpenSSL keeps failures in a queue of the thread; ours are values.
struct QuietErrors {
  QuietErrors() { ERR_set_mark(); }
  ~QuietErrors() { ERR_pop_to_mark(); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
};

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Key parse_key(std::string_view der) {
  const unsigned char* at = bytes(der);
  return Key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
}

Number parameter(const EVP_PKEY* key, const char* name) {
  BIGNUM* value = nullptr;
  EVP_PKEY_get_bn_param(key, name, &value);
  return Number(value);
}

/// Whether the numbers of an RSA key belong together: n = p q, and e d = 1 modulo p-1 and q-1.
/// Parsing alone would let any numbers pass, and a server refuses such a key.
bool consistent_rsa(const EVP_PKEY* key) {
  const Number n = parameter(key, OSSL_PKEY_PARAM_RSA_N);
  const Number e = parameter(key, OSSL_PKEY_PARAM_RSA_E);
  const Number d = parameter(key, OSSL_PKEY_PARAM_RSA_D);
  const Number p = parameter(key, OSSL_PKEY_PARAM_RSA_FACTOR1);
  const Number q = parameter(key, OSSL_PKEY_PARAM_RSA_FACTOR2);
  const Scratch scratch(BN_CTX_secure_new());
  const Number product(BN_secure_new());
  if (!n || !e || !d || !p || !q || !scratch || !product) return false;
  // With a third factor the product of two is not n; OpenSSL checks those when it parses them.
  const bool two_factors = parameter(key, OSSL_PKEY_PARAM_RSA_FACTOR3) == nullptr;
  if (BN_mul(product.get(), p.get(), q.get(), scratch.get()) != 1) return false;
  if (two_factors && BN_cmp(product.get(), n.get()) != 0) return false;
  for (const Number* factor : {&p, &q}) {
    if (BN_is_zero(factor->get()) || BN_sub_word(factor->get(), 1) != 1) return false;
    if (BN_is_zero(factor->get())) return false;
    if (BN_mod_mul(product.get(), e.get(), d.get(), factor->get(), scratch.get()) != 1)
      return false;
    if (!BN_is_one(product.get())) return false;
  }
  return true;
}

bool nist_curve(const EVP_PKEY* key) {
  constexpr std::array<std::string_view, 4> kCurves{"secp224r1", "prime256v1", "secp384r1",
                                                    "secp521r1"};
  std::array<char, 64> group{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) != 1) return false;
  return std::find(kCurves.begin(), kCurves.end(), std::string_view(group.data(), size)) !=
         kCurves.end();
}

std::string kind_of(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      return "rsa";
    case EVP_PKEY_EC:
      return nist_curve(key) ? "ecdsa" : "other";
    case EVP_PKEY_ED25519:
      return "ed25519";
    default:
      return "other";
  }
}

std::string subject_of(const X509* certificate) {
  const Output out(BIO_new(BIO_s_mem()));
  if (!out) return "";
  X509_NAME_print_ex(out.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

std::vector<std::string> dns_names_of(const X509* certificate) {
  std::vector<std::string> found;
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (!names) return found;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* entry = sk_GENERAL_NAME_value(names.get(), i);
    if (entry->type != GEN_DNS) continue;
    const ASN1_IA5STRING* text = entry->d.dNSName;
    found.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                       static_cast<std::size_t>(ASN1_STRING_length(text)));
  }
  return found;
}

std::string rfc3339(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "";
  std::array<char, 40> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02dZ",
                                 parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                                 parts.tm_hour, parts.tm_min, parts.tm_sec);
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace

std::string private_key_kind(std::string_view der) {
  const QuietErrors quiet;
  const Key key = parse_key(der);
  if (!key) return "invalid";
  const std::string kind = kind_of(key.get());
  return kind == "rsa" && !consistent_rsa(key.get()) ? "invalid" : kind;
}

std::optional<CertificateFacts> certificate_facts(std::string_view certificate,
                                                  std::string_view key) {
  const QuietErrors quiet;
  const unsigned char* at = bytes(certificate);
  const Certificate parsed(d2i_X509(nullptr, &at, static_cast<long>(certificate.size())));
  if (!parsed) return std::nullopt;
  CertificateFacts facts;
  facts.subject = subject_of(parsed.get());
  facts.dns_names = dns_names_of(parsed.get());
  facts.not_after = rfc3339(X509_get0_notAfter(parsed.get()));
  const EVP_PKEY* public_key = X509_get0_pubkey(parsed.get());
  facts.key_type = public_key == nullptr ? "invalid" : kind_of(public_key);
  const Key private_key = parse_key(key);
  facts.matches_key = private_key && X509_check_private_key(parsed.get(), private_key.get()) == 1;
  return facts;
}

}  // namespace pawprint::store
