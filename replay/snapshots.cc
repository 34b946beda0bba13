#include "replay/snapshots.h"

#include <algorithm>
#include <string>

#include "engine/record/bodies.h"
#include "engine/record/digest.h"
#include "replay/snapshot_codec.h"

namespace pawprint::replay {
namespace {

/// Whether the Snapshot record is one that this program can go on from.
Result<bool> is_ours(store::Reader& log, record::Seq seq) {
  const auto record = log.get(seq);
  if (!record) return tl::unexpected<Error>(record.error());
  const auto taken = record::decode_snapshot(record->body);
  if (!taken) return tl::unexpected<Error>(taken.error());
  return taken->reducer == kReducerVersion;
}

Result<Snapshot> load(store::Reader& log, record::Seq seq) {
  const auto content = log.snapshot(seq);
  if (!content) return tl::unexpected<Error>(content.error());
  auto snapshot = decode_snapshot(*content);
  if (snapshot && snapshot->seq + 1 == seq) return snapshot;
  return fail(ErrorCode::kDamaged,
              "the snapshot of record " + std::to_string(seq) + " is damaged: " +
                  (snapshot ? "it is of another moment" : snapshot.error().message));
}

}  // namespace

Result<void> Snapshots::start(store::Reader& log) {
  const auto taken = log.snapshots();
  if (!taken) return tl::unexpected<Error>(taken.error());
  if (!taken->empty()) last_ = taken->back();
  return {};
}

Result<std::optional<record::Record>> Snapshots::take(const Reducer& reducer, store::Writer& writer,
                                                      std::int64_t time_ns) {
  PAWPRINT_CHECK(reducer.head() == writer.reader().head().seq);
  const auto snapshot = reducer.snapshot();
  if (!snapshot) {
    last_ = reducer.head();
    return std::nullopt;
  }
  const std::string content = encode(*snapshot);
  record::Snapshot taken;
  taken.reducer = kReducerVersion;
  taken.output_digest = reducer.output_digest();
  taken.content = record::hex(record::sha256(content));
  taken.records = snapshot->records.size();
  record::Record record;
  record.kind = record::Kind::kSnapshot;
  record.time_ns = time_ns;
  record.body = record::encode(taken);
  const auto head = writer.append_snapshot(record, content);
  if (!head) return tl::unexpected<Error>(head.error());
  last_ = head->seq;
  return record;
}

Result<void> restore_before(store::Reader& log, Reducer& reducer, record::Seq upto,
                            const OnRecord& seen) {
  const auto taken = log.snapshots();
  if (!taken) return tl::unexpected<Error>(taken.error());
  // The state is that before the Snapshot record, so one right after `upto` will do.
  auto next = std::upper_bound(taken->begin(), taken->end(), upto + 1);
  while (next != taken->begin()) {
    const record::Seq seq = *--next;
    const auto ours = is_ours(log, seq);
    if (!ours) return tl::unexpected<Error>(ours.error());
    if (!*ours) continue;
    const auto snapshot = load(log, seq);
    if (!snapshot) return tl::unexpected<Error>(snapshot.error());
    return reducer.restore(*snapshot, [&](std::span<const record::Seq> seqs, const auto& visit) {
      return log.visit(seqs, [&](const record::Record& record) {
        visit(record);
        if (seen) seen(record);
      });
    });
  }
  return {};
}

}  // namespace pawprint::replay
