// What the tests of the store share: a directory, a child process, and the check of a whole log.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/log.h"
#include "store/writer.h"
#include "tests/store/sample.h"

namespace pawprint::store {

/// Where a test's files are. In memory a sync costs nothing; for tests of what is in the files.
enum class Place : std::uint8_t { kDisk, kMemory };

/// A new directory that goes with the object.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(Place place = Place::kDisk);
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

/// store_appender in a process of its own; killed with the object if it still runs.
class Appender {
 public:
  struct Plan {
    std::uint64_t records = 0;
    std::uint64_t group = 1;
    std::size_t buffer_bytes = std::size_t{4} << 20;
    std::int64_t pause_us = 0;
    std::string end = "close";
  };

  Appender(const std::filesystem::path& directory, const Plan& plan);
  ~Appender();
  Appender(const Appender&) = delete;
  Appender& operator=(const Appender&) = delete;

  /// The next acknowledged seq; -1 at the end of its output.
  std::int64_t next_ack();
  /// kill -9, then everything that it still said; the last acknowledged seq, -1 if none.
  std::int64_t kill_and_drain();
  /// Waits for its end; the exit status.
  int wait();
  [[nodiscard]] const std::string& complaint() const { return complaint_; }

 private:
  pid_t process_ = -1;
  int output_ = -1;
  int errors_ = -1;
  std::string pending_;
  std::string complaint_;
  std::int64_t last_ = -1;
};

/// A store of `records` samples in groups of 1 to `group`, closed.
void make_store(const std::filesystem::path& directory, record::Seq records, std::size_t group = 4,
                const Tuning& tuning = {});

/// Fails the test unless records 1..head are the samples, and every index agrees with them.
void expect_samples(Reader& reader);

/// Fails the test unless fsck finds nothing.
void expect_sound(const std::filesystem::path& directory);

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& bytes);
/// Files of `directory` whose name ends in `suffix`, sorted.
std::vector<std::filesystem::path> files_ending(const std::filesystem::path& directory,
                                                const std::string& suffix);
/// Names, sizes and contents of all files.
std::string fingerprint(const std::filesystem::path& directory);
/// cp -r, into a directory that does not exist.
void copy_files(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace pawprint::store
