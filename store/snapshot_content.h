// The content of snapshots, beside the log: what a Snapshot record speaks of.
//
// Layout: store/log_format.md, "Snapshots".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/record/record.h"
#include "engine/result.h"
#include "store/database.h"
#include "store/decoder.h"
#include "store/log.h"

namespace pawprint::store {

/// Puts the content of the Snapshot record `seq` into `batch`.
void add_snapshot(const Database& database, record::Seq seq, std::string_view content,
                  rocksdb::WriteBatch& batch);
/// Takes out every content after `last`.
Result<void> discard_snapshots_after(const Database& database, record::Seq last,
                                     rocksdb::WriteBatch& batch);

/// The content beside a Snapshot record. kNotFound when there is none; kDamaged when it is not what
/// the record says, also when the record is no Snapshot.
Result<std::string> snapshot_content(const Database& database, const record::Record& record);

/// Every content that is there must be what its record says, and every Snapshot record that has its
/// body must have its content. Told as problems of what "snapshot".
std::vector<Problem> check_snapshots(const Database& database, Decoder& decoder);

/// Bytes on disk and in memory that snapshots take, as RocksDB counts them.
std::uint64_t snapshot_bytes(const Database& database);

}  // namespace pawprint::store
