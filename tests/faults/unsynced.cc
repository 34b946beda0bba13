#include "tests/faults/unsynced.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace pawprint::faults {
namespace {

// Past our own functions of the same names.
template <class... Arguments>
long raw(long number, Arguments... arguments) {
  return ::syscall(number, arguments...);
}

void must(bool done) {
  if (!done) std::abort();
}

void put(int descriptor, const std::string& bytes, std::int64_t offset) {
  if (bytes.empty()) return;
  must(raw(SYS_pwrite64, descriptor, bytes.data(), bytes.size(), offset) ==
       static_cast<long>(bytes.size()));
}

struct stat state_of(int descriptor) {
  struct stat state {};
  must(::fstat(descriptor, &state) == 0);
  return state;
}

std::string path_of(int descriptor) {
  std::string path(4096, '\0');
  const auto size =
      ::readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), path.data(), path.size());
  must(size > 0);
  path.resize(static_cast<std::size_t>(size));
  return path;
}

}  // namespace

void Unsynced::start(std::string aside) {
  aside_ = std::move(aside);
  bytes_.clear();
  names_.clear();
}

/// A descriptor of our own: the file may be renamed, removed or closed before the power goes.
int Unsynced::handle_of(int descriptor, ino_t file) {
  const auto found = handles_.find(file);
  if (found != handles_.end()) return found->second;
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  const auto handle = raw(SYS_openat, AT_FDCWD, path.c_str(), O_RDWR | O_CLOEXEC, 0);
  must(handle >= 0);
  handles_.emplace(file, static_cast<int>(handle));
  return static_cast<int>(handle);
}

void Unsynced::will_write(int descriptor, std::int64_t offset, std::size_t size) {
  if (!active()) return;
  const struct stat state = state_of(descriptor);
  const int handle = handle_of(descriptor, state.st_ino);
  Bytes change{state.st_ino, offset, std::string(size, '\0'), size, state.st_size};
  const auto got = raw(SYS_pread64, handle, change.before.data(), size, offset);
  must(got >= 0);
  change.before.resize(static_cast<std::size_t>(got));
  bytes_.push_back(std::move(change));
}

void Unsynced::will_resize(int descriptor, std::int64_t size) {
  if (!active()) return;
  const struct stat state = state_of(descriptor);
  const auto from = std::min<std::int64_t>(size, state.st_size);
  will_write(descriptor, from, static_cast<std::size_t>(state.st_size - from));
}

std::string Unsynced::keep(const std::string& path) {
  const std::string kept = aside_ + "/" + std::to_string(++kept_);
  if (raw(SYS_linkat, AT_FDCWD, path.c_str(), AT_FDCWD, kept.c_str(), 0) == 0) return kept;
  return "";
}

void Unsynced::will_rename(const std::string& from, const std::string& to) {
  if (active()) names_.push_back({Name::What::kRenamed, to, from, keep(to)});
}

void Unsynced::will_remove(const std::string& path) {
  if (active()) names_.push_back({Name::What::kRemoved, path, "", keep(path)});
}

void Unsynced::created(const std::string& path) {
  if (active()) names_.push_back({Name::What::kCreated, path, "", ""});
}

void Unsynced::synced(int descriptor) {
  if (!active()) return;
  const struct stat state = state_of(descriptor);
  if (S_ISDIR(state.st_mode)) {
    const std::string below = path_of(descriptor) + "/";
    std::erase_if(names_, [&](const Name& name) {
      return name.path.starts_with(below) && name.path.find('/', below.size()) == std::string::npos;
    });
  } else {
    std::erase_if(bytes_, [&](const Bytes& change) { return change.file == state.st_ino; });
  }
}

void Unsynced::lose_bytes(bool torn, std::mt19937& random) {
  constexpr std::size_t kSectorBytes = 512;
  std::map<ino_t, std::int64_t> lengths;  // The shortest that each file may have now.
  for (auto change = bytes_.rbegin(); change != bytes_.rend(); ++change) {
    const int handle = handles_.at(change->file);
    for (std::size_t at = 0; at < change->size; at += kSectorBytes) {
      if (torn && random() % 2 == 0) continue;
      const std::size_t size = std::min(kSectorBytes, change->size - at);
      std::string before = at < change->before.size() ? change->before.substr(at, size) : "";
      before.resize(size, '\0');  // Beyond its old end: a hole.
      put(handle, before, change->offset + static_cast<std::int64_t>(at));
    }
    lengths[change->file] = change->length;
  }
  for (const auto& [file, shortest] : lengths) {
    const int handle = handles_.at(file);
    const std::int64_t now = state_of(handle).st_size;
    std::int64_t length = shortest;
    if (torn && now > shortest)
      length += static_cast<std::int64_t>(random()) % (now - shortest + 1);
    must(raw(SYS_ftruncate, handle, length) == 0);
  }
}

void Unsynced::undo(const Name& name) {
  const char* path = name.path.c_str();
  if (name.what == Name::What::kCreated) {
    raw(SYS_unlink, path);  // It may be gone by itself: removed, and that was synced.
    return;
  }
  if (name.what == Name::What::kRenamed) raw(SYS_rename, path, name.from.c_str());
  if (!name.kept.empty()) raw(SYS_link, name.kept.c_str(), path);
}

/// A journal commits names in the order of the calls, so what stays of them is a beginning.
void Unsynced::lose(bool torn, std::mt19937& random) {
  lose_bytes(torn, random);
  const std::size_t stay = torn ? random() % (names_.size() + 1) : 0;
  while (names_.size() > stay) {
    undo(names_.back());
    names_.pop_back();
  }
}

}  // namespace pawprint::faults
