#include "store/private_file_system.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace pawprint::store {
namespace {

rocksdb::IOStatus close_to_others(rocksdb::IOStatus made, const std::string& path) {
  if (!made.ok()) return made;
  if (::chmod(path.c_str(), 0600) == 0) return made;
  return rocksdb::IOStatus::IOError("While making private: " + path, std::strerror(errno));
}

}  // namespace

PrivateFileSystem::PrivateFileSystem(const std::shared_ptr<rocksdb::FileSystem>& target)
    : rocksdb::FileSystemWrapper(target) {}

rocksdb::IOStatus PrivateFileSystem::NewWritableFile(const std::string& path,
                                                     const rocksdb::FileOptions& options,
                                                     std::unique_ptr<rocksdb::FSWritableFile>* file,
                                                     rocksdb::IODebugContext* debug) {
  return close_to_others(target()->NewWritableFile(path, options, file, debug), path);
}

rocksdb::IOStatus PrivateFileSystem::LockFile(const std::string& path,
                                              const rocksdb::IOOptions& options,
                                              rocksdb::FileLock** lock,
                                              rocksdb::IODebugContext* debug) {
  return close_to_others(target()->LockFile(path, options, lock, debug), path);
}

}  // namespace pawprint::store
