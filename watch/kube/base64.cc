#include "watch/kube/base64.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace pawprint::watch::kube {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> make_values() {
  std::array<std::int8_t, 256> values{};
  for (auto& value : values) value = -1;
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}
constexpr auto kValues = make_values();

bool is_space(char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; }

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t word = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      word = (word << 8) | (k < have ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out.push_back(k <= have ? kAlphabet[(word >> (18 - 6 * k)) & 63U] : '=');
    }
  }
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t word = 0;
  std::size_t digits = 0, padding = 0;
  for (const char c : text) {
    if (is_space(c)) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const std::int8_t value = kValues[static_cast<unsigned char>(c)];
    if (value < 0 || padding != 0) return std::nullopt;
    word = (word << 6) | static_cast<std::uint32_t>(value);
    if (++digits % 4 == 0) {
      out.push_back(static_cast<char>((word >> 16) & 255U));
      out.push_back(static_cast<char>((word >> 8) & 255U));
      out.push_back(static_cast<char>(word & 255U));
      word = 0;
    }
  }
  const std::size_t rest = digits % 4;
  if (rest == 1 || (rest == 0 ? padding != 0 : padding != 4 - rest)) return std::nullopt;
  if (rest == 2) out.push_back(static_cast<char>((word >> 4) & 255U));
  if (rest == 3) {
    out.push_back(static_cast<char>((word >> 10) & 255U));
    out.push_back(static_cast<char>((word >> 2) & 255U));
  }
  return out;
}

}  // namespace pawprint::watch::kube
