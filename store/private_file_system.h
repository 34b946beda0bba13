// A RocksDB file system whose new files only their owner can read.
//
// RocksDB makes files with mode 0644; the store's directory is closed to others, but a directory
// that somebody made beforehand may be open.
#pragma once

#include <memory>
#include <string>

#include <rocksdb/file_system.h>

namespace pawprint::store {

class PrivateFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit PrivateFileSystem(const std::shared_ptr<rocksdb::FileSystem>& target);

  [[nodiscard]] const char* Name() const override { return "PawprintPrivate"; }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LockFile(const std::string& path, const rocksdb::IOOptions& options,
                             rocksdb::FileLock** lock, rocksdb::IODebugContext* debug) override;
};

}  // namespace pawprint::store
