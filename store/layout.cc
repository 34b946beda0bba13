#include "store/layout.h"

#include <algorithm>
#include <utility>

namespace pawprint::store {
namespace {

constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

/// Appends `text` so that bytewise order of the result is the order of the tuples, and no tuple's
/// bytes begin another's: 00 becomes 00 FF, the end is 00 01.
void append_ordered(std::string& out, std::string_view text) {
  for (auto zero = text.find('\0'); zero != std::string_view::npos; zero = text.find('\0')) {
    out.append(text, 0, zero + 1).push_back('\xff');
    text.remove_prefix(zero + 1);
  }
  out += text;
  out.push_back('\0');
  out.push_back('\1');
}

/// Inverse of append_ordered: takes one text from the front of `rest`.
std::optional<std::string> take_ordered(std::string_view& rest) {
  std::string text;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] != '\0') {
      text.push_back(rest[i]);
      continue;
    }
    if (i + 1 == rest.size()) return std::nullopt;
    if (rest[i + 1] == '\1') {
      rest.remove_prefix(i + 2);
      return text;
    }
    if (rest[i + 1] != '\xff') return std::nullopt;
    text.push_back('\0');
    ++i;
  }
  return std::nullopt;
}

}  // namespace

void append_little64(std::string& out, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) {
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(value >> shift)));
  }
}

std::uint64_t little64(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 8; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

std::string big64(std::uint64_t value) {
  std::string out(8, '\0');  // Fits the string itself.
  for (std::size_t i = 8; i-- > 0; value >>= 8) {
    out[i] = static_cast<char>(static_cast<std::uint8_t>(value));
  }
  return out;
}

std::uint64_t from_big64(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

std::string_view bytes_of(const record::Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::string record_key(record::Seq seq) { return big64(seq); }

tl::unexpected<Error> damaged_record(std::string_view key, std::string_view what) {
  const std::string name =
      key.size() == 8 ? "record " + std::to_string(from_big64(key)) : "a record key";
  return fail(ErrorCode::kDamaged, name + " is damaged: " + std::string(what));
}

std::string history_prefix(const record::ObjectKey& key) {
  std::string out;
  // With room for the ends and for a seq.
  out.reserve(key.zone.size() + key.group.size() + key.kind.size() + key.ns.size() +
              key.name.size() + 18);
  append_ordered(out, key.zone);
  append_ordered(out, key.group);
  append_ordered(out, key.kind);
  append_ordered(out, key.ns);
  append_ordered(out, key.name);
  return out;
}

std::string history_key(const record::ObjectKey& key, record::Seq seq) {
  std::string out = history_prefix(key);
  return out += big64(seq);
}

std::string time_key(std::int64_t time_ns, record::Seq seq) {
  // With the sign bit turned, bytewise order is the order of signed numbers.
  return big64(static_cast<std::uint64_t>(time_ns) ^ kSignBit) + big64(seq);
}

std::int64_t time_of_key(std::string_view key) {
  return static_cast<std::int64_t>(from_big64(key) ^ kSignBit);
}

std::string kind_prefix(record::Kind kind) {
  return std::string(1, static_cast<char>(static_cast<std::uint8_t>(kind)));
}

std::string kind_key(record::Kind kind, record::Seq seq) { return kind_prefix(kind) + big64(seq); }

std::optional<record::Seq> seq_of_key(std::string_view key) {
  if (key.size() < 8) return std::nullopt;
  return from_big64(key.substr(key.size() - 8));
}

bool has_history(const record::Record& record) {
  const bool about_object = record.kind == record::Kind::kObserved ||
                            record.kind == record::Kind::kVanished ||
                            record.kind == record::Kind::kQuarantined;
  return about_object && !record.object.name.empty();
}

std::string encode_head(const StoredHead& head) {
  std::string out;
  append_little64(out, head.commit);
  append_little64(out, head.head.seq);
  append_little64(out, static_cast<std::uint64_t>(head.head.time_ns));
  append_little64(out, static_cast<std::uint64_t>(head.clamped_ns));
  out += bytes_of(head.head.hash);
  return out;
}

std::optional<StoredHead> decode_head(std::string_view value) {
  StoredHead out;
  if (value.size() != 32 + out.head.hash.size()) return std::nullopt;
  out.commit = little64(value);
  out.head.seq = little64(value.substr(8));
  out.head.time_ns = static_cast<std::int64_t>(little64(value.substr(16)));
  out.clamped_ns = static_cast<std::int64_t>(little64(value.substr(24)));
  std::copy_n(value.begin() + 32, out.head.hash.size(), out.head.hash.begin());
  return out;
}

std::string cursor_key(const Cursor& cursor) {
  std::string out(kCursorPrefix);
  append_ordered(out, cursor.zone);
  append_ordered(out, cursor.group);
  append_ordered(out, cursor.kind);
  return out;
}

std::optional<Cursor> decode_cursor(std::string_view key, std::string_view value) {
  if (!key.starts_with(kCursorPrefix)) return std::nullopt;
  key.remove_prefix(kCursorPrefix.size());
  auto zone = take_ordered(key);
  auto group = zone ? take_ordered(key) : std::nullopt;
  auto kind = group ? take_ordered(key) : std::nullopt;
  if (!kind || !key.empty()) return std::nullopt;
  return Cursor{std::move(*zone), std::move(*group), std::move(*kind), std::string(value)};
}

}  // namespace pawprint::store
