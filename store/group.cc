#include "store/group.h"

#include <algorithm>
#include <array>

#include "engine/record/codec.h"
#include "store/layout.h"

namespace pawprint::store {
namespace {

/// A batch reports an error only for input that RocksDB cannot hold (4 GB); such a record would
/// have been refused at the edge.
void must(const rocksdb::Status& status) { PAWPRINT_CHECK(status.ok()); }

void put_record(const Database& database, const record::Record& record, const record::Hash& hash,
                const std::string& header, rocksdb::WriteBatch& batch) {
  const std::string key = record_key(record.seq);
  const std::string prefix = record_prefix(hash, header);
  const std::array<rocksdb::Slice, 1> keys{key};
  const std::array<rocksdb::Slice, 2> values{prefix, record.body};
  must(batch.Put(database.family(Family::kRecords), rocksdb::SliceParts(keys.data(), 1),
                 rocksdb::SliceParts(values.data(), 2)));
}

Result<void> finished(const rocksdb::Iterator& entry, Family family) {
  if (entry.status().ok()) return {};
  return tl::unexpected<Error>(error_of(entry.status(), "read " + std::string(name(family))));
}

}  // namespace

void add_group(const Database& database, std::span<record::Record> group, std::uint32_t boot,
               Tip& tip, rocksdb::WriteBatch& batch) {
  for (record::Record& record : group) {
    record.seq = tip.head.seq + 1;
    record.boot = boot;
    const std::string header = record::encode_header(record);
    tip.head = Head{record.seq, record.time_ns, chain(tip.head.hash, header, record.body)};
    tip.clamped_ns = std::max(tip.clamped_ns, record.time_ns);
    put_record(database, record, tip.head.hash, header, batch);
    must(batch.Put(database.family(Family::kTimes), time_key(tip.clamped_ns, record.seq), ""));
    must(batch.Put(database.family(Family::kKinds), kind_key(record.kind, record.seq), ""));
    if (has_history(record)) {
      must(
          batch.Put(database.family(Family::kObjects), history_key(record.object, record.seq), ""));
    }
  }
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

Result<void> discard_after(const Database& database, record::Seq last, const CursorMap& cursors,
                           rocksdb::WriteBatch& batch) {
  const auto records = database.iterate(Family::kRecords);
  for (records->Seek(record_key(last + 1)); records->Valid(); records->Next()) {
    auto stored = decode_record(records->key().ToStringView(), records->value().ToStringView());
    if (!stored) return tl::unexpected<Error>(stored.error());
    const record::Record& record = stored->record;
    must(batch.Delete(database.family(Family::kRecords), records->key()));
    must(batch.Delete(database.family(Family::kKinds), kind_key(record.kind, record.seq)));
    must(batch.Delete(database.family(Family::kObjects), history_key(record.object, record.seq)));
  }
  auto done = finished(*records, Family::kRecords);
  if (!done) return done;

  // Times never go back, so the entries of the last records are the last entries.
  const auto times = database.iterate(Family::kTimes);
  for (times->SeekToLast(); times->Valid(); times->Prev()) {
    const auto seq = seq_of_key(times->key().ToStringView());
    if (seq && *seq <= last) break;
    must(batch.Delete(database.family(Family::kTimes), times->key()));
  }
  done = finished(*times, Family::kTimes);
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

Result<std::int64_t> load_clamped_time(const Database& database) {
  const auto entry = database.iterate(Family::kTimes);
  entry->SeekToLast();
  auto done = finished(*entry, Family::kTimes);
  if (!done) return tl::unexpected<Error>(done.error());
  if (!entry->Valid()) return std::numeric_limits<std::int64_t>::min();
  if (entry->key().size() != 16) {
    return fail(ErrorCode::kDamaged, "an entry of index times is cut short");
  }
  return time_of_key(entry->key().ToStringView());
}

}  // namespace pawprint::store
