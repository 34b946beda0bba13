#include "store/info_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <system_error>
#include <utility>

namespace pawprint::store {
namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 20;

/// "2026-01-31T12:00:00Z "
std::string stamp() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ ", &parts);
  return {text.data(), size};
}

std::string formatted(const char* format, va_list arguments) {
  std::array<char, 2048> text{};
  const int size = std::vsnprintf(text.data(), text.size(), format, arguments);
  if (size <= 0) return "";
  std::string line(text.data(), std::min(static_cast<std::size_t>(size), text.size() - 1));
  while (line.ends_with('\n')) line.pop_back();
  return line + "\n";
}

}  // namespace

InfoLog::InfoLog(std::filesystem::path directory)
    : rocksdb::Logger(rocksdb::InfoLogLevel::INFO_LEVEL), directory_(std::move(directory)) {
  reopen();
}

void InfoLog::Logv(const char* format, va_list arguments) {
  const std::string line = stamp() + formatted(format, arguments);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (size_ > kMaxBytes) reopen();
  // Lost when the disk is full; the log itself says that, to whom it concerns.
  const auto put = ::write(file_.descriptor(), line.data(), line.size());
  if (put > 0) size_ += static_cast<std::uint64_t>(put);
}

void InfoLog::reopen() {
  const auto path = directory_ / "LOG";
  std::error_code error;
  size_ = std::filesystem::file_size(path, error);
  if (error) size_ = 0;
  if (size_ > kMaxBytes) {
    std::filesystem::rename(path, directory_ / "LOG.old", error);
    size_ = 0;
  }
  auto file = open_file(path, O_WRONLY | O_CREAT | O_APPEND);
  file_ = file ? std::move(*file) : File();
}

}  // namespace pawprint::store
