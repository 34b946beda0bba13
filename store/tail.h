// The end of the chain: its value after the last record, and the tree over the segment so far.
//
// Chain values are not stored with the records. Each 1024 records are a segment; the chain value
// after its last record and the Merkle root over it are stored, and what is in between is computed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/record/record.h"
#include "store/database.h"
#include "store/decoder.h"
#include "store/merkle.h"

namespace pawprint::store {

inline constexpr record::Seq kSegmentRecords = 1024;

/// What family `segments` holds under the seq of a segment's last record.
struct Segment {
  record::Hash chain{};  ///< After its last record.
  record::Hash root{};   ///< RFC 6962 over its leaves.
  bool operator==(const Segment&) const = default;
};
std::string encode_segment(const Segment& segment);
std::optional<Segment> decode_segment(std::string_view value);
/// The segment that ends with `last`; kDamaged when it is missing or no such thing.
Result<Segment> read_segment(const Database& database, record::Seq last);
/// Last record of the segment before the one that record `seq + 1` is in; 0 in the first one.
constexpr record::Seq segment_end_before(record::Seq seq) {
  return seq / kSegmentRecords * kSegmentRecords;
}

struct Tail {
  record::Seq seq = 0;
  record::Hash hash{};  ///< Chain value after `seq`.
  Frontier leaves;      ///< Of the records after the last segment's end.

  /// Goes on with one record; what is to be stored when a segment ends with it.
  std::optional<Segment> add(const record::Hash& leaf);
};

/// The tail after record `seq`, computed from the end of a segment or from `near`, whatever is
/// nearer. kDamaged when a record on the way is missing or does not decode.
Result<Tail> tail_at(const Database& database, Decoder& decoder, record::Seq seq,
                     const Tail& near = {});

}  // namespace pawprint::store
