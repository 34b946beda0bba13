#include "store/group.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "store/layout.h"
#include "store/snapshot_content.h"

namespace pawprint::store {
namespace {

/// Records that are prepared at once; bounds the memory that a group of any size takes.
constexpr std::size_t kTogether = 1024;

/// A batch reports an error only for input that RocksDB cannot hold (4 GB); such a record would
/// have been refused at the edge.
void must(const rocksdb::Status& status) { PAWPRINT_CHECK(status.ok()); }

void put_index(const Database& database, const record::Record& record, std::int64_t clamped_ns,
               rocksdb::WriteBatch& batch) {
  if (has_time(record.seq)) {
    must(batch.Put(database.family(Family::kTimes), time_key(clamped_ns, record.seq), ""));
  }
  if (has_kind(record.kind)) {
    must(batch.Put(database.family(Family::kKinds), kind_key(record.kind, record.seq), ""));
  }
  if (has_history(record)) {
    must(batch.Put(database.family(Family::kObjects), history_key(record.object, record.seq), ""));
  }
}

void add_record(const Database& database, const record::Record& record, const Planned& planned,
                Tip& tip, rocksdb::WriteBatch& batch) {
  const auto segment = tip.tail.add(planned.leaf);
  tip.head = Head{record.seq, record.time_ns, tip.tail.hash};
  tip.clamped_ns = std::max(tip.clamped_ns, record.time_ns);
  const std::string key = record_key(record.seq);
  must(batch.Put(database.family(Family::kRecords), key, planned.value));
  if (segment) {
    must(batch.Put(database.family(Family::kSegments), key, encode_segment(*segment)));
  }
  put_index(database, record, tip.clamped_ns, batch);
}

Result<void> finished(const rocksdb::Iterator& entry, Family family) {
  if (entry.status().ok()) return {};
  return tl::unexpected<Error>(error_of(entry.status(), "read " + std::string(name(family))));
}

}  // namespace

void add_group(const Database& database, std::span<record::Record> group, std::uint32_t boot,
               Streams& streams, Tip& tip, rocksdb::WriteBatch& batch) {
  const record::Seq acknowledged = tip.head.seq;
  std::vector<Planned> planned;
  for (std::size_t from = 0; from < group.size(); from += kTogether) {
    const auto part = group.subspan(from, std::min(kTogether, group.size() - from));
    planned.clear();
    record::Seq seq = tip.head.seq;
    for (record::Record& record : part) {
      record.seq = ++seq;
      record.boot = boot;
      planned.push_back(streams.plan(database, acknowledged, record));
    }
    streams.encode(planned);
    for (std::size_t i = 0; i < part.size(); ++i) {
      add_record(database, part[i], planned[i], tip, batch);
    }
  }
}

void add_reach(const Database& database, const Tip& tip, rocksdb::WriteBatch& batch) {
  must(batch.Put(database.family(Family::kMeta), kHeadKey,
                 encode_head({tip.commit, tip.head, tip.clamped_ns})));
  std::string commit;
  append_little64(commit, tip.commit);
  for (const Family family : kIndexes) must(batch.Put(database.family(family), kReachKey, commit));
}

void add_cursors(const Database& database, std::span<const Cursor> cursors, CursorMap& all,
                 rocksdb::WriteBatch& batch) {
  for (const Cursor& cursor : cursors) {
    const std::string key = cursor_key(cursor);
    if (cursor.resource_version.empty()) {
      must(batch.Delete(database.family(Family::kMeta), key));
      all.erase(key);
    } else {
      must(batch.Put(database.family(Family::kMeta), key, cursor.resource_version));
      all.insert_or_assign(key, cursor.resource_version);
    }
  }
}

Result<void> discard_after(const Database& database, Decoder& decoder, record::Seq last,
                           const CursorMap& cursors, rocksdb::WriteBatch& batch) {
  const auto records = database.iterate(Family::kRecords);
  for (records->Seek(record_key(last + 1)); records->Valid(); records->Next()) {
    auto raw =
        decoder.decode(database, records->key().ToStringView(), records->value().ToStringView());
    if (!raw) return tl::unexpected<Error>(raw.error());
    auto record = record_of(**raw);
    if (!record) return tl::unexpected<Error>(record.error());
    must(batch.Delete(database.family(Family::kRecords), records->key()));
    must(batch.Delete(database.family(Family::kSegments), records->key()));
    must(batch.Delete(database.family(Family::kKinds), kind_key(record->kind, record->seq)));
    must(batch.Delete(database.family(Family::kObjects), history_key(record->object, record->seq)));
  }
  decoder.clear();
  auto done = finished(*records, Family::kRecords);
  if (!done) return done;

  // Times never go back, so the entries of the last records are the last entries.
  const auto times = database.iterate(Family::kTimes);
  for (times->SeekToLast(); times->Valid() && times->key() != kReachKey; times->Prev()) {
    const auto seq = seq_of_key(times->key().ToStringView());
    if (seq && *seq <= last) break;
    must(batch.Delete(database.family(Family::kTimes), times->key()));
  }
  done = finished(*times, Family::kTimes);
  if (!done) return done;

  done = discard_snapshots_after(database, last, batch);
  if (!done) return done;
  const auto found = load_cursors(database);
  if (!found) return tl::unexpected<Error>(found.error());
  for (const auto& [key, version] : *found) must(batch.Delete(database.family(Family::kMeta), key));
  for (const auto& [key, version] : cursors) {
    must(batch.Put(database.family(Family::kMeta), key, version));
  }
  return {};
}

Result<CursorMap> load_cursors(const Database& database) {
  CursorMap cursors;
  const auto entry = database.iterate(Family::kMeta);
  for (entry->Seek(kCursorPrefix); entry->Valid() && entry->key().starts_with(kCursorPrefix);
       entry->Next()) {
    cursors.emplace(entry->key().ToString(), entry->value().ToString());
  }
  return finished(*entry, Family::kMeta).map([&] { return std::move(cursors); });
}

}  // namespace pawprint::store
