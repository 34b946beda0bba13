// RocksDB as the log uses it: options, column families, ways of opening, and what its status means.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/file_system.h>
#include <rocksdb/write_batch.h>

#include "engine/result.h"
#include "store/anchor.h"

namespace pawprint::store {

/// Column families; the numbers are not stored (names are).
enum class Family : std::uint8_t {
  kMeta,
  kRecords,
  kObjects,
  kTimes,
  kKinds,
  kSegments,
  kSnapshots
};
inline constexpr std::size_t kFamilies = 7;
/// Those that list records, and can be made anew from them.
inline constexpr std::array<Family, 4> kIndexes{Family::kObjects, Family::kTimes, Family::kKinds,
                                                Family::kSegments};
/// "default" (the metadata), "records", "objects", "times", "kinds", "segments",
/// "snapshots".
std::string_view name(Family family);

enum class Access : std::uint8_t {
  kCreate,   ///< Write; make what is missing.
  kWrite,    ///< Write; every family must exist.
  kInspect,  ///< Read what is there, strictly: every file must be. Only while nobody writes.
  kFollow,   ///< Read, beside a writer in any process. Neither of the two writes anything.
};

/// What tests turn; everything else uses the defaults.
struct Tuning {
  std::size_t write_buffer_bytes = std::size_t{16} << 20;
  std::size_t stream_bytes = std::size_t{64} << 20;  ///< Records kept to build others on.
  std::shared_ptr<rocksdb::FileSystem> file_system;  ///< Null: the operating system's.
};

class Database {
 public:
  /// kDamaged: RocksDB refuses the files. The caller has made sure that there is a store.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& directory,
                                                Access access, const Tuning& tuning = {});
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] rocksdb::DB& db() const { return *db_; }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(Family family) const {
    return handles_[static_cast<std::size_t>(family)];
  }

  /// A value of the metadata; nothing when there is none.
  [[nodiscard]] Result<std::optional<std::string>> meta(std::string_view key) const;
  /// A number of the metadata (eight bytes, little-endian); 0 when there is none.
  [[nodiscard]] Result<std::uint64_t> meta_number(std::string_view key) const;
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> iterate(Family family) const;
  /// The batch and one sync of the write-ahead log.
  Result<void> write_synced(rocksdb::WriteBatch& batch);
  /// Everything in memory into table files.
  Result<void> flush();
  /// Sees what the writer has written since; only for kFollow.
  Result<void> catch_up();
  [[nodiscard]] Access access() const { return access_; }

 private:
  Database(std::filesystem::path directory, Access access)
      : directory_(std::move(directory)), access_(access) {}

  std::filesystem::path directory_;
  Access access_;
  std::shared_ptr<rocksdb::FileSystem> file_system_;
  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;  // In the order of Family; owned.
};

/// The status of an operation on an open database, as one line. IOError is kExhausted.
Error error_of(const rocksdb::Status& status, std::string_view what);

/// Opens for reading: kInspect while `anchor` shows no writer, kFollow otherwise.
Result<std::unique_ptr<Database>> open_for_reading(const std::filesystem::path& directory,
                                                   const AnchorReader& anchor);

/// True when `directory` holds files that only RocksDB makes.
bool holds_database(const std::filesystem::path& directory);

}  // namespace pawprint::store
