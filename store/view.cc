#include "store/view.h"

#include <algorithm>
#include <system_error>

#include "engine/record/codec.h"
#include "store/layout.h"
#include "store/reach.h"
#include "store/snapshot_content.h"

namespace pawprint::store {
namespace {

/// What a Reader keeps of what it has decoded; a scan needs the ends of all streams that it meets.
constexpr std::size_t kReaderBytes = std::size_t{8} << 20;
constexpr std::size_t kScanBytes = std::size_t{64} << 20;

Error without_body(record::Seq seq) {
  return {ErrorCode::kCoverage, "the body of record " + std::to_string(seq) +
                                    " is no longer in the log: retention kept only its header"};
}

}  // namespace

View::View(std::filesystem::path directory)
    : directory_(std::move(directory)), decoder_(kReaderBytes) {}

Result<const Database*> View::opened() const {
  const Database* open = database();
  if (open != nullptr) return open;
  return fail(ErrorCode::kExhausted, "store " + directory_.string() +
                                         " is closed after a failure; it is opened again with "
                                         "the next append or refresh");
}

record::Seq View::oldest() const {
  const Database* open = database();
  const auto oldest = open == nullptr ? 0 : open->meta_number(kOldestKey).value_or(0);
  return oldest == 0 ? 1 : oldest;
}

Result<void> View::covered(record::Seq seq) const {
  const record::Seq first = oldest();
  const record::Seq last = head().seq;
  if (seq >= first && seq <= last) return {};
  if (last < first) {
    return fail(ErrorCode::kCoverage,
                "seq " + std::to_string(seq) + " is not in the log: it has no records yet");
  }
  return fail(ErrorCode::kCoverage, "seq " + std::to_string(seq) + " is not in the log: it has " +
                                        std::to_string(first) + ".." + std::to_string(last));
}

Result<record::Record> View::get(record::Seq seq) {
  auto open = opened();
  if (!open) return tl::unexpected<Error>(open.error());
  auto inside = covered(seq);
  if (!inside) return tl::unexpected<Error>(inside.error());
  auto raw = decoder_.read(**open, seq);
  if (raw && (*raw)->thinned) return tl::unexpected<Error>(without_body(seq));
  auto record = raw ? record_of(**raw) : tl::unexpected<Error>(raw.error());
  if (!record) return tl::unexpected<Error>(at_seq(record.error(), seq, directory_));
  return record;
}

Result<void> View::scan_raw(record::Seq from, record::Seq to,
                            const std::function<Result<bool>(record::Seq, const Raw&)>& visit) {
  if (from > to) return {};
  auto open = opened();
  if (!open) return tl::unexpected<Error>(open.error());
  auto inside = covered(from).and_then([&] { return covered(to); });
  if (!inside) return inside;
  const auto entry = (*open)->iterate(Family::kRecords);
  record::Seq expected = from;
  for (entry->Seek(record_key(from)); entry->Valid() && expected <= to; entry->Next(), ++expected) {
    if (entry->key() != record_key(expected)) break;
    auto raw = decoder_.decode(**open, entry->key().ToStringView(), entry->value().ToStringView());
    auto more = raw ? visit(expected, **raw) : tl::unexpected<Error>(raw.error());
    if (!more) return tl::unexpected<Error>(at_seq(more.error(), expected, directory_));
    if (!*more) return {};
  }
  if (expected > to) return {};
  Error missing{ErrorCode::kDamaged, "the record is missing"};
  if (!entry->status().ok()) {
    missing = error_of(entry->status(), "read record " + std::to_string(expected));
  }
  return tl::unexpected<Error>(at_seq(std::move(missing), expected, directory_));
}

Result<void> View::scan(record::Seq from, record::Seq to,
                        const std::function<bool(const record::Record&)>& visit) {
  decoder_.set_budget(kScanBytes);
  auto done = scan_raw(from, to, [&](record::Seq seq, const Raw& raw) -> Result<bool> {
    if (raw.thinned) return tl::unexpected<Error>(without_body(seq));
    return record_of(raw).map([&](const record::Record& record) { return visit(record); });
  });
  decoder_.set_budget(kReaderBytes);
  return done;
}

Result<void> View::scan_headers(
    record::Seq from, record::Seq to,
    const std::function<bool(const record::Record&, bool has_body)>& visit) {
  decoder_.set_budget(kScanBytes);
  auto done = scan_raw(from, to, [&](record::Seq, const Raw& raw) -> Result<bool> {
    return record::decode_header(raw.header()).map([&](const record::Record& record) {
      return visit(record, !raw.thinned);
    });
  });
  decoder_.set_budget(kReaderBytes);
  return done;
}

Result<void> View::visit(std::span<const record::Seq> seqs,
                         const std::function<void(const record::Record&)>& each) {
  for (const record::Seq seq : seqs) {
    const auto record = get(seq);
    if (!record) return tl::unexpected<Error>(record.error());
    each(*record);
  }
  return {};
}

Result<std::vector<record::Seq>> View::seqs_under(Family family, const std::string& prefix,
                                                  record::Seq upto) const {
  auto open = opened();
  if (!open) return tl::unexpected<Error>(open.error());
  std::vector<record::Seq> seqs;
  const auto entry = (*open)->iterate(family);
  for (entry->Seek(prefix); entry->Valid() && entry->key().starts_with(prefix); entry->Next()) {
    const auto seq = seq_of_key(entry->key().ToStringView().substr(prefix.size()));
    if (!seq) {
      return tl::unexpected<Error>(of_store(
          {ErrorCode::kDamaged, "an entry of index " + std::string(name(family)) + " is cut short"},
          directory_));
    }
    if (*seq > upto) break;
    seqs.push_back(*seq);
  }
  if (entry->status().ok()) return seqs;
  return tl::unexpected<Error>(
      of_store(error_of(entry->status(), "read index " + std::string(name(family))), directory_));
}

Result<std::vector<record::Seq>> View::history(const record::ObjectKey& key, record::Seq upto) {
  return seqs_under(Family::kObjects, history_prefix(key), std::min(upto, head().seq));
}

Result<std::vector<record::Seq>> View::snapshots() {
  return seqs_under(Family::kSnapshots, {}, head().seq);
}

Result<std::string> View::snapshot(record::Seq seq) {
  const auto record = get(seq);
  if (!record) return tl::unexpected<Error>(record.error());
  auto content = snapshot_content(*database(), *record);
  if (!content) return tl::unexpected<Error>(at_seq(content.error(), seq, directory_));
  return content;
}

Result<std::vector<record::Seq>> View::of_kind(record::Kind kind) {
  if (!has_kind(kind)) return observed();
  return seqs_under(Family::kKinds, kind_prefix(kind), head().seq);
}

/// What the kind index does not list: every record of no other kind.
Result<std::vector<record::Seq>> View::observed() const {
  const record::Seq last = head().seq;
  std::vector<bool> listed(last + 1);
  auto open = opened();
  if (!open) return tl::unexpected<Error>(open.error());
  const auto entry = (*open)->iterate(Family::kKinds);
  for (entry->SeekToFirst(); entry->Valid(); entry->Next()) {
    const auto seq = seq_of_key(entry->key().ToStringView());
    if (seq && *seq <= last) listed[*seq] = true;
  }
  if (!entry->status().ok()) {
    return tl::unexpected<Error>(
        of_store(error_of(entry->status(), "read index kinds"), directory_));
  }
  std::vector<record::Seq> seqs;
  for (record::Seq seq = oldest(); seq <= last; ++seq) {
    if (!listed[seq]) seqs.push_back(seq);
  }
  return seqs;
}

Result<record::Seq> View::seq_at(std::int64_t time_ns) {
  auto open = opened();
  if (!open) return tl::unexpected<Error>(open.error());
  const auto entry = (*open)->iterate(Family::kTimes);
  entry->SeekForPrev(time_key(time_ns, ~record::Seq{0}));
  if (!entry->status().ok()) {
    return tl::unexpected<Error>(
        of_store(error_of(entry->status(), "read index times"), directory_));
  }
  if (!entry->Valid() || entry->key() == kReachKey) return 0;
  const auto listed = seq_of_key(entry->key().ToStringView());
  if (!listed || entry->key().size() != 16) {
    return tl::unexpected<Error>(
        of_store({ErrorCode::kDamaged, "an entry of index times is cut short"}, directory_));
  }
  // The entry tells the greatest time up to its record; those up to the next entry are looked at.
  const record::Seq last = head().seq;
  std::int64_t clamped = time_of_key(entry->key().ToStringView());
  record::Seq found = std::min(*listed, last);
  const record::Seq next = std::max(found + 1, oldest());
  auto scanned = scan_raw(next, std::min(*listed + kTimeStep - 1, last),
                          [&](record::Seq seq, const Raw& raw) -> Result<bool> {
                            auto header = record::decode_header(raw.header());
                            if (!header) return tl::unexpected<Error>(header.error());
                            clamped = std::max(clamped, header->time_ns);
                            if (clamped <= time_ns) found = seq;
                            return clamped <= time_ns;
                          });
  if (!scanned) return tl::unexpected<Error>(scanned.error());
  return found;
}

Result<std::vector<Cursor>> View::cursors() {
  auto open = opened();
  if (!open) return tl::unexpected<Error>(open.error());
  std::vector<Cursor> cursors;
  const auto entry = (*open)->iterate(Family::kMeta);
  for (entry->Seek(kCursorPrefix); entry->Valid() && entry->key().starts_with(kCursorPrefix);
       entry->Next()) {
    auto cursor = decode_cursor(entry->key().ToStringView(), entry->value().ToStringView());
    if (!cursor) {
      return tl::unexpected<Error>(
          of_store({ErrorCode::kDamaged, "a cursor in the metadata is damaged"}, directory_));
    }
    cursors.push_back(std::move(*cursor));
  }
  if (entry->status().ok()) return cursors;
  return tl::unexpected<Error>(error_of(entry->status(), "read the cursors"));
}

Disk View::disk() const {
  Disk disk;
  std::error_code error;
  // Files come and go while a writer runs: what vanishes between listing and asking counts as 0.
  for (std::filesystem::directory_iterator entry(directory_, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code gone;
    const auto size = entry->is_regular_file(gone) ? entry->file_size(gone) : 0;
    if (!gone) disk.log_bytes += size;
  }
  const Database* open = database();
  if (open != nullptr) disk.snapshot_bytes = std::min(snapshot_bytes(*open), disk.log_bytes);
  disk.log_bytes -= disk.snapshot_bytes;
  return disk;
}

}  // namespace pawprint::store
