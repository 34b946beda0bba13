#include "store/secret_metadata.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace pawprint::store {
namespace {

using Json = nlohmann::json;
using Values = std::map<std::string, std::string>;

/// Shorter values are plain words too often: "default" is also the name of a mesh.
constexpr std::size_t kTellingBytes = 8;
constexpr std::size_t kTellingLine = 16;
constexpr std::array<std::string_view, 10> kKept{"name",
                                                 "namespace",
                                                 "uid",
                                                 "resourceVersion",
                                                 "generation",
                                                 "creationTimestamp",
                                                 "deletionTimestamp",
                                                 "deletionGracePeriodSeconds",
                                                 "finalizers",
                                                 "ownerReferences"};
constexpr std::array<std::string_view, 7> kOfManagedFields{
    "manager", "operation", "apiVersion", "time", "fieldsType", "subresource", "fieldsV1"};
/// Whose labels rules and the plan read.
constexpr std::array<std::string_view, 4> kReadLabels{
    "kuma.io/", "pawprint.dev/", "gateways.kuma.io/", "gateway.networking.k8s.io/"};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& known, std::string_view name) {
  return std::find(known.begin(), known.end(), name) != known.end();
}

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string hexadecimal(std::string_view bytes, const char* digits) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

std::string percent(std::string_view bytes) {
  constexpr const char* kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : bytes) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) out += c;
    else out += '%' + hexadecimal({&c, 1}, kDigits);
  }
  return out;
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool spells(std::string_view text, const std::string& value) {
  if (value.size() < kTellingBytes) return false;
  // A long value is not even encoded for a short text.
  if (text.size() >= value.size() &&
      (has(text, value) || has(text, base64(value)) || has(text, percent(value)) ||
       has(text, hexadecimal(value, "0123456789abcdef")) ||
       has(text, hexadecimal(value, "0123456789ABCDEF")))) {
    return true;
  }
  for (std::size_t at = 0; at < value.size();) {
    const auto end = std::min(value.find('\n', at), value.size());
    const std::string_view line = std::string_view(value).substr(at, end - at);
    if (line.size() >= kTellingLine && has(text, line)) return true;
    at = end + 1;
  }
  return false;
}

/// `value` with every text that spells one of `values` turned into its digest.
Json without(const Json& value, const Values& values, const DigestKey& key) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    return spells_any(text, values) ? Json(secret_digest(text, key)) : value;
  }
  if (!value.is_structured()) return value;
  Json out = value;
  for (auto& each : out) each = without(each, values, key);
  return out;
}

Json public_labels(const Json& labels, const Values& values, const DigestKey& key) {
  Json out = Json::object();
  for (const auto& [name, value] : labels.items()) {
    if (!value.is_string() || spells_any(name, values)) continue;
    const auto& text = value.get_ref<const std::string&>();
    const bool read = std::any_of(kReadLabels.begin(), kReadLabels.end(),
                                  [&](std::string_view each) { return name.starts_with(each); });
    out[name] = read && !spells_any(text, values) ? text : secret_digest(text, key);
  }
  return out;
}

/// Names of fields and of list entries; an element of a set ("v:...") is a value.
Json public_fields(const Json& fields, const Values& values) {
  Json out = Json::object();
  if (!fields.is_object()) return out;
  for (const auto& [name, inner] : fields.items()) {
    const bool kept = name == "." || name.starts_with("f:") || name.starts_with("k:");
    if (kept && !spells_any(name, values)) out[name] = public_fields(inner, values);
  }
  return out;
}

Json public_managed_fields(const Json& entries, const Values& values, const DigestKey& key) {
  Json out = Json::array();
  for (const Json& entry : entries) {
    if (!entry.is_object()) continue;
    Json kept = Json::object();
    for (const auto& [name, value] : entry.items()) {
      if (!among(kOfManagedFields, name)) continue;
      kept[name] = name == "fieldsV1" ? public_fields(value, values) : without(value, values, key);
    }
    out.push_back(std::move(kept));
  }
  return out;
}

}  // namespace

bool spells_any(std::string_view text, const Values& values) {
  return std::any_of(values.begin(), values.end(),
                     [&](const auto& entry) { return spells(text, entry.second); });
}

Json secret_metadata(const Json& object, const Values& values, const DigestKey& key) {
  Json out = Json::object();
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object()) return out;
  for (const auto& [name, value] : metadata->items()) {
    if (name == "labels" && value.is_object()) out[name] = public_labels(value, values, key);
    else if (name == "managedFields" && value.is_array())
      out[name] = public_managed_fields(value, values, key);
    else if (among(kKept, name))
      out[name] = name == "name" || name == "namespace" ? value : without(value, values, key);
  }
  return out;
}

}  // namespace pawprint::store
