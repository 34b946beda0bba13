#include "store/log_tree.h"

#include "store/layout.h"

namespace pawprint::store {

Result<record::Hash> LogTree::root(std::uint64_t begin, std::uint64_t end) {
  const std::uint64_t size = end - begin;
  if (size == kSegmentRecords && begin % kSegmentRecords == 0) {
    return read_segment(database_, end).map([](const Segment& segment) { return segment.root; });
  }
  if (size == 1) return leaf(begin);
  const std::uint64_t middle = begin + left_size(size);
  return root(begin, middle).and_then([&](const record::Hash& left) {
    return root(middle, end).map([&](const record::Hash& right) { return node_of(left, right); });
  });
}

Result<record::Hash> LogTree::leaf(std::uint64_t index) {
  std::vector<record::Hash>& segment = leaves_[index / kSegmentRecords];
  const std::uint64_t within = index % kSegmentRecords;
  if (within < segment.size()) return segment[within];
  const auto entry = database_.iterate(Family::kRecords);
  entry->Seek(record_key(index - within + segment.size() + 1));
  // To the end of the segment at once, as far as it can be read: its leaves are asked for in any
  // order.
  Error error{ErrorCode::kDamaged, ""};
  for (record::Seq seq = index - within + segment.size() + 1; segment.size() < kSegmentRecords;
       ++seq, entry->Next()) {
    error.message = "record " + std::to_string(seq) + " is missing";
    if (!entry->status().ok())
      error = error_of(entry->status(), "read record " + std::to_string(seq));
    if (!entry->Valid() || entry->key() != record_key(seq)) break;
    auto raw =
        decoder_.decode(database_, entry->key().ToStringView(), entry->value().ToStringView());
    if (!raw) error = raw.error();
    if (!raw) break;
    segment.push_back(leaf_of(**raw));
  }
  if (within >= segment.size()) return tl::unexpected<Error>(error);
  return segment[within];
}

}  // namespace pawprint::store
