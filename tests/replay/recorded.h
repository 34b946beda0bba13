// Logs for the tests of replay/: made of the recorded cases, in a store or in memory.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/record/bodies.h"
#include "engine/record/record.h"
#include "store/log.h"

namespace pawprint::test {

inline constexpr std::int64_t kSecond = 1'000'000'000;
inline constexpr std::int64_t kStart = 1'772'359'200 * kSecond;  // 2026-03-01T10:00:00Z

/// A directory that goes away with it.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] std::filesystem::path store() const { return path_ / "store"; }

 private:
  std::filesystem::path path_;
};

record::Record config_record(const std::string& profile);
/// One record a second: settings, then every object that a case applies, patches or deletes, step
/// by step; of single-step cases the inputs. `names`: cases, one after another, each in namespaces
/// of its own name.
std::vector<record::Record> history_of(const std::vector<std::string>& names,
                                       const std::string& profile);
/// Gives seqs from 1, as a store does.
void number(std::vector<record::Record>& records);

/// The records with a Decision behind each one that changed an output, as import writes them.
std::vector<record::Record> decided(const std::vector<record::Record>& records);
/// Writes them to a new store, one group.
void write_store(const std::filesystem::path& directory, std::vector<record::Record> records);

}  // namespace pawprint::test
