// The log: append, read, follow. RocksDB appears only behind this header.
//
// One writer per directory (a second one is refused with kUnreachable), any number of readers in
// any process, also while the writer runs. Acknowledged means fsynced: when append returns, the
// group, its cursors and the head anchor are on disk. On-disk layout: store/log_format.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/record/digest.h"
#include "engine/record/record.h"
#include "engine/result.h"

namespace pawprint::store {

/// Position of a reflector: advanced in the same write as the records that it covers.
struct Cursor {
  std::string zone, group, kind;
  std::string resource_version;  ///< Empty removes the cursor (the next start lists).
  bool operator==(const Cursor&) const = default;
};

struct Head {
  record::Seq seq = 0;       ///< 0: the log is empty.
  std::int64_t time_ns = 0;  ///< Of that record, as recorded.
  record::Hash hash{};       ///< Chain value after `seq`.
};

/// Bytes of the store's files; snapshots may lie in memory yet.
/// The end of a log as others keep it: what is before it cannot change unseen.
struct TreeHead {
  std::string origin;    ///< Names the log and its copies: "pawprint/" and 32 hex digits.
  record::Seq size = 0;  ///< Records 1..size; the seq of the last one.
  record::Hash root{};   ///< Merkle tree of RFC 6962 over them.
  record::Hash chain{};  ///< Chain value after the last one.
  bool operator==(const TreeHead&) const = default;
};

/// That a record is in the log of a TreeHead, for whoever has that head and nothing else.
struct Inclusion {
  record::Seq seq = 0;
  std::string header;        ///< engine/record/codec.h
  record::Hash body_hash{};  ///< SHA-256 of the body.
  std::vector<record::Hash> path;
};

struct Disk {
  std::uint64_t log_bytes = 0, snapshot_bytes = 0;
};

struct Problem {
  record::Seq seq = 0;       ///< 0 when it concerns no single record.
  std::string what, detail;  ///< what: chain, anchor, index, gap, rocksdb, body, format, key,
                             ///< snapshot, more.
};

/// Reading side. Obtained from a Writer, or by open() on a directory that another process may be
/// writing. Not thread-safe; open one per thread.
class Reader {
 public:
  /// kUnreachable: no store there. kDamaged: the log ends before its head anchor, or RocksDB
  /// refuses it. Opens a live daemon's store without disturbing it.
  static Result<std::unique_ptr<Reader>> open(const std::filesystem::path& directory);
  virtual ~Reader() = default;

  /// Sees what the writer has appended since; cheap when nothing was.
  virtual Result<void> refresh() = 0;
  [[nodiscard]] virtual Head head() const = 0;
  /// First seq that is kept; 1 in an empty log.
  [[nodiscard]] virtual record::Seq oldest() const = 0;
  /// kCoverage outside oldest..head and for a record whose body retention took away; kDamaged when
  /// the record does not decode.
  virtual Result<record::Record> get(record::Seq seq) = 0;
  /// In order, inclusive; stops early when `visit` returns false. Verifies nothing but decoding.
  /// Ends with kCoverage at a record whose body retention took away.
  virtual Result<void> scan(record::Seq from, record::Seq to,
                            const std::function<bool(const record::Record&)>& visit) = 0;
  /// As scan, of headers alone: `body` is empty in all records, and those without a body count too.
  virtual Result<void> scan_headers(
      record::Seq from, record::Seq to,
      const std::function<bool(const record::Record&, bool has_body)>& visit) = 0;
  /// The records of ascending seqs, in that order; as get().
  virtual Result<void> visit(std::span<const record::Seq> seqs,
                             const std::function<void(const record::Record&)>& each) = 0;
  /// Seqs of Observed, Vanished and Quarantined records of one object, ascending, up to `upto`.
  virtual Result<std::vector<record::Seq>> history(const record::ObjectKey& key,
                                                   record::Seq upto) = 0;
  /// Last seq whose (clamped, never decreasing) time is at or before `time_ns`; 0 if none is.
  virtual Result<record::Seq> seq_at(std::int64_t time_ns) = 0;
  /// Seqs of all records of one kind (Decision, Boot, Config, ...), ascending.
  virtual Result<std::vector<record::Seq>> of_kind(record::Kind kind) = 0;
  /// As the log has them; those of a group that is on its way, or that a crash left unanchored, may
  /// be ahead of head(). A writer's own are never.
  virtual Result<std::vector<Cursor>> cursors() = 0;
  /// Seqs of the Snapshot records whose content is kept, ascending.
  virtual Result<std::vector<record::Seq>> snapshots() = 0;
  /// The content beside a Snapshot record. kNotFound when it is not kept, kDamaged when it is not
  /// what the record says.
  virtual Result<std::string> snapshot(record::Seq seq) = 0;
  /// The log up to record `size`; kCoverage outside 0..head.
  virtual Result<TreeHead> tree_head(record::Seq size) = 0;
  /// That record `seq` is in the log up to record `size`.
  virtual Result<Inclusion> prove(record::Seq seq, record::Seq size) = 0;
  /// That the log up to `from` is the beginning of the log up to `size`: RFC 6962, section 2.1.2.
  virtual Result<std::vector<record::Hash>> prove_growth(record::Seq from, record::Seq size) = 0;
  [[nodiscard]] virtual Disk disk() const = 0;
};

/// Writing side; also reads. Owned by one thread.
class Writer {
 public:
  /// Creates the directory (mode 0700) and an empty log when there is none and `create` is true.
  static Result<std::unique_ptr<Writer>> open(const std::filesystem::path& directory,
                                              bool create = true);
  virtual ~Writer() = default;

  /// Assigns seq and boot to each record in place, appends all of them and the cursors in one
  /// write, fsyncs, then moves the head anchor and fsyncs that. On error nothing was acknowledged:
  /// kExhausted may be retried with the same records, kDamaged may not. An empty group with
  /// cursors is allowed (bookmarks).
  virtual Result<Head> append(std::span<record::Record> group,
                              std::span<const Cursor> cursors = {}) = 0;
  /// Appends a Snapshot record, as append, and beside it the content that it speaks of, which the
  /// store does not read.
  virtual Result<Head> append_snapshot(record::Record& record, std::string_view content) = 0;
  /// Number given to records from now on; call once per daemon start before the Boot record.
  virtual void set_boot(std::uint32_t boot) = 0;
  /// The number last given, by this writer or, before set_boot, by the one before; 0 if none was.
  [[nodiscard]] virtual std::uint32_t boot() const = 0;
  /// False when the last writer did not call close(): the Boot record says so.
  [[nodiscard]] virtual bool closed_cleanly() const = 0;
  /// Flushes and marks a clean end. The writer must not be used afterwards.
  virtual Result<void> close() = 0;
  /// Reads through the writer's own handle: sees every acknowledged record at once.
  virtual Reader& reader() = 0;
  /// Key for the digests of Secret bytes: 32 random bytes, made with the store, mode 0600.
  [[nodiscard]] virtual std::string_view secret_key() const = 0;
};

/// Whether a store, or what is left of one, is in `directory`; false also when nobody can tell.
bool holds_store(const std::filesystem::path& directory);

/// kUnreachable when a writer, in any process, has the store open. Another error: nobody can tell.
/// A store that is not there is free.
Result<void> check_free(const std::filesystem::path& directory);

/// A consistent copy of the store in `from` (also of a running daemon's) as a new store in `to`,
/// which must not exist or be empty.
Result<Head> copy(const std::filesystem::path& from, const std::filesystem::path& to);

struct FsckReport {
  std::uint64_t records = 0;
  Head head;
  std::vector<Problem> problems;
};
/// Reads everything: chain, anchor, indexes, gaps, decodability. Reports also when RocksDB refuses
/// to open (then `problems` says so). Only a missing store is an Error.
Result<FsckReport> fsck(const std::filesystem::path& directory);

}  // namespace pawprint::store
