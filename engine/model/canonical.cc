#include "engine/model/canonical.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <vector>

#include "engine/model/json_number.h"

namespace pawprint::model {
namespace {

namespace dom = simdjson::dom;

/// One member written to the output: its text is `"name":value,`.
struct Member {
  std::string_view name;  // In the parser's string buffer, or a default's literal.
  std::size_t begin = 0;
  std::size_t end = 0;  // Equal to begin when the member was left out.
};

/// Memory that keeps its capacity between documents. It carries nothing from one to the next.
struct Buffers {
  dom::parser parser;
  std::string padded;
  std::string scratch;
  std::vector<Member> members;
};

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

const DefaultNode* child(const DefaultNode* node, std::string_view member) {
  if (node == nullptr) return nullptr;
  for (const DefaultNode& each : node->children) {
    if (each.member == member) return &each;
  }
  return nullptr;
}

template <class Integer>
void append_integer(std::string& out, Integer value) {
  std::array<char, 24> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), end);
}

/// The letter behind the backslash, or 0 when there is none for this control character.
char short_escape(unsigned char c) {
  switch (c) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

bool is_special(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

/// True when one of the eight bytes of `word` needs an escape (or, harmlessly, has its top bit set
/// next to one that does).
bool has_special(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kTops = 0x8080808080808080U;
  const auto below = [&](std::uint64_t w, std::uint64_t n) { return (w - kOnes * n) & ~w & kTops; };
  return (below(word, 0x20) | below(word ^ (kOnes * '"'), 1) | below(word ^ (kOnes * '\\'), 1)) !=
         0;
}

/// First character at or behind `from` that needs an escape; the size when there is none.
std::size_t next_special(std::string_view text, std::size_t from) {
  while (from + sizeof(std::uint64_t) <= text.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + from, sizeof(word));
    if (has_special(word)) break;
    from += sizeof(word);
  }
  while (from < text.size() && !is_special(text[from])) ++from;
  return from;
}

enum class Fault : std::uint8_t {
  kNone,
  kDuplicate,
  kInexact,
  kNeedsFractions,  ///< A number with a fraction was met and `fractions` is null.
};

/// Writes the canonical text of a parsed document, walking it in its own order.
class Writer {
 public:
  /// The parser does not keep the text of numbers with a fraction; `fractions` holds them in
  /// document order, or is null as long as none is expected.
  Writer(Buffers& buffers, const CanonicalOptions& options,
         const std::vector<std::string_view>* fractions, std::string& out)
      : buffers_(buffers), options_(options), fractions_(fractions), out_(out) {}

  Fault write(dom::element root) {
    buffers_.members.clear();
    write_value(root, options_.defaults, 1);
    return fault_;
  }

 private:
  void write_value(dom::element value, const DefaultNode* defaults, std::size_t depth);
  void write_fraction();
  void write_array(dom::array array, const DefaultNode* defaults, std::size_t depth);
  void write_object(dom::object object, const DefaultNode* defaults, std::size_t depth);
  void write_member(std::string_view name, dom::element value, const DefaultNode* defaults,
                    std::size_t depth);
  void close_object(std::size_t first, const DefaultNode* defaults);
  void add_defaults(std::size_t first, const DefaultNode* defaults);
  void reorder(std::size_t first);
  [[nodiscard]] bool leaves_out(std::string_view name, std::size_t depth) const;
  [[nodiscard]] bool leaves_out_value(std::string_view value, const DefaultNode* node) const;

  Buffers& buffers_;
  const CanonicalOptions& options_;
  const std::vector<std::string_view>* fractions_;
  std::size_t next_fraction_ = 0;
  std::string& out_;
  Fault fault_ = Fault::kNone;
};

void Writer::write_value(dom::element value, const DefaultNode* defaults, std::size_t depth) {
  switch (value.type()) {
    case dom::element_type::OBJECT:
      return write_object(dom::object(value), defaults, depth);
    case dom::element_type::ARRAY:
      return write_array(dom::array(value), defaults, depth);
    case dom::element_type::STRING:
      return append_json_string(out_, value.get_string().value_unsafe());
    case dom::element_type::INT64:
      return append_integer(out_, value.get_int64().value_unsafe());
    case dom::element_type::UINT64:
      return append_integer(out_, value.get_uint64().value_unsafe());
    case dom::element_type::DOUBLE:
      return write_fraction();
    case dom::element_type::BOOL:
      out_ += value.get_bool().value_unsafe() ? "true" : "false";
      return;
    case dom::element_type::NULL_VALUE:
      out_ += "null";
      return;
  }
}

void Writer::write_fraction() {
  if (fractions_ == nullptr) {
    fault_ = Fault::kNeedsFractions;
    return;
  }
  PAWPRINT_CHECK(next_fraction_ < fractions_->size());
  const std::string_view text = (*fractions_)[next_fraction_++];
  if (!survives_double(text)) fault_ = Fault::kInexact;
  out_ += text;
}

void Writer::write_array(dom::array array, const DefaultNode* defaults, std::size_t depth) {
  out_ += '[';
  for (const dom::element item : array) {
    write_value(item, defaults, depth + 1);
    out_ += ',';
    if (fault_ != Fault::kNone) return;
  }
  if (out_.back() == ',') {
    out_.back() = ']';
  } else {
    out_ += ']';
  }
}

void Writer::write_object(dom::object object, const DefaultNode* defaults, std::size_t depth) {
  out_ += '{';
  const std::size_t first = buffers_.members.size();
  for (const dom::key_value_pair member : object) {
    write_member(member.key, member.value, defaults, depth);
    if (fault_ != Fault::kNone) return;
  }
  close_object(first, defaults);
}

void Writer::write_member(std::string_view name, dom::element value, const DefaultNode* defaults,
                          std::size_t depth) {
  const bool unwanted = leaves_out(name, depth);
  Member member{name, out_.size(), out_.size()};
  // With fractions at hand their order must be kept, so what is unwanted is written and taken back.
  if (!unwanted || fractions_ != nullptr) {
    const DefaultNode* node = child(defaults, name);
    append_json_string(out_, name);
    out_ += ':';
    const std::size_t begin = out_.size();
    write_value(value, node, depth + 1);
    const std::string_view text = std::string_view(out_).substr(begin);
    if (unwanted || leaves_out_value(text, node)) {
      out_.resize(member.begin);
    } else {
      out_ += ',';
    }
    member.end = out_.size();
  }
  // What was left out stays listed, so that a second member of its name is noticed.
  buffers_.members.push_back(member);
}

bool Writer::leaves_out_value(std::string_view value, const DefaultNode* node) const {
  if (value == "null") return options_.drop_empty || (node != nullptr && !node->value.empty());
  return options_.drop_empty && (value == "{}" || value == "[]");
}

bool Writer::leaves_out(std::string_view name, std::size_t depth) const {
  if (depth != 1) return false;
  return contains(options_.drop, name) ||
         (!options_.keep.empty() && !contains(options_.keep, name));
}

/// Members from `first` on belong to the object whose text began with '{'.
void Writer::close_object(std::size_t first, const DefaultNode* defaults) {
  auto& members = buffers_.members;
  if (defaults != nullptr) add_defaults(first, defaults);
  const auto begin = members.begin() + static_cast<std::ptrdiff_t>(first);
  const auto by_name = [](const Member& a, const Member& b) { return a.name < b.name; };
  const bool sorted = std::is_sorted(begin, members.end(), by_name);
  if (!sorted) std::sort(begin, members.end(), by_name);
  const auto same = [](const Member& a, const Member& b) { return a.name == b.name; };
  if (std::adjacent_find(begin, members.end(), same) != members.end()) {
    fault_ = Fault::kDuplicate;
  }
  if (!sorted) reorder(first);
  members.resize(first);
  if (out_.back() == ',') {
    out_.back() = '}';
  } else {
    out_ += '}';
  }
}

void Writer::add_defaults(std::size_t first, const DefaultNode* defaults) {
  auto& members = buffers_.members;
  for (const DefaultNode& node : defaults->children) {
    if (node.value.empty()) continue;
    const auto at =
        std::find_if(members.begin() + static_cast<std::ptrdiff_t>(first), members.end(),
                     [&](const Member& each) { return each.name == node.member; });
    const bool present = at != members.end() && at->end != at->begin;
    if (present) continue;
    Member added{node.member, out_.size(), 0};
    append_json_string(out_, node.member);
    out_ += ':';
    out_ += node.value;
    out_ += ',';
    added.end = out_.size();
    if (at != members.end()) {
      *at = added;
    } else {
      members.push_back(added);
    }
  }
}

/// Puts the texts of sorted members in their order. Their texts are contiguous up to the end.
void Writer::reorder(std::size_t first) {
  auto& members = buffers_.members;
  std::string& scratch = buffers_.scratch;
  scratch.clear();
  std::size_t start = out_.size();
  for (std::size_t i = first; i < members.size(); ++i) {
    if (members[i].end == members[i].begin) continue;
    start = std::min(start, members[i].begin);
    scratch.append(out_, members[i].begin, members[i].end - members[i].begin);
  }
  out_.replace(start, std::string::npos, scratch);
}

tl::unexpected<Error> invalid(std::string_view what) {
  return fail(ErrorCode::kInvalid, "not valid JSON: " + std::string(what));
}

Result<std::string> convert(Buffers& buffers, std::string_view bytes,
                            const CanonicalOptions& options) {
  buffers.padded.reserve(bytes.size() + simdjson::SIMDJSON_PADDING);
  buffers.padded.assign(bytes);
  buffers.padded.append(simdjson::SIMDJSON_PADDING, ' ');
  if (buffers.parser.capacity() < bytes.size() || buffers.parser.max_depth() != kMaxDepth) {
    if (const auto code = buffers.parser.allocate(bytes.size(), kMaxDepth)) {
      return invalid(simdjson::error_message(code));
    }
  }
  dom::element root;
  constexpr bool kCopyFirst = false;  // Padded above.
  if (const auto code =
          buffers.parser.parse(buffers.padded.data(), bytes.size(), kCopyFirst).get(root)) {
    return invalid(simdjson::error_message(code));
  }
  std::string out;
  out.reserve(bytes.size());
  Fault fault = Writer(buffers, options, nullptr, out).write(root);
  if (fault == Fault::kNeedsFractions) {
    const auto fractions = fraction_tokens(bytes);
    out.clear();
    fault = Writer(buffers, options, &fractions, out).write(root);
  }
  if (fault == Fault::kDuplicate) return invalid("a member name appears twice in one object");
  if (fault == Fault::kInexact) return invalid("a number that a double cannot hold");
  return out;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  std::size_t kept = 0;
  for (std::size_t i = next_special(text, 0); i < text.size(); i = next_special(text, i + 1)) {
    out.append(text, kept, i - kept);
    kept = i + 1;
    const auto c = static_cast<unsigned char>(text[i]);
    out += '\\';
    if (const char letter = short_escape(c)) {
      out += letter;
    } else {
      out += "u00";
      out += kHex[c >> 4U];
      out += kHex[c & 0xFU];
    }
  }
  out.append(text, kept, text.size() - kept);
  out += '"';
}

Result<std::string> canonical_json(std::string_view bytes, const CanonicalOptions& options) {
  constexpr std::size_t kKeepUpTo = std::size_t{1} << 20U;
  if (bytes.size() > kKeepUpTo) {  // Rare; its memory would stay with the thread for good.
    Buffers once;
    return convert(once, bytes, options);
  }
  thread_local Buffers buffers;
  return convert(buffers, bytes, options);
}

}  // namespace pawprint::model
