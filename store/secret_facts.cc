#include "store/secret_facts.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/record/digest.h"
#include "engine/record/json_depth.h"
#include "store/pem_blocks.h"
#include "store/secret_metadata.h"
#include "store/tls_facts.h"

namespace pawprint::store {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 64;

/// As API servers allow them; anything else may be a value in the wrong place.
bool is_data_key(std::string_view key) {
  constexpr std::size_t kLongest = 253;
  return !key.empty() && key.size() <= kLongest && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

/// The values of a Secret, by key. Wiped when it goes.
class Payload {
 public:
  Payload() = default;
  ~Payload() {
    for (auto& [key, value] : values_) OPENSSL_cleanse(value.data(), value.size());
  }
  Payload(const Payload&) = delete;
  Payload& operator=(const Payload&) = delete;

  /// False when `data` or `stringData` is not what a Secret has there. stringData wins.
  bool read(const Json& object) {
    return each(object, "data",
                [&](const std::string& key, const std::string& text) {
                  auto bytes = decode_base64(text);
                  if (!bytes) return false;
                  values_[key] = std::move(*bytes);
                  return true;
                }) &&
           each(object, "stringData", [&](const std::string& key, const std::string& text) {
             values_[key] = text;
             return true;
           });
  }

  [[nodiscard]] const std::map<std::string, std::string>& values() const { return values_; }
  [[nodiscard]] const std::string* find(const std::string& key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? nullptr : &found->second;
  }

 private:
  using Take = std::function<bool(const std::string& key, const std::string& text)>;

  static bool each(const Json& object, const char* member, const Take& take) {
    const auto found = object.find(member);
    if (found == object.end() || found->is_null()) return true;
    if (!found->is_object()) return false;
    for (const auto& [key, value] : found->items()) {
      if (!is_data_key(key)) return false;
      // The API server writes an empty value as null.
      if (!value.is_string() && !value.is_null()) return false;
      if (!take(key, value.is_null() ? std::string() : value.get_ref<const std::string&>())) {
        return false;
      }
    }
    return true;
  }

  std::map<std::string, std::string> values_;
};

/// The types that PEM has; of another only what rules ask, because a value may be spelled there.
std::string public_block_type(const std::string& type) {
  constexpr std::array<std::string_view, 14> kTypes{"CERTIFICATE",         "X509 CERTIFICATE",
                                                    "TRUSTED CERTIFICATE", "PRIVATE KEY",
                                                    "RSA PRIVATE KEY",     "EC PRIVATE KEY",
                                                    "DSA PRIVATE KEY",     "ENCRYPTED PRIVATE KEY",
                                                    "OPENSSH PRIVATE KEY", "CERTIFICATE REQUEST",
                                                    "PUBLIC KEY",          "EC PARAMETERS",
                                                    "DH PARAMETERS",       "X509 CRL"};
  if (std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end()) return type;
  if (type.ends_with("PRIVATE KEY")) return "OTHER PRIVATE KEY";
  return type.ends_with("CERTIFICATE") ? "OTHER CERTIFICATE" : "OTHER";
}

Json bundle_facts(std::string_view bundle, const DigestKey& key) {
  Json list = Json::array();
  for (PemBlock& block : pem_blocks(bundle)) {
    Json facts{{"type", public_block_type(block.type)}};
    if (block.type.ends_with("PRIVATE KEY")) facts["key"] = private_key_kind(block.bytes);
    OPENSSL_cleanse(block.bytes.data(), block.bytes.size());
    list.push_back(std::move(facts));
  }
  return Json{{"digest", secret_digest(bundle, key)}, {"blocks", std::move(list)}};
}

/// The decoded bytes of the first block whose type ends in `suffix`; empty when there is none.
std::string first_block(std::string_view text, std::string_view suffix) {
  std::string found;
  for (PemBlock& block : pem_blocks(text)) {
    if (found.empty() && block.type.ends_with(suffix)) found = block.bytes;
    OPENSSL_cleanse(block.bytes.data(), block.bytes.size());
  }
  return found;
}

Json tls_facts(const std::string& key_text, const std::string& certificate_text,
               const DigestKey& key) {
  std::string bundle = key_text + certificate_text;
  Json facts{{"glued", bundle_facts(bundle, key)}};
  OPENSSL_cleanse(bundle.data(), bundle.size());
  bundle = key_text;
  if (!bundle.ends_with('\n')) bundle += '\n';
  bundle += certificate_text;
  facts["joined"] = bundle_facts(bundle, key);
  OPENSSL_cleanse(bundle.data(), bundle.size());

  std::string private_key = first_block(key_text, "PRIVATE KEY");
  const auto certificate =
      certificate_facts(first_block(certificate_text, "CERTIFICATE"), private_key);
  OPENSSL_cleanse(private_key.data(), private_key.size());
  if (!certificate) return facts;
  facts["certificate"] = Json{{"subject", certificate->subject},
                              {"dnsNames", certificate->dns_names},
                              {"notAfter", certificate->not_after},
                              {"keyType", certificate->key_type},
                              {"matchesKey", certificate->matches_key}};
  return facts;
}

std::string text_member(const Json& object, const char* member, const char* otherwise) {
  const auto found = object.find(member);
  if (found == object.end() || !found->is_string()) return otherwise;
  return found->get<std::string>();
}

/// Anybody may choose a type; one that spells a value is not kept.
std::string public_type(const Json& object, const std::map<std::string, std::string>& values) {
  const std::string type = text_member(object, "type", "Opaque");
  return spells_any(type, values) ? "other" : type;
}

}  // namespace

std::string secret_digest(std::string_view bytes, const DigestKey& key) {
  const std::string& bytes_of_key = key.key.reveal();
  if (bytes_of_key.empty()) return "sha256:" + record::hex(record::sha256(bytes));
  record::Hash hash{};
  unsigned int size = 0;
  const auto* made =
      HMAC(EVP_sha256(), bytes_of_key.data(), static_cast<int>(bytes_of_key.size()),
           reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash.data(), &size);
  PAWPRINT_CHECK(made != nullptr && size == hash.size());
  return "hmac:" + record::hex(hash);
}

Result<std::string> secret_facts(std::string_view object, const DigestKey& key) {
  if (record::nested_deeper(object, kMaxDepth))
    return fail(ErrorCode::kInvalid, "a Secret is nested too deeply");
  const Json document = Json::parse(object, nullptr, false);
  if (document.is_discarded() || !document.is_object()) {
    return fail(ErrorCode::kInvalid, "a Secret is not a JSON object");
  }
  Payload payload;
  if (!payload.read(document)) {
    return fail(ErrorCode::kInvalid,
                "a Secret has data that is not base64, stringData that is not text, or a key that "
                "is none");
  }
  Json digests = Json::object();
  for (const auto& [name, value] : payload.values()) digests[name] = secret_digest(value, key);
  Json facts{{"data", std::move(digests)}};
  const std::string* tls_key = payload.find("tls.key");
  const std::string* certificate = payload.find("tls.crt");
  if (tls_key != nullptr && certificate != nullptr) {
    facts["tls"] = tls_facts(*tls_key, *certificate, key);
  }
  const Json result{{"apiVersion", text_member(document, "apiVersion", "v1")},
                    {"kind", text_member(document, "kind", "Secret")},
                    {"metadata", secret_metadata(document, payload.values(), key)},
                    {"type", public_type(document, payload.values())},
                    {"facts", std::move(facts)}};
  // Names in a certificate need not be UTF-8; such bytes become U+FFFD.
  return result.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace pawprint::store
