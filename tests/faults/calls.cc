#include "tests/faults/calls.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <ctime>
#include <mutex>
#include <random>

#include "tests/faults/unsynced.h"

namespace pawprint::faults {
namespace {

enum class Kind : std::uint8_t { kWrite, kSync, kName, kSpace, kRead };

struct State {
  std::mutex mutex;  ///< Held through each call that counts: they happen one after the other.
  Plan plan;
  std::mt19937 random;
  Unsynced unsynced;
  std::uint64_t calls = 0, fired = 0;
  bool cut = false;  ///< The last write was cut short; the next call tells.
};

std::atomic<bool> armed{false};

/// Never destroyed: RocksDB's threads may call until the very end.
State& state() {
  static State* const only = new State;
  return *only;
}

bool below(const std::string& path, const std::string& directory) {
  return path.starts_with(directory) &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

bool concerns(const std::string& path) { return below(path, state().plan.directory); }

bool concerns(int descriptor) {
  std::string path(4096, '\0');
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const auto size = ::readlink(link.c_str(), path.data(), path.size());
  if (size <= 0) return false;
  path.resize(static_cast<std::size_t>(size));
  return concerns(path);
}

[[noreturn]] void die() {
  ::kill(::getpid(), SIGKILL);
  while (true) ::pause();
}

bool counts(Kind kind, Which which) {
  if (kind == Kind::kRead || which == Which::kReads) {
    return kind == Kind::kRead && which == Which::kReads;
  }
  if (which == Which::kWrites) return kind == Kind::kWrite || kind == Kind::kSpace;
  return which == Which::kAll || kind == Kind::kSync;
}

bool healed(const Plan& plan) {
  return !plan.healed.empty() && ::access(plan.healed.c_str(), F_OK) == 0;
}

/// What is to happen at this call; counts it.
Action due(Kind kind) {
  State& now = state();
  const Plan& plan = now.plan;
  if (!counts(kind, plan.which)) return Action::kNone;
  ++now.calls;
  const bool hit = now.calls == plan.at || (plan.lasting && plan.at > 0 && now.calls > plan.at);
  if (!hit && !now.cut) return Action::kNone;
  if (plan.action >= Action::kFail && healed(plan)) return Action::kNone;
  if (now.cut) {  // The rest of a write that was cut.
    now.cut = false;
    ++now.fired;
    return Action::kFail;
  }
  return plan.action;
}

/// The call itself with what is due. `part(true)` does a part of it, where that can be.
template <class Whole, class Part>
long happen(Kind kind, const Whole& whole, const Part& part) {
  State& now = state();
  switch (due(kind)) {
    case Action::kNone:
      return whole();
    case Action::kDieBefore:
      die();
    case Action::kDieInside:
      part();
      die();
    case Action::kDieAfter:
      whole();
      die();
    case Action::kPowerLost:
      now.unsynced.lose(false, now.random);
      die();
    case Action::kPowerTorn:
      now.unsynced.lose(true, now.random);
      die();
    case Action::kFailInside: {
      const long done = part();
      if (done > 0) {
        now.cut = true;
        return done;
      }
      break;
    }
    case Action::kFailAfter:
      whole();
      break;
    case Action::kFail:
      break;
  }
  ++now.fired;
  errno = now.plan.error;
  return -1;
}

long nothing() { return 0; }

/// `call` untouched when it is none of ours.
template <class Where, class Call>
long watched(const Where& where, const Call& plain, const auto& ours) {
  if (!armed) return plain();
  const std::lock_guard<std::mutex> lock(state().mutex);
  return concerns(where) ? ours() : plain();
}

long write_bytes(int descriptor, const char* bytes, std::size_t size, std::int64_t offset,
                 bool positioned) {
  const auto put = [&](std::size_t count) {
    return positioned ? ::syscall(SYS_pwrite64, descriptor, bytes, count, offset)
                      : ::syscall(SYS_write, descriptor, bytes, count);
  };
  return watched(
      descriptor, [&] { return put(size); },
      [&] {
        State& now = state();
        const auto noted = [&](std::size_t count) {
          if (now.unsynced.active()) {
            struct stat file {};
            const bool appends = (::fcntl(descriptor, F_GETFL) & O_APPEND) != 0;
            ::fstat(descriptor, &file);
            const auto at = positioned ? offset
                            : appends  ? file.st_size
                                       : ::lseek(descriptor, 0, SEEK_CUR);
            now.unsynced.will_write(descriptor, at, count);
          }
          return put(count);
        };
        return happen(
            Kind::kWrite, [&] { return noted(size); },
            [&]() -> long { return size < 2 ? 0 : noted(1 + now.random() % (size - 1)); });
      });
}

long sync_file(int descriptor, long number) {
  const auto plain = [&] { return ::syscall(number, descriptor); };
  return watched(descriptor, plain, [&] {
    const auto whole = [&] {
      const long done = plain();
      if (done == 0) state().unsynced.synced(descriptor);
      return done;
    };
    return happen(Kind::kSync, whole, nothing);
  });
}

/// A change of names: `before` notes it, `plain` does it.
long change_name(const std::string& path, const auto& plain, const auto& before) {
  return watched(path, plain, [&] {
    return happen(
        Kind::kName,
        [&] {
          before(state().unsynced);
          return plain();
        },
        nothing);
  });
}

long open_file(const char* path, int flags, mode_t mode) {
  const auto plain = [&] { return ::syscall(SYS_openat, AT_FDCWD, path, flags, mode); };
  if ((flags & O_CREAT) == 0) return plain();
  return watched(std::string(path), plain, [&]() -> long {
    if (::access(path, F_OK) == 0 && (flags & O_TRUNC) == 0) return plain();
    return happen(
        Kind::kName,
        [&] {
          const bool there = ::access(path, F_OK) == 0;
          if (there) state().unsynced.will_remove(path);
          const long descriptor = plain();
          if (descriptor >= 0 && !there) state().unsynced.created(path);
          return descriptor;
        },
        nothing);
  });
}

}  // namespace

void arm(const Plan& plan) {
  State& now = state();
  const std::lock_guard<std::mutex> lock(now.mutex);
  now.plan = plan;
  now.random.seed(plan.seed);
  now.calls = 0;
  now.fired = 0;
  now.cut = false;
  now.unsynced.start(plan.aside);
  armed = true;
}

void disarm() { armed = false; }

std::uint64_t calls() {
  const std::lock_guard<std::mutex> lock(state().mutex);
  return state().calls;
}

std::uint64_t fired() {
  const std::lock_guard<std::mutex> lock(state().mutex);
  return state().fired;
}

}  // namespace pawprint::faults

// The C library's functions by their names: the linker takes these, also for shared libraries.
using namespace pawprint::faults;

extern "C" {

ssize_t write(int descriptor, const void* bytes, std::size_t size) {
  return write_bytes(descriptor, static_cast<const char*>(bytes), size, 0, false);
}

ssize_t pwrite(int descriptor, const void* bytes, std::size_t size, off_t offset) {
  return write_bytes(descriptor, static_cast<const char*>(bytes), size, offset, true);
}

ssize_t pread(int descriptor, void* bytes, std::size_t size, off_t offset) {
  const auto plain = [&] { return ::syscall(SYS_pread64, descriptor, bytes, size, offset); };
  return watched(descriptor, plain, [&] { return happen(Kind::kRead, plain, nothing); });
}

std::size_t fread_unlocked(void* bytes, std::size_t size, std::size_t count, FILE* file) {
  const auto plain = [&] { return static_cast<long>(::fread(bytes, size, count, file)); };
  const long got =
      watched(::fileno(file), plain, [&] { return happen(Kind::kRead, plain, nothing); });
  return got < 0 ? 0 : static_cast<std::size_t>(got);
}

int fdatasync(int descriptor) { return static_cast<int>(sync_file(descriptor, SYS_fdatasync)); }

int fsync(int descriptor) { return static_cast<int>(sync_file(descriptor, SYS_fsync)); }

int fallocate(int descriptor, int mode, off_t offset, off_t size) {
  const auto plain = [&] { return ::syscall(SYS_fallocate, descriptor, mode, offset, size); };
  return static_cast<int>(
      watched(descriptor, plain, [&] { return happen(Kind::kSpace, plain, nothing); }));
}

int ftruncate(int descriptor, off_t size) noexcept {
  const auto plain = [&] { return ::syscall(SYS_ftruncate, descriptor, size); };
  return static_cast<int>(watched(descriptor, plain, [&] {
    const auto whole = [&] {
      state().unsynced.will_resize(descriptor, size);
      return plain();
    };
    return happen(Kind::kSpace, whole, nothing);
  }));
}

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return static_cast<int>(open_file(path, flags, mode));
}

int rename(const char* from, const char* to) noexcept {
  return static_cast<int>(change_name(
      to, [&] { return ::syscall(SYS_rename, from, to); },
      [&](Unsynced& unsynced) { unsynced.will_rename(from, to); }));
}

int unlink(const char* path) noexcept {
  return static_cast<int>(change_name(
      path, [&] { return ::syscall(SYS_unlink, path); },
      [&](Unsynced& unsynced) { unsynced.will_remove(path); }));
}

// RocksDB waits a second after an error of its background work before it goes on or closes.
int usleep(useconds_t microseconds) {
  const long nanoseconds =
      1000L * (armed ? std::min<useconds_t>(microseconds, 1000) : microseconds);
  const timespec pause{nanoseconds / 1000000000, nanoseconds % 1000000000};
  return ::nanosleep(&pause, nullptr);
}

int remove(const char* path) noexcept {
  struct stat file {};
  if (::lstat(path, &file) != 0 || !S_ISDIR(file.st_mode)) return ::unlink(path);
  return ::rmdir(path);
}

}  // extern "C"
