// Moments of a log as people name them: `@18422`, `HEAD`, `HEAD~3`, `@{10m}`,
// `@{2026-08-22T10:14:00Z}`, `pin:NAME`, `boot:-1`, and ranges `A..B`.
//
// A moment is a seq: everything up to and with that record has happened. Source: interfaces
// document, sections 2 and 5.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/record/record.h"
#include "engine/result.h"
#include "store/log.h"

namespace pawprint::replay {

struct Moment {
  record::Seq seq = 0;       ///< 0: before the first record.
  std::int64_t time_ns = 0;  ///< Of that record.
};

struct Ref {
  enum class Kind : std::uint8_t {
    kSeq,   ///< `@N`: the record N.
    kHead,  ///< `HEAD`, `HEAD~N`: the end, or the Nth Decision before the last one.
    kAgo,   ///< `@{1h30m}`: that long before now; units s, m, h, d, w.
    kTime,  ///< `@{RFC3339}`: the last record at or before that time.
    kPin,   ///< `pin:NAME`: what an Operator record {what: pin, text: NAME, object: "@N"} says.
    kBoot,  ///< `boot:0`: the last start of the daemon, `boot:-1` the one before, and so on.
  };
  Kind kind = Kind::kHead;
  std::uint64_t number = 0;  ///< kSeq: the seq. kHead: decisions back. kBoot: starts back.
  std::int64_t time_ns = 0;  ///< kAgo: a duration. kTime: since the epoch.
  std::string name;          ///< kPin.
};

struct Range {
  Ref from, to;
};

/// kInvalid names the text and the forms that exist.
Result<Ref> parse_ref(std::string_view text);
/// `A..B`; an empty B is HEAD, an empty A the first record that is kept.
Result<Range> parse_range(std::string_view text);
/// True when the text is meant as a range, right or wrong: no object is written with `..`.
bool is_range(std::string_view text);

/// kCoverage: before what is kept (or before the first decision or start), or after the head.
/// kNotFound: no such pin. `now_ns`: wall clock, for kAgo; a time after the head but not after
/// `now_ns` is the head.
Result<Moment> resolve(const Ref& ref, store::Reader& log, std::int64_t now_ns);
/// The moment of one seq; kCoverage outside what is kept.
Result<Moment> moment_of(record::Seq seq, store::Reader& log);

/// RFC 3339 with `Z` or an offset and any fraction, as nanoseconds; kInvalid for anything else.
Result<std::int64_t> parse_instant(std::string_view text);
/// "90s", "1h30m", "2d": nanoseconds; kInvalid for anything else.
Result<std::int64_t> parse_duration(std::string_view text);

}  // namespace pawprint::replay
