#include "store/tail.h"

#include <algorithm>
#include <utility>

#include "store/layout.h"

namespace pawprint::store {

std::string encode_segment(const Segment& segment) {
  return std::string(bytes_of(segment.chain)) + std::string(bytes_of(segment.root));
}

std::optional<Segment> decode_segment(std::string_view value) {
  Segment out;
  if (value.size() != out.chain.size() + out.root.size()) return std::nullopt;
  std::copy_n(value.begin(), out.chain.size(), out.chain.begin());
  std::copy_n(value.begin() + 32, out.root.size(), out.root.begin());
  return out;
}

Result<Segment> read_segment(const Database& database, record::Seq last) {
  std::string value;
  const auto status = database.db().Get(rocksdb::ReadOptions(), database.family(Family::kSegments),
                                        record_key(last), &value);
  const std::string name = "the segment that ends with record " + std::to_string(last);
  if (status.IsNotFound()) return fail(ErrorCode::kDamaged, name + " is missing");
  if (!status.ok()) return tl::unexpected<Error>(error_of(status, "read " + name));
  const auto segment = decode_segment(value);
  if (segment) return *segment;
  return fail(ErrorCode::kDamaged, name + " is damaged");
}

std::optional<Segment> Tail::add(const record::Hash& leaf) {
  ++seq;
  hash = chain_after(hash, leaf);
  leaves.add(leaf);
  if (leaves.size() < kSegmentRecords) return std::nullopt;
  const Segment segment{hash, leaves.root()};
  leaves = Frontier();
  return segment;
}

Result<Tail> tail_at(const Database& database, Decoder& decoder, record::Seq seq,
                     const Tail& near) {
  Tail tail;
  const record::Seq end = segment_end_before(seq);
  if (near.seq <= seq && near.seq >= end) {
    tail = near;
  } else if (end > 0) {
    auto segment = read_segment(database, end);
    if (!segment) return tl::unexpected<Error>(segment.error());
    tail = Tail{end, segment->chain, {}};
  }
  if (tail.seq == seq) return tail;
  const auto entry = database.iterate(Family::kRecords);
  for (entry->Seek(record_key(tail.seq + 1)); entry->Valid() && tail.seq < seq; entry->Next()) {
    if (entry->key() != record_key(tail.seq + 1)) break;
    auto raw = decoder.decode(database, entry->key().ToStringView(), entry->value().ToStringView());
    if (!raw) return tl::unexpected<Error>(raw.error());
    tail.add(leaf_of(**raw));
  }
  if (tail.seq == seq) return tail;
  if (!entry->status().ok()) {
    return tl::unexpected<Error>(
        error_of(entry->status(), "read record " + std::to_string(tail.seq + 1)));
  }
  return fail(ErrorCode::kDamaged, "record " + std::to_string(tail.seq + 1) + " is missing");
}

}  // namespace pawprint::store
