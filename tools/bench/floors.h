// What this machine can do at best, measured in the same run as the rows.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace pawprint::bench {

/// CPU microseconds per document: simdjson visiting every value, and nlohmann parsing.
double simdjson_visit_us(const std::vector<std::string>& documents);
double nlohmann_parse_us(const std::vector<std::string>& documents);

/// A file in `folder` that grows, and is gone with the object.
class SyncedFile {
 public:
  explicit SyncedFile(const std::filesystem::path& folder);
  ~SyncedFile();
  SyncedFile(const SyncedFile&) = delete;
  SyncedFile& operator=(const SyncedFile&) = delete;
  bool append(const std::string& bytes);
  bool sync();
  /// Microseconds of appending 4 KiB and fdatasync.
  double append_block_us();

 private:
  std::filesystem::path path_;
  int file_ = -1;
};

/// What RocksDB does with the documents alone: block zstd, batches of 256, each synced.
struct RocksDbFloor {
  double per_second = 0;
  double cpu_us = 0;           ///< Per document.
  double bytes_per_event = 0;  ///< In table files, at the end.
};
RocksDbFloor rocksdb_floor(const std::filesystem::path& directory,
                           const std::vector<std::string>& documents);
/// Events per second of a file that gets groups of 256 documents, each group synced.
double raw_groups_per_second(const std::filesystem::path& folder,
                             const std::vector<std::string>& documents);

}  // namespace pawprint::bench
