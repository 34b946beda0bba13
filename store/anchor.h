// The head anchor: how far the log is known to reach, kept and synced outside of RocksDB.
//
// RocksDB's recovery may drop acknowledged records at the end of a damaged write-ahead log without
// an error; the anchor is what tells. Two slots in different pages are written in turn, so that a
// write cut off by a power failure leaves the one before it. The file is filled at creation, so
// that a sync never has to allocate. It also carries the writer's lock.
// Layout: store/log_format.md, "Head anchor".
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/record/digest.h"
#include "engine/record/record.h"
#include "engine/result.h"
#include "store/files.h"

namespace pawprint::store {

inline constexpr std::string_view kAnchorFile = "head.anchor";

/// State after one commit. Commits count everything that was synced: groups, cursors, open, close.
struct AnchorPoint {
  std::uint64_t commit = 0;
  record::Seq seq = 0;
  std::int64_t time_ns = 0;
  record::Hash hash{};  ///< Chain value after `seq`.
  bool operator==(const AnchorPoint&) const = default;
};

struct AnchorReading {
  AnchorPoint point;          ///< The newest slot that is whole.
  bool slot_damaged = false;  ///< The other slot holds no whole point, although it must.
};

/// One slot's bytes; kSlotBytes long.
std::string encode_slot(const AnchorPoint& point);

/// Reading side: no lock, any number of processes.
class AnchorReader {
 public:
  /// kNotFound: no such file.
  static Result<AnchorReader> open(const std::filesystem::path& directory);
  /// kDamaged: no slot is whole. kUnreachable: the file is empty (a store is being made).
  [[nodiscard]] Result<AnchorReading> read() const;
  /// Whether a writer has the store open. Asks without taking the lock; true when in doubt.
  [[nodiscard]] bool writer_present() const;

 private:
  File file_;
  std::filesystem::path path_;
};

/// Writing side; holds the store's lock for as long as it lives.
class AnchorWriter {
 public:
  /// kNotFound: no such file and `create` is false. kUnreachable: another writer has the lock.
  static Result<AnchorWriter> open(const std::filesystem::path& directory, bool create);

  /// Fills the file and stores `first` (and, but for commit 0, what preceded it), synced with the
  /// directory.
  Result<void> initialise(const AnchorPoint& first);
  [[nodiscard]] Result<AnchorReading> read() const;
  /// Writes the page of the slot of `point.commit` and syncs it.
  Result<void> store(const AnchorPoint& point);
  /// Replaces the slot that `store` of the commit after `acknowledged` may have left half-done.
  Result<void> forget_after(const AnchorPoint& acknowledged);

 private:
  File file_;
  std::filesystem::path path_;
};

/// What is said of a store that another writer has open.
tl::unexpected<Error> taken(const std::filesystem::path& directory);

}  // namespace pawprint::store
