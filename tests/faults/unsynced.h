// What a loss of power may undo: every change of a directory's files that was not synced.
//
// The model is that of POSIX, not of one file system: bytes and length of a file last from its
// fsync or fdatasync on, its name from the fsync of its directory on.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace pawprint::faults {

/// Not thread-safe: called with all calls of the process held.
class Unsynced {
 public:
  /// `aside` keeps what is replaced or removed until that is synced; empty: nothing is kept, and
  /// nothing can be undone.
  void start(std::string aside);
  [[nodiscard]] bool active() const { return !aside_.empty(); }

  // Before the change.
  void will_write(int descriptor, std::int64_t offset, std::size_t size);
  void will_resize(int descriptor, std::int64_t size);
  void will_rename(const std::string& from, const std::string& to);
  void will_remove(const std::string& path);
  // After it.
  void created(const std::string& path);
  /// Of a file, or of a directory.
  void synced(int descriptor);

  /// Takes back everything, or, with `torn`, what `random` picks.
  void lose(bool torn, std::mt19937& random);

 private:
  struct Bytes {
    ino_t file = 0;
    std::int64_t offset = 0;
    std::string before;  ///< What was there; shorter than `size` at the file's end.
    std::size_t size = 0;
    std::int64_t length = 0;  ///< The file's, before.
  };
  struct Name {
    enum class What : std::uint8_t { kCreated, kRenamed, kRemoved };
    What what = What::kCreated;
    std::string path, from;
    std::string kept;  ///< In `aside`; empty when there was nothing.
  };

  int handle_of(int descriptor, ino_t file);
  std::string keep(const std::string& path);
  void lose_bytes(bool torn, std::mt19937& random);
  static void undo(const Name& name);

  std::string aside_;
  std::uint64_t kept_ = 0;
  std::map<ino_t, int> handles_;
  std::vector<Bytes> bytes_;
  std::vector<Name> names_;
};

}  // namespace pawprint::faults
