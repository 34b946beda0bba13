#include "engine/model/json_number.h"

#include <array>
#include <charconv>
#include <string>

namespace pawprint::model {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Digits of the mantissa without leading and trailing zeros; empty for zero.
std::string significant_digits(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c == 'e' || c == 'E') break;
    if (is_digit(c) && !(digits.empty() && c == '0')) digits.push_back(c);
  }
  while (!digits.empty() && digits.back() == '0') digits.pop_back();
  return digits;
}

/// First character behind the string that begins at `at`.
std::size_t skip_string(std::string_view json, std::size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return at + 1;
}

}  // namespace

std::vector<std::string_view> fraction_tokens(std::string_view json) {
  std::vector<std::string_view> tokens;
  std::size_t at = 0;
  while (at < json.size()) {
    if (json[at] == '"') {
      at = skip_string(json, at);
    } else if (json[at] == '-' || is_digit(json[at])) {
      const std::size_t end = std::min(json.find_first_not_of("+-.0123456789Ee", at), json.size());
      const std::string_view token = json.substr(at, end - at);
      if (token.find_first_of(".eE") != std::string_view::npos) tokens.push_back(token);
      at = end;
    } else {
      ++at;
    }
  }
  return tokens;
}

bool survives_double(std::string_view text) {
  constexpr std::size_t kMostDigits = 40;  // More than any writer of doubles prints (17).
  const std::string digits = significant_digits(text);
  if (digits.empty()) return true;
  if (digits.size() > kMostDigits) return false;
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{}) return false;
  std::array<char, 64> printed{};
  const auto wrote =
      std::to_chars(printed.data(), printed.data() + printed.size(), value,
                    std::chars_format::scientific, static_cast<int>(digits.size()) - 1);
  if (wrote.ec != std::errc{}) return false;
  const std::string_view back(printed.data(), static_cast<std::size_t>(wrote.ptr - printed.data()));
  return significant_digits(back) == digits;
}

}  // namespace pawprint::model
