#include "store/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace pawprint::store {
namespace {

/// Calls `call` again while a signal interrupts it.
template <class Call>
auto uninterrupted(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

File::File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Error system_error(int number, std::string_view what, const std::filesystem::path& path) {
  const bool disk = number == ENOSPC || number == EDQUOT || number == EIO || number == EFBIG ||
                    number == EROFS || number == ENOMEM || number == EMFILE || number == ENFILE;
  const std::string reason = std::generic_category().message(number);
  return Error{disk ? ErrorCode::kExhausted : ErrorCode::kUnreachable,
               "cannot " + std::string(what) + " " + path.string() + ": " + reason};
}

Result<File> open_file(const std::filesystem::path& path, int flags) {
  const int descriptor =
      uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600); });
  if (descriptor >= 0) return File(descriptor);
  const int number = errno;
  Error error = system_error(number, "open", path);
  if (number == ENOENT) error.code = ErrorCode::kNotFound;
  return tl::unexpected<Error>(std::move(error));
}

Result<std::string> read_at(const File& file, std::uint64_t offset, std::size_t size,
                            const std::filesystem::path& path) {
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const auto got = uninterrupted([&] {
      return ::pread(file.descriptor(), bytes.data() + done, size - done,
                     static_cast<off_t>(offset + done));
    });
    if (got < 0) return tl::unexpected<Error>(system_error(errno, "read", path));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

Result<void> write_at(const File& file, std::uint64_t offset, std::string_view bytes,
                      const std::filesystem::path& path) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto put = uninterrupted([&] {
      return ::pwrite(file.descriptor(), bytes.data() + done, bytes.size() - done,
                      static_cast<off_t>(offset + done));
    });
    if (put < 0) return tl::unexpected<Error>(system_error(errno, "write", path));
    done += static_cast<std::size_t>(put);
  }
  return {};
}

Result<void> sync_data(const File& file, const std::filesystem::path& path) {
  if (uninterrupted([&] { return ::fdatasync(file.descriptor()); }) == 0) return {};
  return tl::unexpected<Error>(system_error(errno, "sync", path));
}

Result<void> sync_directory(const std::filesystem::path& directory) {
  auto file = open_file(directory, O_RDONLY | O_DIRECTORY);
  if (!file) return tl::unexpected<Error>(file.error());
  if (uninterrupted([&] { return ::fsync(file->descriptor()); }) == 0) return {};
  return tl::unexpected<Error>(system_error(errno, "sync", directory));
}

Result<void> make_directory(const std::filesystem::path& directory) {
  std::error_code error;
  if (std::filesystem::is_directory(directory, error)) return {};
  const auto parent = std::filesystem::absolute(directory, error).lexically_normal().parent_path();
  std::filesystem::create_directories(parent, error);
  if (error) return tl::unexpected<Error>(system_error(error.value(), "make directory", parent));
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return tl::unexpected<Error>(system_error(errno, "make directory", directory));
  }
  if (!std::filesystem::is_directory(directory, error)) {
    return fail(ErrorCode::kUnreachable, directory.string() + " is not a directory");
  }
  return sync_directory(parent);
}

}  // namespace pawprint::store
