#include "tools/manifests/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

#include "engine/model/canonical.h"

namespace pawprint::manifests {
namespace {

constexpr std::string_view kCoreTags = "tag:yaml.org,2002:";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// "true", "false" or "null" for the words that YAML 1.1 reserves; empty for all other text.
std::string_view reserved_word(std::string_view text) {
  static constexpr std::array<std::string_view, 11> kTrue{
      "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"};
  static constexpr std::array<std::string_view, 11> kFalse{
      "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};
  static constexpr std::array<std::string_view, 5> kNull{"", "~", "null", "Null", "NULL"};
  if (is_one_of(text, kTrue)) return "true";
  if (is_one_of(text, kFalse)) return "false";
  if (is_one_of(text, kNull)) return "null";
  return {};
}

bool is_not_finite(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kWords{".nan",  ".NaN",  ".NAN",  ".inf",
                                                           ".Inf",  ".INF",  "+.inf", "+.Inf",
                                                           "+.INF", "-.inf", "-.Inf", "-.INF"};
  return is_one_of(text, kWords);
}

/// An integer with an optional sign and the prefixes 0x, 0o, 0b or 0; nothing when it is none or
/// does not fit into 64 bits.
std::optional<std::string> integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char letter = static_cast<char>(text[1] | 0x20);
    base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
    text.remove_prefix(letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1);
  }
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value, base);
  if (text.empty() || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  if (negative && value > std::uint64_t{1} << 63U) return std::nullopt;
  return (negative && value != 0 ? "-" : "") + std::to_string(value);
}

/// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool is_decimal(std::string_view text) {
  std::size_t at = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  const auto digits = [&] {
    const std::size_t first = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - first;
  };
  const std::size_t whole = digits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() + whole == 0) return false;
  } else if (whole == 0) {
    return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

/// A number as Kubernetes' JSON writer prints it: no exponent between 1e-6 and 1e21.
std::optional<std::string> decimal(std::string_view text) {
  if (!is_decimal(text)) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || !std::isfinite(value)) return std::nullopt;
  const double size = std::fabs(value);
  const bool fixed = size == 0 || (size >= 1e-6 && size < 1e21);
  std::array<char, 64> printed{};
  const auto wrote =
      std::to_chars(printed.data(), printed.data() + printed.size(), value,
                    fixed ? std::chars_format::fixed : std::chars_format::scientific);
  std::string out(printed.data(), wrote.ptr);
  const std::size_t exponent = out.find("e-0");
  if (exponent != std::string::npos) out.erase(exponent + 2, 1);
  return out;
}

std::optional<std::string> number(std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (text[0] == '.') return decimal(text);
  if (!is_digit(text[0]) && text[0] != '-' && text[0] != '+') return std::nullopt;
  std::string plain(text);
  std::erase(plain, '_');
  if (auto whole = integer(plain)) return whole;
  return decimal(plain);
}

Error misfit(std::string_view tag) {
  return Error{ErrorCode::kInvalid, "the value does not fit its tag !!" + std::string(tag)};
}

std::string quoted(std::string_view text) {
  std::string out;
  model::append_json_string(out, text);
  return out;
}

Result<std::string> plain_to_json(std::string_view text) {
  if (const auto word = reserved_word(text); !word.empty()) return std::string(word);
  if (is_not_finite(text)) {
    return fail(ErrorCode::kInvalid, "JSON has no infinite numbers and no NaN");
  }
  if (auto value = number(text)) return *value;
  return quoted(text);
}

Result<std::string> tagged_to_json(std::string_view text, std::string_view type) {
  if (type == "str" || type == "timestamp") return quoted(text);
  if (type == "binary") {
    return fail(ErrorCode::kInvalid, "!!binary is not supported; Secrets hold base64 text in data");
  }
  auto value = plain_to_json(text);
  if (!value) return value;
  const bool boolean = *value == "true" || *value == "false";
  const bool null = *value == "null";
  const bool numeric = !boolean && !null && value->front() != '"';
  if ((type == "bool" && !boolean) || (type == "null" && !null) || (type == "float" && !numeric) ||
      (type == "int" && (!numeric || value->find_first_of(".e") != std::string::npos))) {
    return tl::unexpected<Error>(misfit(type));
  }
  return value;
}

}  // namespace

Result<std::string> scalar_to_json(std::string_view text, std::string_view tag) {
  if (tag == "?" || tag.empty()) return plain_to_json(text);
  if (!tag.starts_with(kCoreTags)) return quoted(text);
  return tagged_to_json(text, tag.substr(kCoreTags.size()));
}

Result<std::string> scalar_to_name(std::string_view text, std::string_view tag) {
  auto value = scalar_to_json(text, tag);
  if (!value) return value;
  if (*value == "null") return fail(ErrorCode::kInvalid, "null is not a member name");
  return value->front() == '"' ? std::string(text) : *value;
}

}  // namespace pawprint::manifests
