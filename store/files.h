// Files of a store that are not RocksDB's: descriptors, whole reads and writes, directory syncs.
//
// Everything here reports a Result; the path is in the message, the bytes never are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/result.h"

namespace pawprint::store {

/// Owns one descriptor; closes it. Always opened close-on-exec and without following a link.
class File {
 public:
  File() = default;
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File();
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;

  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

/// The error of a failed system call. Full or failing disks are kExhausted (may pass by itself),
/// everything else is kUnreachable.
Error system_error(int number, std::string_view what, const std::filesystem::path& path);

/// `flags` as in open(2); files are made with mode 0600. kNotFound when there is no such file.
Result<File> open_file(const std::filesystem::path& path, int flags);
/// Up to `size` bytes at `offset`; shorter at the end of the file.
Result<std::string> read_at(const File& file, std::uint64_t offset, std::size_t size,
                            const std::filesystem::path& path);
Result<void> write_at(const File& file, std::uint64_t offset, std::string_view bytes,
                      const std::filesystem::path& path);
/// Data and size on disk; fdatasync.
Result<void> sync_data(const File& file, const std::filesystem::path& path);
/// New and removed names of a directory on disk.
Result<void> sync_directory(const std::filesystem::path& directory);

/// Makes `directory` (mode 0700) and its parents, on disk; leaves an existing one as it is.
Result<void> make_directory(const std::filesystem::path& directory);

}  // namespace pawprint::store
