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
#include "store/tls_facts.h"

namespace pawprint::store {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 64;
/// Shorter values are looked for in annotations only as a whole; they would be found anywhere.
constexpr std::size_t kTellingBytes = 6;
constexpr std::size_t kTellingLine = 16;
/// Annotations in which tools keep the manifest that they applied, data included.
constexpr std::array<std::string_view, 6> kManifestAnnotations{
    "kubectl.kubernetes.io/last-applied-configuration",
    "kapp.k14s.io/original",
    "objectset.rio.cattle.io/applied",
    "config.kubernetes.io/previous",
    "banzaicloud.com/last-applied",
    "argocd.argoproj.io/last-applied"};

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

std::string encode_base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

/// Whether `text` holds `value`: as a whole, encoded, or one of its longer lines (a manifest
/// indents them).
bool holds(const std::string& text, const std::string& value) {
  if (value.empty()) return false;
  const std::string encoded = encode_base64(value);
  if (value.size() < kTellingBytes) return text == value || text == encoded;
  if (text.find(value) != std::string::npos || text.find(encoded) != std::string::npos) return true;
  for (std::size_t at = 0; at < value.size();) {
    const auto end = std::min(value.find('\n', at), value.size());
    const std::string_view line = std::string_view(value).substr(at, end - at);
    if (line.size() >= kTellingLine && text.find(line) != std::string::npos) return true;
    at = end + 1;
  }
  return false;
}

/// Whether an annotation gives away what the Secret holds: a whole manifest, or one of the values.
bool gives_away(const std::string& name, const std::string& text, const Payload& payload) {
  const bool manifest = std::find(kManifestAnnotations.begin(), kManifestAnnotations.end(), name) !=
                            kManifestAnnotations.end() ||
                        name.find("last-applied") != std::string::npos ||
                        text.find("\"data\"") != std::string::npos ||
                        text.find("\"stringData\"") != std::string::npos;
  const auto& values = payload.values();
  return manifest || std::any_of(values.begin(), values.end(),
                                 [&](const auto& entry) { return holds(text, entry.second); });
}

Json public_metadata(const Json& object, const Payload& payload) {
  const auto found = object.find("metadata");
  if (found == object.end() || !found->is_object()) return Json::object();
  Json metadata = *found;
  const auto annotations = metadata.find("annotations");
  if (annotations == metadata.end() || !annotations->is_object()) return metadata;
  Json kept = Json::object();
  for (const auto& [name, value] : annotations->items()) {
    const bool is_text = value.is_string();
    if (is_text && gives_away(name, value.get_ref<const std::string&>(), payload)) continue;
    if (is_text) kept[name] = value;
  }
  if (kept.empty()) metadata.erase("annotations");
  else *annotations = std::move(kept);
  return metadata;
}

Json bundle_facts(std::string_view bundle, const DigestKey& key) {
  Json list = Json::array();
  for (PemBlock& block : pem_blocks(bundle)) {
    Json facts{{"type", block.type}};
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

}  // namespace

std::string secret_digest(std::string_view bytes, const DigestKey& key) {
  if (key.key.empty()) return "sha256:" + record::hex(record::sha256(bytes));
  record::Hash hash{};
  unsigned int size = 0;
  const auto* made =
      HMAC(EVP_sha256(), key.key.data(), static_cast<int>(key.key.size()),
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
                "a Secret has data that is not base64 or stringData that is not text");
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
                    {"metadata", public_metadata(document, payload)},
                    {"type", text_member(document, "type", "Opaque")},
                    {"facts", std::move(facts)}};
  // Names in a certificate need not be UTF-8; such bytes become U+FFFD.
  return result.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace pawprint::store
