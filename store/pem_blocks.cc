#include "store/pem_blocks.h"

#include <cstdint>

namespace pawprint::store {
namespace {

constexpr auto kNone = std::string_view::npos;
constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "\n-----END ";
constexpr std::string_view kDashes = "-----";

struct Line {
  std::string_view text;  ///< Without its line end (LF or CRLF) and the blanks before that.
  std::size_t next = 0;   ///< Where the next line starts.
};

Line line_at(std::string_view text, std::size_t at) {
  const auto newline = text.find('\n', at);
  std::string_view line = text.substr(at, newline == kNone ? kNone : newline - at);
  if (newline != kNone && line.ends_with('\r')) line.remove_suffix(1);
  while (line.ends_with(' ') || line.ends_with('\t')) line.remove_suffix(1);
  return {line, newline == kNone ? text.size() : newline + 1};
}

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

/// One search through the text; `at` moves on with every block and with every failure.
class Search {
 public:
  explicit Search(std::string_view text) : text_(text) {}

  /// The next block; nothing at the end.
  std::optional<PemBlock> next() {
    while (!over_) {
      const auto end = text_.find(kEnd, at_);
      if (end == kNone) return std::nullopt;
      const std::size_t from = at_;
      at_ = end + kEnd.size();  // Where the search goes on unless a block is found.
      if (auto block = block_before(from, end)) return block;
    }
    return std::nullopt;
  }

 private:
  std::optional<PemBlock> block_before(std::size_t from, std::size_t end) {
    const auto begin = text_.substr(from, end - from).rfind(kBegin);
    if (begin == kNone || (begin > 0 && text_[from + begin - 1] != '\n')) return std::nullopt;
    const Line first = line_at(text_, from + begin + kBegin.size());
    if (!first.text.ends_with(kDashes)) return std::nullopt;
    const std::string_view type = first.text.substr(0, first.text.size() - kDashes.size());

    std::size_t body = first.next;
    if (!skip_headers(body, end)) return std::nullopt;
    if (!closes(type, end + kEnd.size())) return std::nullopt;
    std::optional<std::string> bytes = std::string();
    // Without a body the line end of BEGIN is the one that the END line starts with.
    if (end > body) bytes = decode_body(text_.substr(body, end - body));
    if (!bytes) return std::nullopt;
    at_ = line_at(text_, end + kEnd.size()).next;
    return PemBlock{std::string(type), std::move(*bytes)};
  }

  /// Moves `body` behind the headers; false when they run into the END line.
  bool skip_headers(std::size_t& body, std::size_t end) {
    const std::size_t start = body;
    while (true) {
      if (body >= text_.size()) {
        over_ = true;
        return false;
      }
      const Line line = line_at(text_, body);
      if (line.text.find(':') == kNone) break;
      body = line.next;
    }
    if (body == start || end >= body) return true;
    // The headers swallowed the END line; there is no place to go on from.
    over_ = body > end + kEnd.size();
    return false;
  }

  /// Whether the rest of the END line is the same type, dashes, and nothing else.
  [[nodiscard]] bool closes(std::string_view type, std::size_t trailer) const {
    const std::string_view rest = text_.substr(trailer);
    if (rest.size() < type.size() + kDashes.size()) return false;
    if (!rest.starts_with(type) || rest.substr(type.size(), kDashes.size()) != kDashes)
      return false;
    return line_at(rest, type.size() + kDashes.size()).text.empty();
  }

  static std::optional<std::string> decode_body(std::string_view body) {
    std::string compact;
    compact.reserve(body.size());
    for (const char c : body) {
      if (c != ' ' && c != '\t') compact.push_back(c);
    }
    return decode_base64(compact);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool over_ = false;
};

}  // namespace

std::vector<PemBlock> pem_blocks(std::string_view text) {
  std::vector<PemBlock> blocks;
  Search search(text);
  while (auto block = search.next()) blocks.push_back(std::move(*block));
  return blocks;
}

std::optional<std::string> decode_base64(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int digits = 0;   // Of the current group of four.
  int padding = 0;  // '=' seen; only line ends may follow the last one.
  for (const char c : text) {
    if (c == '\r' || c == '\n') continue;
    if (c == '=') {
      if (digits + padding >= 4 || digits < 2) return std::nullopt;
      ++padding;
      continue;
    }
    const int digit = base64_digit(c);
    if (digit < 0 || padding > 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if (++digits < 4) continue;
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(bits >> 16)));
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(bits >> 8)));
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(bits)));
    bits = 0;
    digits = 0;
  }
  if (digits == 0) return padding == 0 ? std::optional(out) : std::nullopt;
  if (digits + padding != 4) return std::nullopt;
  bits <<= 6 * padding;
  out.push_back(static_cast<char>(static_cast<std::uint8_t>(bits >> 16)));
  if (padding == 1) out.push_back(static_cast<char>(static_cast<std::uint8_t>(bits >> 8)));
  return out;
}

}  // namespace pawprint::store
