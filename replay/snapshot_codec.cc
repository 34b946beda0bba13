#include "replay/snapshot_codec.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace pawprint::replay {
namespace {

constexpr char kVersion = 1;

void put(std::string& out, std::uint64_t number) {
  while (number >= 0x80) {
    out.push_back(static_cast<char>(number | 0x80));
    number >>= 7U;
  }
  out.push_back(static_cast<char>(number));
}

/// Small for numbers near zero on either side.
std::uint64_t folded(std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number);
  return (bits << 1U) ^ (number < 0 ? ~std::uint64_t{0} : 0);
}

std::int64_t unfolded(std::uint64_t number) {
  const std::uint64_t bits = (number >> 1U) ^ (~(number & 1U) + 1);
  return static_cast<std::int64_t>(bits);
}

void put(std::string& out, std::string_view text) {
  put(out, text.size());
  out += text;
}

/// Reads in order; after the first fault everything is 0 or empty and done() is false.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t number() {
    std::uint64_t out = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) return broken();
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      if (shift == 63 && byte > 1) return broken();  // More than 64 bits.
      out |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if (byte < 0x80) return out;
    }
    return broken();
  }

  /// A number of things of which each takes a byte at least.
  std::size_t count() {
    const std::uint64_t out = number();
    return out <= rest_.size() ? static_cast<std::size_t>(out) : static_cast<std::size_t>(broken());
  }

  std::string text() {
    const std::size_t size = count();
    std::string out(rest_.substr(0, size));
    rest_.remove_prefix(out.size());
    return out;
  }

  [[nodiscard]] bool done() const { return ok_ && rest_.empty(); }
  void reject() {
    ok_ = false;
    rest_ = {};
  }

 private:
  std::uint64_t broken() {
    reject();
    return 0;
  }

  std::string_view rest_;
  bool ok_ = true;
};

/// Every text of the flips once, sorted.
std::vector<std::string_view> texts_of(const Snapshot& snapshot) {
  std::vector<std::string_view> out;
  for (const Snapshot::Flip& each : snapshot.flips) {
    out.insert(out.end(), {each.section, each.type, each.status});
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void put_flips(std::string& out, const Snapshot& snapshot) {
  const std::vector<std::string_view> texts = texts_of(snapshot);
  put(out, texts.size());
  for (const std::string_view text : texts) put(out, text);
  const auto place = [&](std::string_view text) {
    const auto found = std::lower_bound(texts.begin(), texts.end(), text);
    return static_cast<std::uint64_t>(found - texts.begin());
  };
  put(out, snapshot.flips.size());
  record::Seq object = 0;
  std::int64_t time = 0;
  for (const Snapshot::Flip& each : snapshot.flips) {
    put(out, each.object - object);
    put(out, place(each.section));
    put(out, place(each.type));
    put(out, place(each.status));
    const auto step = static_cast<std::uint64_t>(each.time_ns) - static_cast<std::uint64_t>(time);
    put(out, folded(static_cast<std::int64_t>(step)));
    object = each.object;
    time = each.time_ns;
  }
}

void read_flips(Bytes& in, Snapshot& out) {
  std::vector<std::string> texts(in.count());
  for (std::string& text : texts) text = in.text();
  const auto text = [&]() -> std::string {
    const std::uint64_t place = in.number();
    if (place < texts.size()) return texts[place];
    in.reject();
    return {};
  };
  out.flips.resize(in.count());
  record::Seq object = 0;
  std::uint64_t time = 0;
  for (Snapshot::Flip& each : out.flips) {
    object += in.number();
    each.object = object;
    each.section = text();
    each.type = text();
    each.status = text();
    time += static_cast<std::uint64_t>(unfolded(in.number()));
    each.time_ns = static_cast<std::int64_t>(time);
  }
}

}  // namespace

std::string encode(const Snapshot& snapshot) {
  std::string out(1, kVersion);
  put(out, snapshot.seq);
  put(out, snapshot.records.size());
  record::Seq before = 0;
  for (const record::Seq seq : snapshot.records) {
    put(out, seq - before);
    before = seq;
  }
  put(out, snapshot.zones.size());
  for (const std::string& zone : snapshot.zones) put(out, zone);
  put_flips(out, snapshot);
  return out;
}

Result<Snapshot> decode_snapshot(std::string_view bytes) {
  if (bytes.empty() || bytes.front() != kVersion) {
    return fail(ErrorCode::kDamaged, "a snapshot of an unknown version");
  }
  Bytes in(bytes.substr(1));
  Snapshot out;
  out.seq = in.number();
  out.records.resize(in.count());
  record::Seq before = 0;
  for (record::Seq& seq : out.records) seq = before += in.number();
  out.zones.resize(in.count());
  for (std::string& zone : out.zones) zone = in.text();
  read_flips(in, out);
  if (!in.done()) return fail(ErrorCode::kDamaged, "a snapshot that is cut off or too long");
  return out;
}

}  // namespace pawprint::replay
