#include "store/database.h"

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include "store/info_log.h"
#include "store/layout.h"
#include "store/private_file_system.h"

namespace pawprint::store {
namespace {

constexpr std::size_t kBlockCacheBytes = std::size_t{32} << 20;
/// What a reader has to replay when it opens, at most.
constexpr std::uint64_t kWalBytes = std::uint64_t{32} << 20;
/// A writer flushes every 16 MB; that it does so during each of these looks means trouble.
constexpr int kCatchUpAttempts = 1000;

/// A key of an index without the seq at its end.
class WithoutSeq final : public rocksdb::SliceTransform {
 public:
  [[nodiscard]] const char* Name() const override { return "PawprintWithoutSeq"; }
  [[nodiscard]] rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    return {key.data(), key.size() - kSeqBytes};
  }
  [[nodiscard]] bool InDomain(const rocksdb::Slice& key) const override {
    return key.size() > kSeqBytes;
  }

 private:
  static constexpr std::size_t kSeqBytes = 8;
};

rocksdb::ColumnFamilyOptions family_options(Family family, const Tuning& tuning,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  // Bodies are a few KB: larger blocks give zstd something to find; index entries are small.
  table.block_size = family == Family::kRecords ? std::size_t{32} << 10 : std::size_t{8} << 10;
  table.format_version = 5;
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compression = rocksdb::kZSTD;
  // Records come in the order of their keys, and so do the entries of one object: each goes in
  // behind the one before, and is not searched for.
  if (family == Family::kRecords) {
    options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewCappedPrefixTransform(1));
  }
  if (family == Family::kObjects) {
    options.memtable_insert_with_hint_prefix_extractor = std::make_shared<WithoutSeq>();
  }
  options.write_buffer_size =
      family == Family::kRecords ? tuning.write_buffer_bytes : tuning.write_buffer_bytes / 4;
  return options;
}

bool writes(Access access) { return access == Access::kCreate || access == Access::kWrite; }

rocksdb::DBOptions database_options(Access access, const std::filesystem::path& directory,
                                    rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.env = env;
  options.create_if_missing = access == Access::kCreate;
  options.create_missing_column_families = access == Access::kCreate;
  // What a power failure leaves of a write that was not synced may be torn in any order, so the log
  // files are read up to the first record that is not whole. That this lost nothing acknowledged,
  // the head anchor tells; by itself this mode hides any damage of the log files.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.paranoid_checks = true;
  // Not atomic_flush: when such a flush fails, RocksDB 7.8 keeps references to the families and
  // aborts when the database is closed. check_reach() looks after each family instead.
  options.max_total_wal_size = kWalBytes;
  // Readers keep the files open that a writer may delete under them.
  options.max_open_files = -1;
  // RocksDB starts the others for each family, however few files it has.
  options.max_file_opening_threads = 1;
  options.max_background_jobs = 2;
  options.db_host_id.clear();  // A copy that is given away does not name the machine.
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  // Readers write nothing into the store's directory.
  if (writes(access)) options.info_log = std::make_shared<InfoLog>(directory);
  else options.info_log = std::make_shared<SilentLog>();
  return options;
}

/// Which table files there are, as far as it can be seen to change: a flush and a compaction add to
/// the manifest before they delete a file.
///
/// RocksDB's secondary reads the manifest first and the write-ahead logs then. A log that is
/// flushed and deleted in between is in neither, and its records would be missing in the middle
/// until the next look. So a look counts only when the manifest stayed as it was.
std::string manifest_state(const std::filesystem::path& directory) {
  std::error_code error;
  std::ifstream current(directory / "CURRENT");
  std::string manifest;
  std::getline(current, manifest);
  const auto size = std::filesystem::file_size(directory / manifest, error);
  return manifest + " " + std::to_string(error ? 0 : size);
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

/// What a refusal to open means, given that there is a store.
Error open_error(const rocksdb::Status& status, const std::filesystem::path& directory) {
  const std::string text = one_line(status.ToString());
  const std::string where = "store " + directory.string();
  if (status.IsNoSpace()) return {ErrorCode::kExhausted, where + ": " + text};
  if (status.IsIOError() && text.find("LOCK") != std::string::npos) {
    return {ErrorCode::kUnreachable, where + " is in use by another writer: " + text};
  }
  if ((status.IsIOError() && !status.IsPathNotFound())) {
    return {ErrorCode::kUnreachable, where + " cannot be opened: " + text};
  }
  return {ErrorCode::kDamaged, where + " is damaged: RocksDB refuses it: " + text};
}

}  // namespace

std::string_view name(Family family) {
  switch (family) {
    case Family::kMeta:
      return "default";
    case Family::kRecords:
      return "records";
    case Family::kObjects:
      return "objects";
    case Family::kTimes:
      return "times";
    case Family::kKinds:
      return "kinds";
    case Family::kSegments:
      return "segments";
    case Family::kSnapshots:
      return "snapshots";
  }
  return "";
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& directory,
                                                 Access access, const Tuning& tuning) {
  std::unique_ptr<Database> database(new Database(directory, access));
  database->file_system_ = tuning.file_system ? tuning.file_system : rocksdb::FileSystem::Default();
  if (writes(access)) {
    database->file_system_ = std::make_shared<PrivateFileSystem>(database->file_system_);
  }
  database->env_ = rocksdb::NewCompositeEnv(database->file_system_);

  const auto cache = rocksdb::NewLRUCache(kBlockCacheBytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (std::size_t i = 0; i < kFamilies; ++i) {
    const auto family = static_cast<Family>(i);
    families.emplace_back(std::string(name(family)), family_options(family, tuning, cache));
  }
  const auto options = database_options(access, directory, database->env_.get());
  const std::string before = manifest_state(directory);
  rocksdb::DB* db = nullptr;
  auto& handles = database->handles_;
  const std::string name = directory.string();
  rocksdb::Status status;
  if (access == Access::kFollow) {
    // The empty name is where a secondary would keep its info log; ours keeps none.
    status = rocksdb::DB::OpenAsSecondary(options, name, "", families, &handles, &db);
  } else if (access == Access::kInspect) {
    status = rocksdb::DB::OpenForReadOnly(options, name, families, &handles, &db);
  } else {
    status = rocksdb::DB::Open(options, name, families, &handles, &db);
  }
  database->db_.reset(db);
  if (!status.ok()) return tl::unexpected<Error>(open_error(status, directory));
  if (access == Access::kFollow && before != manifest_state(directory)) {
    auto caught_up = database->catch_up();
    if (!caught_up) return tl::unexpected<Error>(caught_up.error());
  }
  return database;
}

Database::~Database() {
  if (!db_) return;
  for (rocksdb::ColumnFamilyHandle* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  db_.reset();
}

Result<std::optional<std::string>> Database::meta(std::string_view key) const {
  std::string value;
  const auto status = db_->Get(rocksdb::ReadOptions(), family(Family::kMeta), key, &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return tl::unexpected<Error>(error_of(status, "read the metadata"));
  return std::optional<std::string>(std::move(value));
}

Result<std::uint64_t> Database::meta_number(std::string_view key) const {
  auto value = meta(key);
  if (!value) return tl::unexpected<Error>(value.error());
  if (!*value) return 0;
  if ((*value)->size() != 8) {
    return fail(ErrorCode::kDamaged, "metadata '" + std::string(key) + "' is not a number");
  }
  return little64(**value);
}

std::unique_ptr<rocksdb::Iterator> Database::iterate(Family which) const {
  return std::unique_ptr<rocksdb::Iterator>(
      db_->NewIterator(rocksdb::ReadOptions(), family(which)));
}

Result<void> Database::write_synced(rocksdb::WriteBatch& batch) {
  rocksdb::WriteOptions options;
  options.sync = true;
  const auto status = db_->Write(options, &batch);
  if (status.ok()) return {};
  return tl::unexpected<Error>(error_of(status, "append to the log"));
}

Result<void> Database::flush() {
  const auto status = db_->Flush(rocksdb::FlushOptions(), handles_);
  if (status.ok()) return {};
  return tl::unexpected<Error>(error_of(status, "flush the log"));
}

Result<void> Database::catch_up() {
  for (int attempt = 0; attempt < kCatchUpAttempts; ++attempt) {
    const std::string before = manifest_state(directory_);
    const auto status = db_->TryCatchUpWithPrimary();
    if (!status.ok()) return tl::unexpected<Error>(error_of(status, "follow the log"));
    if (before == manifest_state(directory_)) return {};
  }
  return fail(ErrorCode::kUnreachable, "store " + directory_.string() +
                                           " changes faster than it can be followed; try again");
}

Error error_of(const rocksdb::Status& status, std::string_view what) {
  ErrorCode code = ErrorCode::kInternal;
  if (status.IsCorruption()) code = ErrorCode::kDamaged;
  if (status.IsIOError() || status.IsNoSpace()) code = ErrorCode::kExhausted;
  return {code, "cannot " + std::string(what) + ": " + one_line(status.ToString())};
}

Result<std::unique_ptr<Database>> open_for_reading(const std::filesystem::path& directory,
                                                   const AnchorReader& anchor) {
  if (!anchor.writer_present()) {
    const std::string before = manifest_state(directory);
    auto database = Database::open(directory, Access::kInspect);
    // A writer that came meanwhile has changed files under us.
    if (!anchor.writer_present() && before == manifest_state(directory)) return database;
  }
  return Database::open(directory, Access::kFollow);
}

bool holds_database(const std::filesystem::path& directory) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto file = entry->path().filename().string();
    const auto extension = entry->path().extension();
    if (file == "CURRENT" || file.starts_with("MANIFEST-")) return true;
    if (extension == ".sst" || extension == ".log") return true;
  }
  return false;
}

}  // namespace pawprint::store
