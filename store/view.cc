#include "store/view.h"

#include <algorithm>
#include <system_error>

#include "store/layout.h"

namespace pawprint::store {
namespace {

Result<StoredRecord> stored_record(const Database& database, record::Seq seq, std::string& value) {
  const std::string key = record_key(seq);
  const auto status =
      database.db().Get(rocksdb::ReadOptions(), database.family(Family::kRecords), key, &value);
  if (status.IsNotFound()) {
    return fail(ErrorCode::kDamaged, "the record is missing");
  }
  if (!status.ok()) {
    return tl::unexpected<Error>(error_of(status, "read record " + std::to_string(seq)));
  }
  return decode_record(key, value);
}

/// Damage that is met while reading, in the words of all commands.
Error at_seq(Error error, record::Seq seq, const std::filesystem::path& directory) {
  if (error.code != ErrorCode::kDamaged) return error;
  const std::string name = "record " + std::to_string(seq) + " is damaged: ";
  if (error.message.starts_with(name)) error.message.erase(0, name.size());
  return {error.code, "store " + directory.string() + " is damaged at seq " + std::to_string(seq) +
                          ": " + error.message};
}

Error of_store(Error error, const std::filesystem::path& directory) {
  if (error.code != ErrorCode::kDamaged) return error;
  return {error.code, "store " + directory.string() + " is damaged: " + error.message};
}

/// Each family reaches its table files on its own, so a lost log file may leave an index behind the
/// records. Writes are in order: an index that lists a record lists those before it.
Result<void> check_listed(const Database& database, const record::Record& record) {
  const auto times = database.iterate(Family::kTimes);
  times->SeekToLast();
  std::string value;
  const rocksdb::ReadOptions options;
  auto status = times->status();
  const auto last = times->Valid() ? seq_of_key(times->key().ToStringView()) : std::nullopt;
  if (status.ok() && last.value_or(0) < record.seq) status = rocksdb::Status::NotFound();
  if (status.ok()) {
    status = database.db().Get(options, database.family(Family::kKinds),
                               kind_key(record.kind, record.seq), &value);
  }
  if (status.ok() && has_history(record)) {
    status = database.db().Get(options, database.family(Family::kObjects),
                               history_key(record.object, record.seq), &value);
  }
  if (status.ok()) return {};
  const std::string seq = std::to_string(record.seq);
  if (!status.IsNotFound()) return tl::unexpected<Error>(error_of(status, "look up record " + seq));
  return fail(ErrorCode::kDamaged, "an index does not list record " + seq);
}

}  // namespace

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
  std::string value;
  auto stored = stored_record(**open, seq, value);
  if (!stored) return tl::unexpected<Error>(at_seq(stored.error(), seq, directory_));
  return std::move(stored->record);
}

Result<void> View::scan(record::Seq from, record::Seq to,
                        const std::function<bool(const record::Record&)>& visit) {
  if (from > to) return {};
  auto open = opened();
  if (!open) return tl::unexpected<Error>(open.error());
  auto inside = covered(from).and_then([&] { return covered(to); });
  if (!inside) return inside;
  const auto entry = (*open)->iterate(Family::kRecords);
  record::Seq expected = from;
  for (entry->Seek(record_key(from)); entry->Valid() && expected <= to; entry->Next(), ++expected) {
    if (entry->key() != record_key(expected)) break;
    auto stored = decode_record(entry->key().ToStringView(), entry->value().ToStringView());
    if (!stored) return tl::unexpected<Error>(at_seq(stored.error(), expected, directory_));
    if (!visit(stored->record)) return {};
  }
  if (expected > to) return {};
  Error missing{ErrorCode::kDamaged, "the record is missing"};
  if (!entry->status().ok()) {
    missing = error_of(entry->status(), "read record " + std::to_string(expected));
  }
  return tl::unexpected<Error>(at_seq(std::move(missing), expected, directory_));
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

Result<std::vector<record::Seq>> View::of_kind(record::Kind kind) {
  return seqs_under(Family::kKinds, kind_prefix(kind), head().seq);
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
  if (!entry->Valid()) return 0;
  const auto seq = seq_of_key(entry->key().ToStringView());
  if (!seq) {
    return tl::unexpected<Error>(
        of_store({ErrorCode::kDamaged, "an entry of index times is cut short"}, directory_));
  }
  return std::min(*seq, head().seq);
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
  return disk;
}

Result<Reach> reach_of(const Database& database) {
  Reach reach;
  auto commit = database.meta_number(kCommitKey);
  if (!commit) return tl::unexpected<Error>(commit.error());
  reach.commit = *commit;
  const auto entry = database.iterate(Family::kRecords);
  entry->SeekToLast();
  if (!entry->status().ok()) {
    return tl::unexpected<Error>(error_of(entry->status(), "read the last record"));
  }
  if (!entry->Valid()) return reach;
  auto stored = decode_record(entry->key().ToStringView(), entry->value().ToStringView());
  if (!stored) return tl::unexpected<Error>(stored.error());
  reach.head = Head{stored->record.seq, stored->record.time_ns, stored->hash};
  return reach;
}

Result<Reach> check_reach(const Database& database, const AnchorPoint& point,
                          const std::filesystem::path& directory) {
  const std::string where = "store " + directory.string() + " is damaged: ";
  const auto anchor = [&] { return (directory / kAnchorFile).string(); };
  auto reach = reach_of(database);
  if (!reach) return tl::unexpected<Error>(of_store(reach.error(), directory));
  if (reach->head.seq < point.seq) {
    return fail(ErrorCode::kDamaged, where + "the log ends at seq " +
                                         std::to_string(reach->head.seq) + ", but " + anchor() +
                                         " says that it reached seq " + std::to_string(point.seq));
  }
  if (reach->commit < point.commit) {
    return fail(ErrorCode::kDamaged, where + "the last write after seq " +
                                         std::to_string(reach->head.seq) + " is missing, says " +
                                         anchor());
  }
  if (point.seq == 0) return reach;
  std::string value;
  auto stored = stored_record(database, point.seq, value);
  if (!stored) return tl::unexpected<Error>(at_seq(stored.error(), point.seq, directory));
  if (stored->hash != point.hash) {
    return fail(ErrorCode::kDamaged, where + "the chain value at seq " + std::to_string(point.seq) +
                                         " is not that of " + anchor());
  }
  auto listed = check_listed(database, stored->record);
  if (!listed) return fail(listed.error().code, where + listed.error().message);
  return reach;
}

Result<void> check_tail(const Database& database, const AnchorPoint& point, record::Seq last,
                        const std::filesystem::path& directory) {
  record::Hash previous = point.hash;
  std::string value;
  for (record::Seq seq = point.seq + 1; seq <= last; ++seq) {
    auto stored = stored_record(database, seq, value);
    if (!stored) return tl::unexpected<Error>(at_seq(stored.error(), seq, directory));
    previous = chain(previous, stored->header, stored->record.body);
    if (previous != stored->hash) {
      return tl::unexpected<Error>(
          at_seq({ErrorCode::kDamaged, "the chain breaks there"}, seq, directory));
    }
  }
  return {};
}

Result<void> check_format(const Database& database, const std::filesystem::path& directory) {
  auto format = database.meta_number(kFormatKey);
  if (!format) return tl::unexpected<Error>(format.error());
  if (*format == kFormatVersion) return {};
  const std::string where = "store " + directory.string();
  if (*format == 0) {
    return fail(ErrorCode::kDamaged, where + " is damaged: its format version is missing");
  }
  return fail(ErrorCode::kUnreachable, where + " has format " + std::to_string(*format) +
                                           "; this program knows up to " +
                                           std::to_string(kFormatVersion) + ": use a newer one");
}

}  // namespace pawprint::store
