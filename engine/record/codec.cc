#include "engine/record/codec.h"

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>

namespace pawprint::record {
namespace {

template <std::unsigned_integral T>
void put(std::string& out, T value) {
  std::array<char, sizeof(T)> bytes{};
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bytes[i] = static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  out.append(bytes.data(), bytes.size());
}

void put(std::string& out, const std::string& text) {
  PAWPRINT_CHECK(text.size() <= std::numeric_limits<std::uint32_t>::max());
  put(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

/// Takes values from the front of `rest`; after the first one that is missing `ok` stays false.
class Source {
 public:
  explicit Source(std::string_view bytes) : rest_(bytes) {}

  template <std::unsigned_integral T>
  T number() {
    T value = 0;
    if (!need(sizeof(T))) return value;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      const auto byte = static_cast<std::uint8_t>(rest_[i]);
      value = static_cast<T>(value | static_cast<T>(static_cast<T>(byte) << (8 * i)));
    }
    rest_.remove_prefix(sizeof(T));
    return value;
  }

  std::string text() {
    const auto size = number<std::uint32_t>();
    if (!need(size)) return {};
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  bool need(std::size_t size) {
    ok_ = ok_ && rest_.size() >= size;
    return ok_;
  }

  std::string_view rest_;
  bool ok_ = true;
};

bool known(Encoding encoding) {
  return encoding == Encoding::kJson || encoding == Encoding::kSecretFacts ||
         encoding == Encoding::kRaw;
}

bool known(Event event) { return event == Event::kNone || !name(event).empty(); }

}  // namespace

std::string encode_header(const Record& record) {
  std::string out;
  out.reserve(320);
  put(out, record.seq);
  put(out, static_cast<std::uint8_t>(record.kind));
  put(out, static_cast<std::uint64_t>(record.time_ns));
  put(out, record.boot);
  put(out, record.zone);
  put(out, static_cast<std::uint8_t>(record.encoding));
  put(out, static_cast<std::uint8_t>(record.event));
  put(out, record.object.zone);
  put(out, record.object.group);
  put(out, record.object.kind);
  put(out, record.object.ns);
  put(out, record.object.name);
  put(out, record.api_version);
  put(out, record.uid);
  put(out, record.resource_version);
  return out;
}

Result<Record> decode_header(std::string_view bytes) {
  Source source(bytes);
  Record record;
  record.seq = source.number<std::uint64_t>();
  record.kind = static_cast<Kind>(source.number<std::uint8_t>());
  record.time_ns = static_cast<std::int64_t>(source.number<std::uint64_t>());
  record.boot = source.number<std::uint32_t>();
  record.zone = source.text();
  record.encoding = static_cast<Encoding>(source.number<std::uint8_t>());
  record.event = static_cast<Event>(source.number<std::uint8_t>());
  record.object.zone = source.text();
  record.object.group = source.text();
  record.object.kind = source.text();
  record.object.ns = source.text();
  record.object.name = source.text();
  record.api_version = source.text();
  record.uid = source.text();
  record.resource_version = source.text();
  if (!source.ok()) return fail(ErrorCode::kDamaged, "record header is cut short");
  if (!source.at_end()) return fail(ErrorCode::kDamaged, "record header has bytes after its end");
  if (name(record.kind).empty())
    return fail(ErrorCode::kDamaged, "record header names no known kind");
  if (!known(record.encoding))
    return fail(ErrorCode::kDamaged, "record header names no known encoding");
  if (!known(record.event)) return fail(ErrorCode::kDamaged, "record header names no known event");
  return record;
}

}  // namespace pawprint::record
