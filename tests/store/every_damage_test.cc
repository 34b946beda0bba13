// Every flipped bit and every length that a file can be cut to, on a store of one MiB: refused,
// reported or without influence; never silent.
//
//   store_every_damage_test [--cases N | --all] [--part I/N] [--seed S] [--jobs J] [gtest flags]
//
// 20,000 cases without arguments: small files whole, the others in proportion to nothing but their
// class. `--all` is each of the 9 cases per byte; `--part` takes every N-th of what is asked for.
// Readers and fsck see each case, in place; the writer sees each of the files that it opens with
// and one of kWriterStep in table files, in a directory of its own.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "store/anchor.h"
#include "tests/store/judge.h"
#include "tests/store/support.h"

namespace pawprint::store {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kStoreBytes = std::uint64_t{1} << 20;
constexpr std::uint64_t kWriterStep = 8;
constexpr std::uint64_t kCasesPerByte = 9;  ///< Eight flips, one cut.

std::uint64_t cases = 20000;
bool all = false;
std::uint64_t part = 0, parts = 1;
std::uint32_t seed = 1;
unsigned jobs = 2;

/// As a store grows in a cluster: bodies of text that no compressor makes vanish.
record::Record rich_sample(record::Seq seq) {
  record::Record record = sample(seq);
  if (record.body.empty()) return record;
  std::mt19937 random(static_cast<std::uint32_t>(seq));
  std::string noise(1500 + random() % 4000, '0');
  for (char& c : noise) c = static_cast<char>('#' + random() % 57);
  record.body = R"({"metadata":{"name":"route-)" + std::to_string(seq % 4) + R"(","uid":")" +
                noise + R"("}})";
  return record;
}

std::uint64_t bytes_of_store(const fs::path& directory) {
  std::uint64_t sum = 0;
  for (const auto& file : files_ending(directory, "")) sum += fs::file_size(file);
  return sum;
}

void grow(Writer& writer, const fs::path& directory, std::uint64_t to) {
  record::Seq head = writer.reader().head().seq;
  while (bytes_of_store(directory) < to) {
    std::vector<record::Record> group;
    for (record::Seq i = 1; i <= 1 + head % 4; ++i) group.push_back(rich_sample(head + i));
    const Cursor cursor = sample_cursor(head + group.size());
    ASSERT_TRUE(writer.append(group, std::span(&cursor, 1)));
    head += group.size();
  }
}

/// Half of it in table files, half in the write-ahead log, as kill -9 leaves it.
void make(const fs::path& store) {
  const fs::path work = store.string() + "-growing";
  Tuning tuning;
  tuning.write_buffer_bytes = std::size_t{64} << 10;
  {
    auto writer = open_writer(work, true, tuning);
    ASSERT_TRUE(writer);
    (*writer)->set_boot(7);
    ASSERT_NO_FATAL_FAILURE(grow(**writer, work, kStoreBytes));
    ASSERT_TRUE((*writer)->close());
  }
  const std::uint64_t tables = bytes_of_store(work);
  auto writer = open_writer(work, true, Tuning{});
  ASSERT_TRUE(writer);
  ASSERT_NO_FATAL_FAILURE(grow(**writer, work, std::max(kStoreBytes, tables + kStoreBytes / 3)));
  copy_files(work, store);
  fs::remove(store / "LOG");
}

enum class Class : std::uint8_t { kLog, kTable, kManifest, kAnchor, kOptions, kOther };

struct File {
  fs::path path;
  Class sort = Class::kOther;
  std::uint64_t size = 0;
  std::vector<std::uint64_t> chosen;  ///< Numbers of its cases, below 9 * size.
  std::map<Verdict, std::uint64_t> verdicts;
};

Class class_of(const std::string& name) {
  if (name.ends_with(".log")) return Class::kLog;
  if (name.ends_with(".sst")) return Class::kTable;
  if (name.starts_with("MANIFEST")) return Class::kManifest;
  if (name.starts_with("OPTIONS")) return Class::kOptions;
  return name == kAnchorFile ? Class::kAnchor : Class::kOther;
}

/// Of 16 cases.
std::uint64_t share_of(Class sort) {
  switch (sort) {
    case Class::kLog:
    case Class::kTable:
      return 5;
    case Class::kManifest:
      return 3;
    case Class::kAnchor:
    case Class::kOptions:
    case Class::kOther:
      return 1;
  }
  return 0;
}

/// The cases of each file: its class's share, by size; all that there are where that is fewer.
std::vector<File> choose(const fs::path& store) {
  std::vector<File> files;
  std::map<Class, std::uint64_t> sizes;
  for (const auto& path : files_ending(store, "")) {
    const File file{path, class_of(path.filename().string()), fs::file_size(path), {}, {}};
    if (file.size == 0) continue;
    files.push_back(file);
    sizes[file.sort] += file.size;
  }
  std::mt19937_64 random(seed);
  for (File& file : files) {
    const std::uint64_t number = kCasesPerByte * file.size;
    const std::uint64_t share =
        all ? number : cases * share_of(file.sort) * file.size / (16 * sizes[file.sort]);
    for (std::uint64_t i = 0; i < std::min(number, share); ++i) {
      if (i % parts != part) continue;
      // One of each stretch of equal length.
      const auto from = i * number / std::min(number, share);
      const auto to = (i + 1) * number / std::min(number, share);
      file.chosen.push_back(share >= number ? i : from + random() % (to - from));
    }
  }
  return files;
}

/// One case: the file's bytes with it.
std::string damaged(const std::string& whole, std::uint64_t number) {
  if (number % kCasesPerByte == 8) return whole.substr(0, number / kCasesPerByte);
  std::string bytes = whole;
  char& byte = bytes[number / kCasesPerByte];
  byte = static_cast<char>(byte ^ (1 << (number % kCasesPerByte)));
  return bytes;
}

std::string described(const File& file, std::uint64_t number) {
  const auto at = std::to_string(number / kCasesPerByte);
  const auto name = file.path.filename().string();
  if (number % kCasesPerByte == 8) return name + " cut to " + at + " bytes";
  return name + " bit " + std::to_string(number % kCasesPerByte) + " of byte " + at;
}

class EveryDamage : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(make(base_ / "s"));
    {
      auto reader = Reader::open(base_ / "s");
      ASSERT_TRUE(reader) << reader.error().message;
      content_ = content_of(**reader);
      ASSERT_TRUE(content_of(**reader) == content_);
    }
    copy_files(base_ / "s", base_ / "w");
    auto writer = Writer::open(base_ / "w");
    ASSERT_TRUE(writer) << writer.error().message;
    facts_ = facts_of(**writer);
    ASSERT_EQ(judge_reading(base_ / "s", content_).verdict, Verdict::kSame);
  }

  /// A directory in which a writer may do as it likes: what it changes in place is copied.
  void lay_out(const fs::path& from, const fs::path& to, const std::string& name,
               const std::string& bytes) {
    fs::remove_all(to);
    fs::create_directory(to);
    for (const auto& path : files_ending(from, "")) {
      const auto file = path.filename().string();
      if (file == name) write_file(to / file, bytes);
      else if (file == kAnchorFile || file.ends_with(".log")) fs::copy_file(path, to / file);
      else fs::create_hard_link(path, to / file);
    }
  }

  Judgement judge(const fs::path& directory, const File& file, std::uint64_t number,
                  const std::string& whole) {
    const std::string bytes = damaged(whole, number);
    const auto path = directory / file.path.filename();
    write_file(path, bytes);
    Judgement judgement = judge_reading(directory, content_);
    write_file(path, whole);
    if (judgement.verdict == Verdict::kSilent) return judgement;
    const bool small = file.sort == Class::kManifest || file.sort == Class::kOther;
    if (!small && number % kWriterStep != 0) return judgement;
    const fs::path copy = directory.string() + "-w";
    lay_out(directory, copy, file.path.filename().string(), bytes);
    const auto writing = judge_writing(copy, content_, facts_);
    if (writing.verdict == Verdict::kSilent) return writing;
    if (writing.verdict == Verdict::kRefused && judgement.verdict == Verdict::kSame) {
      return {Verdict::kSilent, "fsck finds nothing where the writer refuses"};
    }
    return judgement;
  }

  void work(std::vector<File>& files, unsigned job) {
    const fs::path mine = base_ / ("job" + std::to_string(job));
    copy_files(base_ / "s", mine);
    for (File& file : files) {
      const std::string whole = read_file(file.path);
      for (std::uint64_t i = job; i < file.chosen.size() && silent_ < 20; i += jobs) {
        const auto judgement = judge(mine, file, file.chosen[i], whole);
        const std::lock_guard<std::mutex> lock(mutex_);
        ++file.verdicts[judgement.verdict];
        if (judgement.verdict != Verdict::kSilent) continue;
        ++silent_;
        ADD_FAILURE() << described(file, file.chosen[i]) << " of " << file.size << ": "
                      << judgement.why;
      }
    }
  }

  const TemporaryDirectory base_{Place::kMemory};
  Content content_;
  Facts facts_;
  std::mutex mutex_;
  std::atomic<int> silent_{0};
};

TEST_F(EveryDamage, IsSeenOrHarmless) {
  auto files = choose(base_ / "s");
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (unsigned job = 0; job < jobs; ++job) threads.emplace_back([&, job] { work(files, job); });
  for (auto& thread : threads) thread.join();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begin);
  std::uint64_t done = 0;
  for (File& file : files) {
    std::printf("%-20s %7llu bytes %7zu cases: refused %llu, reported %llu, same %llu\n",
                file.path.filename().c_str(), static_cast<unsigned long long>(file.size),
                file.chosen.size(),
                static_cast<unsigned long long>(file.verdicts[Verdict::kRefused]),
                static_cast<unsigned long long>(file.verdicts[Verdict::kReported]),
                static_cast<unsigned long long>(file.verdicts[Verdict::kSame]));
    done += file.chosen.size();
  }
  std::printf("%llu cases on %llu records in %lld ms by %u jobs, seed %u, part %llu/%llu\n",
              static_cast<unsigned long long>(done),
              static_cast<unsigned long long>(content_.head.seq),
              static_cast<long long>(took.count()), jobs, seed,
              static_cast<unsigned long long>(part), static_cast<unsigned long long>(parts));
  EXPECT_GT(done, 0U);
}

/// Rows that RocksDB's default open of the store finds in the family of the records; -1: refused.
std::int64_t rows_by_default(const fs::path& directory) {
  rocksdb::Options options;
  std::vector<std::string> names;
  if (!rocksdb::DB::ListColumnFamilies(options, directory.string(), &names).ok()) return -1;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const auto& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  if (!rocksdb::DB::Open(options, directory.string(), families, &handles, &opened).ok()) return -1;
  const std::unique_ptr<rocksdb::DB> database(opened);
  std::int64_t rows = 0;
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    if (handle->GetName() == "records") {
      const std::unique_ptr<rocksdb::Iterator> row(
          database->NewIterator(rocksdb::ReadOptions(), handle));
      for (row->SeekToFirst(); row->Valid(); row->Next()) ++rows;
    }
    database->DestroyColumnFamilyHandle(handle);
  }
  return rows;
}

// What the anchor and the recovery mode are for; without them the test above would fail.
TEST_F(EveryDamage, RocksDbByItselfLosesRecordsSilently) {
  constexpr std::uint64_t kFlips = 40;
  const auto log = files_ending(base_ / "s", ".log").back();
  const std::string whole = read_file(log);
  const auto records = static_cast<std::int64_t>(content_.head.seq);
  std::int64_t lost = 0, silent = 0;
  for (std::uint64_t i = 0; i < kFlips; ++i) {
    const std::uint64_t byte = whole.size() * i / kFlips + i;
    lay_out(base_ / "s", base_ / "default", log.filename().string(),
            damaged(whole, kCasesPerByte * byte + i % 8));
    const auto rows = rows_by_default(base_ / "default");
    if (rows < 0 || rows >= records) continue;
    ++silent;
    lost += records - rows;
  }
  std::printf("RocksDB's default open: %lld of %llu flips silent, %lld of %lld records lost each\n",
              static_cast<long long>(silent), static_cast<unsigned long long>(kFlips),
              static_cast<long long>(silent == 0 ? 0 : lost / silent),
              static_cast<long long>(records));
  EXPECT_GT(silent, static_cast<std::int64_t>(kFlips) / 2);
}

}  // namespace
}  // namespace pawprint::store

int main(int argc, char** argv) {
  using namespace pawprint;
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--all") {
      store::all = true;
      continue;
    }
    if (i + 1 >= argc) return 2;
    const std::string value = argv[++i];
    const auto number = std::strtoull(value.c_str(), nullptr, 10);
    if (flag == "--cases") store::cases = number;
    else if (flag == "--seed") store::seed = static_cast<std::uint32_t>(number);
    else if (flag == "--jobs") store::jobs = static_cast<unsigned>(number);
    else if (flag == "--part" && value.find('/') != std::string::npos) {
      store::part = number;
      store::parts = std::strtoull(value.c_str() + value.find('/') + 1, nullptr, 10);
    } else return 2;
  }
  if (store::jobs == 0 || store::parts == 0 || store::part >= store::parts) return 2;
  return RUN_ALL_TESTS();
}
