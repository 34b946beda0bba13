// Write batches of the log: what a group of records adds to every family, and what takes it out.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <span>
#include <string>

#include "engine/record/record.h"
#include "store/database.h"
#include "store/log.h"
#include "store/streams.h"
#include "store/tail.h"

namespace pawprint::store {

/// Where the log ends, as far as it is acknowledged.
struct Tip {
  std::uint64_t commit = 0;
  Head head;
  Tail tail;  ///< At `head`.
  /// Greatest time of any record: what the time index goes by.
  std::int64_t clamped_ns = std::numeric_limits<std::int64_t>::min();
};

/// Cursors by their metadata key.
using CursorMap = std::map<std::string, std::string, std::less<>>;

/// Gives seq and boot to each record, puts it with its index entries into `batch`, and moves `tip`.
void add_group(const Database& database, std::span<record::Record> group, std::uint32_t boot,
               Streams& streams, Tip& tip, rocksdb::WriteBatch& batch);

/// Puts the end of the log, as it is at `tip`, into every family.
void add_reach(const Database& database, const Tip& tip, rocksdb::WriteBatch& batch);

/// Puts the cursors into `batch` and into `all`.
void add_cursors(const Database& database, std::span<const Cursor> cursors, CursorMap& all,
                 rocksdb::WriteBatch& batch);

/// Takes out every record after `last` with its index entries (read with `decoder`), and sets the
/// cursors back: what a write left behind that failed and was not acknowledged.
Result<void> discard_after(const Database& database, Decoder& decoder, record::Seq last,
                           const CursorMap& cursors, rocksdb::WriteBatch& batch);

Result<CursorMap> load_cursors(const Database& database);

}  // namespace pawprint::store
