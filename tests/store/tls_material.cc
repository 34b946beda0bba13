#include "tests/store/tls_material.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdlib>
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
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Stream = std::unique_ptr<BIO, Freed<BIO_free>>;
using Bytes = std::unique_ptr<BIGNUM, Freed<BN_free>>;

void must(bool done) {
  if (!done) std::abort();
}

std::string text_of(BIO* stream) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(stream, &text);
  return {text, static_cast<std::size_t>(size)};
}

Key new_key(KeyKind kind) {
  switch (kind) {
    case KeyKind::kRsa:
      return Key(EVP_RSA_gen(2048));
    case KeyKind::kEcdsa:
      return Key(EVP_EC_gen("P-256"));
    case KeyKind::kEd25519:
      return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    case KeyKind::kOtherCurve:
      return Key(EVP_EC_gen("secp256k1"));
  }
  return nullptr;
}

std::string pem_of(EVP_PKEY* key) {
  const Stream out(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_PKCS8PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_of(out.get());
}

Key key_of(const std::string& pem) {
  const Stream in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Key key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
  must(key != nullptr);
  return key;
}

void add_entry(X509_NAME* name, const char* field, const char* value) {
  must(X509_NAME_add_entry_by_txt(name, field, MBSTRING_ASC,
                                  reinterpret_cast<const unsigned char*>(value), -1, -1, 0) == 1);
}

std::string certificate_of(EVP_PKEY* key, KeyKind kind) {
  const Certificate certificate(X509_new());
  X509* x = certificate.get();
  must(X509_set_version(x, 2) == 1);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  ASN1_TIME_set_string_X509(X509_getm_notBefore(x), "20250101000000Z");
  ASN1_TIME_set_string_X509(X509_getm_notAfter(x), "20350102030405Z");
  X509_NAME* name = X509_get_subject_name(x);
  add_entry(name, "O", "Shop");
  add_entry(name, "CN", "shop.example.com");
  must(X509_set_issuer_name(x, name) == 1 && X509_set_pubkey(x, key) == 1);
  X509_EXTENSION* names =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name,
                          "DNS:shop.example.com, IP:192.0.2.1, DNS:*.shop.example.com");
  must(names != nullptr && X509_add_ext(x, names, -1) == 1);
  X509_EXTENSION_free(names);
  must(X509_sign(x, key, kind == KeyKind::kEd25519 ? nullptr : EVP_sha256()) > 0);
  const Stream out(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_X509(out.get(), x) == 1);
  return text_of(out.get());
}

TlsPair fresh_pair(KeyKind kind) {
  const Key key = new_key(kind);
  must(key != nullptr);
  return {pem_of(key.get()), certificate_of(key.get(), kind)};
}

}  // namespace

TlsPair make_pair(KeyKind kind) {
  if (kind != KeyKind::kRsa) return fresh_pair(kind);
  static const TlsPair shared = fresh_pair(KeyKind::kRsa);
  return shared;
}

std::string traditional(const std::string& key) {
  const Stream out(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_PrivateKey_traditional(out.get(), key_of(key).get(), nullptr, nullptr, 0,
                                            nullptr, nullptr) == 1);
  return text_of(out.get());
}

std::string inconsistent_rsa(const std::string& key) {
  // The exponent is written as its bytes; another odd number of the same length keeps the form.
  const Key parsed = key_of(key);
  BIGNUM* number = nullptr;
  must(EVP_PKEY_get_bn_param(parsed.get(), OSSL_PKEY_PARAM_RSA_D, &number) == 1);
  const Bytes exponent(number);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(exponent.get())), '\0');
  BN_bn2bin(exponent.get(), reinterpret_cast<unsigned char*>(bytes.data()));

  unsigned char* der = nullptr;
  const int size = i2d_PrivateKey(parsed.get(), &der);
  must(size > 0);
  std::string form(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  const auto at = form.find(bytes);
  must(at != std::string::npos);
  form[at + bytes.size() / 2] = static_cast<char>(form[at + bytes.size() / 2] ^ 0x55);
  std::string text = base64(form);
  return "-----BEGIN RSA PRIVATE KEY-----\n" + text + "\n-----END RSA PRIVATE KEY-----\n";
}

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string hexadecimal(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out.push_back(kDigits[static_cast<std::uint8_t>(c) >> 4]);
    out.push_back(kDigits[static_cast<std::uint8_t>(c) & 15]);
  }
  return out;
}

}  // namespace pawprint::store
