// RocksDB's own log, for people who look into a store: the file LOG in its directory.
//
// RocksDB's logger ends the process with an assertion when its file cannot be written, that is, on
// a full disk. This one drops the line. It holds no keys and no values of the log.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include <rocksdb/env.h>

#include "store/files.h"

namespace pawprint::store {

/// Any thread may write. The file is renamed to LOG.old when it has grown.
class InfoLog final : public rocksdb::Logger {
 public:
  explicit InfoLog(std::filesystem::path directory);

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override;
  /// The dump of all options at every start; nobody reads it.
  void LogHeader(const char* /*format*/, va_list /*arguments*/) override {}

 private:
  void reopen();

  std::filesystem::path directory_;
  std::mutex mutex_;
  File file_;
  std::uint64_t size_ = 0;
};

/// Says nothing: for those who may not write.
class SilentLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

}  // namespace pawprint::store
