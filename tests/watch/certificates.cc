#include "tests/watch/certificates.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "engine/result.h"

namespace pawprint::watch::tests {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

constexpr long kDay = 24L * 3600;

std::string drain(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

Key make_key() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

std::string to_pem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  PAWPRINT_CHECK(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) ==
                 1);
  return drain(bio.get());
}

std::string to_pem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  PAWPRINT_CHECK(PEM_write_bio_X509(bio.get(), certificate) == 1);
  return drain(bio.get());
}

Key read_key(const std::string& pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  return {PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free};
}

Certificate read_certificate(const std::string& pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  return {PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free};
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  PAWPRINT_CHECK(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

Certificate blank(EVP_PKEY* key, const std::string& name, int days, long serial) {
  Certificate certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -10 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * kDay);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

}  // namespace

Identity make_authority(const std::string& name) {
  const Key key = make_key();
  const Certificate certificate = blank(key.get(), name, 1, 1);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  PAWPRINT_CHECK(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  return {to_pem(certificate.get()), to_pem(key.get())};
}

Identity make_certificate(const Identity& authority, const std::vector<std::string>& names,
                          int days) {
  const Key key = make_key(), signer = read_key(authority.key);
  const Certificate issuer = read_certificate(authority.certificate);
  const Certificate certificate = blank(key.get(), "leaf", days, 2);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
  std::string sans;
  for (const auto& name : names) sans += (sans.empty() ? "" : ",") + name;
  if (!sans.empty()) add_extension(certificate.get(), NID_subject_alt_name, sans);
  PAWPRINT_CHECK(X509_sign(certificate.get(), signer.get(), EVP_sha256()) > 0);
  return {to_pem(certificate.get()), to_pem(key.get())};
}

}  // namespace pawprint::watch::tests
