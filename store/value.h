// The value of a record: whole, as the difference to an earlier record, or without its body.
//
// Pure functions but for the codec's contexts. Layout: store/log_format.md, "Record".
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/record/digest.h"
#include "engine/record/record.h"
#include "engine/result.h"

namespace pawprint::store {

enum class Form : std::uint8_t {
  kWhole = 0,    ///< Header and body as they are.
  kDelta = 1,    ///< A zstd frame whose prefix is an earlier record of the same stream.
  kThinned = 2,  ///< The header and the SHA-256 of a body that retention took away.
};

/// Records of a stream that build on one another, at most; the next one is whole again.
inline constexpr unsigned kCycle = 32;
/// Of header and body together, for a record that is stored as a difference or is the base of one.
inline constexpr std::size_t kMaxDeltaBytes = std::size_t{16} << 20;

/// Number of the record that number `number` of a cycle builds on: its lowest set bit cleared. So
/// no record has more than five others below it, and an average one two and a half.
constexpr unsigned base_number(unsigned number) { return number & (number - 1); }

/// A record's bytes as they were appended.
struct Raw {
  std::string bytes;  ///< Header and body; the header alone when `thinned`.
  std::size_t header_size = 0;
  unsigned number = 0;  ///< In its cycle.
  bool thinned = false;
  record::Hash body_hash{};  ///< Only set when `thinned`.

  [[nodiscard]] std::string_view header() const {
    return std::string_view(bytes).substr(0, header_size);
  }
  [[nodiscard]] std::string_view body() const {
    return std::string_view(bytes).substr(header_size);
  }
};
using RawPtr = std::shared_ptr<const Raw>;

/// What the chain takes of a record; for a thinned one the same as before its body went.
record::Hash leaf_of(const Raw& raw);
/// kDamaged when the header is none. The body is empty when it was thinned.
Result<record::Record> record_of(const Raw& raw);

/// A value taken apart; the views point into it.
struct Value {
  Form form = Form::kWhole;
  unsigned number = 0;   ///< 1..31 for a delta, 0 otherwise.
  record::Seq base = 0;  ///< Seq of the record that a delta builds on; 0 for other forms.
  std::size_t header_size = 0;
  std::string_view rest;  ///< What follows: header and body, frame, or header and hash.
};
/// kDamaged when `value` is no record's value.
Result<Value> parse_value(std::string_view key, std::string_view value);

std::string whole_value(const Raw& raw);
/// Of a record whose body is to go; `raw` may be thinned already.
std::string thinned_value(const Raw& raw);

/// Compression contexts, kept from record to record. Not thread-safe.
class DeltaCodec {
 public:
  DeltaCodec();
  ~DeltaCodec();
  DeltaCodec(const DeltaCodec&) = delete;
  DeltaCodec& operator=(const DeltaCodec&) = delete;

  /// The value of record `seq` as difference to `base`, of seq `base_seq`; nothing when that would
  /// save too little. `number` is the record's in its cycle.
  std::optional<std::string> encode(const Raw& raw, unsigned number, record::Seq seq,
                                    const Raw& base, record::Seq base_seq);
  /// Header and body of a delta; kDamaged when the frame is none over `base`.
  Result<std::string> decode(std::string_view key, const Value& value, const Raw& base);

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace pawprint::store
