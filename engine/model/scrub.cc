#include "engine/model/scrub.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "engine/record/json_depth.h"

namespace pawprint::model {
namespace {

using Json = nlohmann::json;
using Text = re2::StringPiece;

constexpr int kMaxDepth = 64;  ///< Of a manifest within an annotation.

/// One word that is enough.
constexpr std::array<std::string_view, 23> kTelling{
    "authorization", "auth",      "cookie",     "cookies",      "token",      "tokens",
    "password",      "passwd",    "pwd",        "passphrase",   "passcode",   "secret",
    "secrets",       "apikey",    "credential", "credentials",  "jwt",        "bearer",
    "privatekey",    "accesskey", "authtoken",  "clientsecret", "accesstoken"};
/// Before the word "key".
constexpr std::array<std::string_view, 8> kOfKey{"api",    "access", "private", "client",
                                                 "secret", "auth",   "signing", "encryption"};
/// Last word of a name of what only refers to a credential, or describes it.
constexpr std::array<std::string_view, 17> kReferring{
    "name", "names", "namespace", "namespaces", "ref",  "refs",    "file", "path",  "kind",
    "type", "url",   "uri",       "class",      "mode", "version", "id",   "expiry"};
/// Members of Kuma's data sources that hold the bytes themselves.
constexpr std::array<std::string_view, 2> kInline{"inline", "inlineString"};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& known, std::string_view word) {
  return std::find(known.begin(), known.end(), word) != known.end();
}

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_upper(c) || is_digit(c) || (c >= 'a' && c <= 'z'); }
char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

/// "X-ClientSecret" -> x, client, secret.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool begins = is_upper(name[i]) && i > 0 && !is_upper(name[i - 1]);
    if ((begins || !is_word(name[i])) && !words.back().empty()) words.emplace_back();
    if (is_word(name[i])) words.back().push_back(lower(name[i]));
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

void replace_all(std::string& text, const RE2& pattern, std::string_view before) {
  RE2::GlobalReplace(&text, pattern, std::string(before) + std::string(kScrubbed));
}

void scrub_keys(std::string& text) {
  static const RE2 pem(
      R"re((?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$))re");
  // The same in base64, as a Secret's data holds it: RSA, EC, PKCS#8, ENCRYPTED, DSA, OPENSSH.
  static const RE2 encoded(
      R"re(LS0tLS1CRUdJTi(?:BSU0EgU|BFQyBQU|BQUklWQVRF|BFTkNSWVBURUQg|BEU0EgU|BPUEVOU1NI)[A-Za-z0-9+/]*={0,2})re");
  static const RE2 jwt(R"re(\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)re");
  if (has(text, "-----BEGIN ")) replace_all(text, pem, "");
  if (has(text, "LS0tLS1CRUdJTi")) replace_all(text, encoded, "");
  if (has(text, "eyJ")) replace_all(text, jwt, "");
}

void scrub_urls(std::string& text) {
  static const RE2 password(R"re(([A-Za-z][A-Za-z0-9+.-]*://)[^\s"'<>/@]*:[^\s"'<>@]*@)re");
  static const RE2 user(R"re(([A-Za-z][A-Za-z0-9+.-]*://)[^\s"'<>/@:\[]+@)re");
  if (!has(text, "://") || !has(text, "@")) return;
  RE2::GlobalReplace(&text, password, "\\1" + std::string(kScrubbed) + "@");
  RE2::GlobalReplace(&text, user, "\\1" + std::string(kScrubbed) + "@");
}

/// `text` with the parts that `next` finds replaced. `next(at)` says where the next one behind `at`
/// is, null at the end.
template <class Next>
std::string without(const std::string& text, const Next& next) {
  std::string out;
  std::size_t copied = 0;
  for (Text gone = next(0); gone.data() != nullptr; gone = next(copied)) {
    const auto from = static_cast<std::size_t>(gone.data() - text.data());
    out.append(text, copied, from - copied);
    out += kScrubbed;
    copied = from + gone.size();
  }
  out.append(text, copied);
  return out;
}

std::size_t end_of(const Text& part, const std::string& text) {
  return static_cast<std::size_t>(part.data() + part.size() - text.data());
}

/// "Bearer abc1"; words of plain language ("basic authentication") stay.
std::string without_schemes(const std::string& text) {
  static const RE2 pattern(R"re((?i)\b(?:bearer|basic)\s+([A-Za-z0-9._~+/=-]{6,}))re");
  return without(text, [&](std::size_t at) {
    std::array<Text, 2> match;
    for (; pattern.Match(text, at, text.size(), RE2::UNANCHORED, match.data(), 2);
         at = end_of(match[0], text)) {
      const bool plain = std::all_of(match[1].begin(), match[1].end(),
                                     [](char c) { return c >= 'a' && c <= 'z'; });
      if (!plain) return match[1];
    }
    return Text();
  });
}

/// A header goes to the end of its line or of the quotes around it.
std::string without_headers(const std::string& text) {
  static const RE2 pattern(
      R"re((?i)\b(?:(?:proxy-)?authorization|(?:set-)?cookie)\s*:\s*([^\s"'\[\\][^\r\n"\\]*))re");
  return without(text, [&](std::size_t at) {
    std::array<Text, 2> match;
    pattern.Match(text, at, text.size(), RE2::UNANCHORED, match.data(), 2);
    return match[1];
  });
}

/// Of `name=value`, `name: value`, `"name": "value"` (the last also with its quotes escaped) the
/// value, which begins at `at`. Without quotes it goes to the next blank: what would end it may be
/// part of it.
Text assigned(const std::string& text, std::size_t at) {
  static const RE2 pattern(
      R"re("((?:[^"\\]|\\.)+)|\\+"((?:[^"\\]|\\+[^"\\])+)|'([^']+)|([^\s"'\\]+))re");
  std::array<Text, 5> match;
  if (!pattern.Match(text, at, text.size(), RE2::ANCHOR_START, match.data(), 5)) return {};
  return *std::find_if(match.begin() + 1, match.end(),
                       [](const Text& each) { return each.data() != nullptr; });
}

/// The name is found first and the value only behind one that counts: values may go to the end of
/// the text, and to look at each would cost the square of its length.
std::string without_assignments(const std::string& text) {
  static const RE2 pattern(R"re(([A-Za-z][A-Za-z0-9_.-]*)(\\*["']?\s*[:=]\s*))re");
  return without(text, [&](std::size_t at) {
    std::array<Text, 3> match;
    while (pattern.Match(text, at, text.size(), RE2::UNANCHORED, match.data(), 3)) {
      at = end_of(match[0], text);
      const std::string_view name(match[1].data(), match[1].size());
      const std::string_view joint(match[2].data(), match[2].size());
      // "list of Secret: Forbidden" is about the kind.
      const bool kind = (name == "Secret" || name == "Secrets" || name == "secrets") &&
                        !has(joint, "=") && !has(joint, "\"");
      const bool scheme = text.compare(at, 2, "//") == 0;
      if (kind || scheme || !names_credential(name)) continue;
      const Text value = assigned(text, at);
      if (value.data() == nullptr) continue;
      if (std::string_view(value.data(), value.size()) != kScrubbed) return value;
      at = end_of(value, text);
    }
    return Text();
  });
}

bool is_text(const Json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string();
}

/// An annotation with a whole manifest in it, as text.
bool scrub_manifest(std::string& text) {
  if (!text.starts_with('{') || record::nested_deeper(text, kMaxDepth)) return false;
  Json manifest = Json::parse(text, nullptr, false);
  if (manifest.is_discarded()) return false;
  const Json before = manifest;
  scrub(manifest);
  if (manifest != before) text = manifest.dump(-1, ' ', false, Json::error_handler_t::replace);
  return true;
}

void scrub_annotations(Json& annotations) {
  for (auto& [name, value] : annotations.items()) {
    if (!value.is_string()) continue;
    auto& text = value.get_ref<std::string&>();
    const std::string_view last = std::string_view(name).substr(name.find('/') + 1);
    if (names_credential(last)) text = kScrubbed;
    else if (!scrub_manifest(text)) text = scrub_text(text);
  }
}

/// `bytes_of_key`: whether the member that leads here is called like a credential.
void scrub_value(Json& value, bool bytes_of_key) {
  if (value.is_string()) {
    auto& text = value.get_ref<std::string&>();
    text = scrub_text(text);
    return;
  }
  if (value.is_array()) {
    for (Json& each : value) scrub_value(each, bytes_of_key);
    return;
  }
  if (!value.is_object()) return;
  const bool named = is_text(value, "name") && is_text(value, "value") &&
                     names_credential(value["name"].get_ref<const std::string&>());
  for (auto& [name, each] : value.items()) {
    const bool bytes = (bytes_of_key && among(kInline, name)) || (named && name == "value");
    if (bytes && each.is_string()) each = kScrubbed;
    else if (name == "annotations" && each.is_object()) scrub_annotations(each);
    else scrub_value(each, names_credential(name));
  }
}

}  // namespace

bool names_credential(std::string_view name) {
  const std::vector<std::string> words = words_of(name);
  if (words.empty() || among(kReferring, words.back())) return false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (among(kTelling, words[i])) return true;
    if (i > 0 && (words[i] == "key" || words[i] == "keys") && among(kOfKey, words[i - 1])) {
      return true;
    }
  }
  return false;
}

std::string scrub_text(std::string_view text) {
  std::string out(text);
  scrub_keys(out);
  scrub_urls(out);
  const bool spaced = has(out, " ") || has(out, "\t");
  if (spaced) out = without_schemes(out);
  if (has(out, ":")) out = without_headers(out);
  if (has(out, ":") || has(out, "=")) out = without_assignments(out);
  return out;
}

void scrub(Json& value) { scrub_value(value, false); }

}  // namespace pawprint::model
