#include "store/snapshot_content.h"

#include <set>

#include "engine/record/bodies.h"
#include "engine/record/digest.h"
#include "store/layout.h"

namespace pawprint::store {

void add_snapshot(const Database& database, record::Seq seq, std::string_view content,
                  rocksdb::WriteBatch& batch) {
  PAWPRINT_CHECK(batch.Put(database.family(Family::kSnapshots), record_key(seq), content).ok());
}

Result<void> discard_snapshots_after(const Database& database, record::Seq last,
                                     rocksdb::WriteBatch& batch) {
  const auto entry = database.iterate(Family::kSnapshots);
  for (entry->Seek(record_key(last + 1)); entry->Valid(); entry->Next()) {
    PAWPRINT_CHECK(batch.Delete(database.family(Family::kSnapshots), entry->key()).ok());
  }
  if (entry->status().ok()) return {};
  return tl::unexpected<Error>(error_of(entry->status(), "read snapshots"));
}

Result<std::string> snapshot_content(const Database& database, const record::Record& record) {
  const std::string name = "the snapshot of record " + std::to_string(record.seq);
  if (record.kind != record::Kind::kSnapshot) {
    return fail(ErrorCode::kDamaged, name + " is of a record that is no Snapshot");
  }
  const auto taken = record::decode_snapshot(record.body);
  if (!taken) return tl::unexpected<Error>(taken.error());
  std::string content;
  const auto status = database.db().Get(rocksdb::ReadOptions(), database.family(Family::kSnapshots),
                                        record_key(record.seq), &content);
  if (status.IsNotFound()) return fail(ErrorCode::kNotFound, name + " is not kept");
  if (!status.ok()) return tl::unexpected<Error>(error_of(status, "read " + name));
  if (record::hex(record::sha256(content)) == taken->content) return content;
  return fail(ErrorCode::kDamaged, name + " is not what was written");
}

std::vector<Problem> check_snapshots(const Database& database, Decoder& decoder) {
  std::vector<Problem> out;
  std::set<record::Seq> wanted;
  const auto kinds = database.iterate(Family::kKinds);
  const std::string prefix = kind_prefix(record::Kind::kSnapshot);
  for (kinds->Seek(prefix); kinds->Valid() && kinds->key().starts_with(prefix); kinds->Next()) {
    const auto seq = seq_of_key(kinds->key().ToStringView());
    if (seq) wanted.insert(*seq);
  }
  const auto contents = database.iterate(Family::kSnapshots);
  for (contents->SeekToFirst(); contents->Valid(); contents->Next()) {
    const auto seq = seq_of_key(contents->key().ToStringView());
    if (seq && wanted.contains(*seq)) continue;
    out.push_back({seq.value_or(0), "snapshot", "a content for which there is no record"});
  }
  if (!contents->status().ok()) {
    out.push_back({0, "rocksdb", error_of(contents->status(), "read snapshots").message});
  }
  for (const record::Seq seq : wanted) {
    const auto raw = decoder.read(database, seq);
    if (!raw || (*raw)->thinned) continue;  // What does not read is told of as a record.
    const auto record = record_of(**raw);
    const auto taken =
        record ? record::decode_snapshot(record->body) : tl::unexpected<Error>(record.error());
    if (!taken || taken->content.empty()) continue;  // It speaks of none.
    const auto content = snapshot_content(database, *record);
    if (!content) out.push_back({seq, "snapshot", content.error().message});
  }
  return out;
}

std::uint64_t snapshot_bytes(const Database& database) {
  std::uint64_t total = 0;
  for (const char* property : {"rocksdb.total-sst-files-size", "rocksdb.cur-size-all-mem-tables"}) {
    std::uint64_t bytes = 0;
    if (database.db().GetIntProperty(database.family(Family::kSnapshots), property, &bytes)) {
      total += bytes;
    }
  }
  return total;
}

}  // namespace pawprint::store
