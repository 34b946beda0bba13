#include "engine/rules/route_order.h"

#include <algorithm>

namespace pawprint::rules {

namespace {

constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";

std::string eight_hex(std::uint32_t value) {
  std::string out(8, '0');
  for (std::size_t i = out.size(); i-- > 0; value >>= 4) out[i] = kDigits[value & 15u];
  return out;
}

/// Bytes below '1' that occur, in ASCII order; the end of the text comes before all of them. They
/// share one escape, so that everything else is one character.
constexpr std::string_view kLow = "-./0";

/// Order-preserving: an escape begins with '0', which is below everything that stands for itself.
void append_rising(std::string& out, char c) {
  const std::size_t low = kLow.find(c);
  if (low == std::string_view::npos) {
    out += c;
  } else {
    out += '0';
    out += kDigits[low + 1];
  }
}

/// Order-reversing: z is '0', ..., 1 is 'y', and escapes begin with 'z'.
void append_falling(std::string& out, char c) {
  const std::size_t low = kLow.find(c);
  if (low == std::string_view::npos) {
    const std::size_t rank = std::min(kDigits.find(c), kDigits.size() - 1);
    out += kDigits[kDigits.size() - 1 - rank];
  } else {
    out += 'z';
    out += kDigits[kLow.size() - 1 - low];
  }
}

}  // namespace

std::string order_code(NameOrder order, std::int64_t created_s, std::string_view ns,
                       std::string_view name) {
  const auto seconds =
      static_cast<std::uint32_t>(std::clamp<std::int64_t>(created_s, 0, UINT32_MAX));
  const bool rising = order == NameOrder::kSmallerWins;
  std::string out = eight_hex(rising ? seconds : UINT32_MAX - seconds);
  std::string text(ns);
  text += '/';
  text += name;
  for (const char c : text) {
    if (rising) append_rising(out, c);
    else append_falling(out, c);
  }
  out += rising ? "00" : std::string{'z', kDigits[kLow.size()]};
  if (out.size() > kOrderCode) out.resize(kOrderCode);
  return out;
}

std::string run_code(NameOrder order, std::size_t run) {
  const std::size_t base = kDigits.size();
  std::size_t value = std::min(run, base * base - 1);
  if (order == NameOrder::kSmallerWins) value = base * base - 1 - value;
  return {kDigits[value / base], kDigits[value % base]};
}

}  // namespace pawprint::rules
