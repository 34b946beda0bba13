#include "tests/store/support.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <sstream>

#include "engine/record/digest.h"
#include "store/layout.h"

extern char** environ;

namespace pawprint::store {

namespace fs = std::filesystem;

TemporaryDirectory::TemporaryDirectory(Place place) {
  // RocksDB allocates its log files in advance: a small memory file system would be full at once.
  constexpr std::uintmax_t kRoomBytes = std::uintmax_t{1} << 30;
  const fs::path memory = "/dev/shm";
  std::error_code error;
  const auto room = fs::space(memory, error);
  const bool in_memory = place == Place::kMemory && !error && room.available > kRoomBytes;
  const fs::path parent = in_memory ? memory : fs::temp_directory_path();
  std::string name = (parent / "pawprint-store-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Appender::Appender(const fs::path& directory, const Plan& plan) {
  std::array<int, 2> out{};
  std::array<int, 2> err{};
  if (::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(err.data(), O_CLOEXEC) != 0) std::abort();
  std::vector<std::string> words{PAWPRINT_STORE_APPENDER,
                                 directory.string(),
                                 std::to_string(plan.records),
                                 std::to_string(plan.group),
                                 std::to_string(plan.buffer_bytes),
                                 std::to_string(plan.pause_us),
                                 plan.end};
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
  if (::posix_spawn(&process_, words[0].c_str(), &actions, nullptr, arguments.data(), environ) !=
      0) {
    std::abort();
  }
  posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  ::close(err[1]);
  output_ = out[0];
  errors_ = err[0];
}

Appender::~Appender() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  ::close(output_);
  ::close(errors_);
}

std::int64_t Appender::next_ack() {
  while (true) {
    const auto newline = pending_.find('\n');
    if (newline != std::string::npos) {
      last_ = std::stoll(pending_.substr(0, newline));
      pending_.erase(0, newline + 1);
      return last_;
    }
    std::array<char, 4096> buffer{};
    const auto got = ::read(output_, buffer.data(), buffer.size());
    if (got <= 0) return -1;  // What is left is half a line: not said, so not acknowledged.
    pending_.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

std::int64_t Appender::kill_and_drain() {
  ::kill(process_, SIGKILL);
  while (next_ack() >= 0) {
  }
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
  return last_;
}

int Appender::wait() {
  while (next_ack() >= 0) {
  }
  std::array<char, 4096> buffer{};
  for (auto got = ::read(errors_, buffer.data(), buffer.size()); got > 0;
       got = ::read(errors_, buffer.data(), buffer.size())) {
    complaint_.append(buffer.data(), static_cast<std::size_t>(got));
  }
  int status = 0;
  ::waitpid(process_, &status, 0);
  process_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void make_store(const fs::path& directory, record::Seq records, std::size_t group,
                const Tuning& tuning) {
  auto writer = open_writer(directory, true, tuning);
  ASSERT_TRUE(writer) << writer.error().message;
  record::Seq head = (*writer)->reader().head().seq;
  for (const record::Seq last = head + records; head < last;) {
    const auto size = std::min<std::size_t>(1 + head % group, last - head);
    auto batch = sample_group(head, size);
    const Cursor cursor = sample_cursor(head + size);
    auto appended = (*writer)->append(batch, std::span(&cursor, 1));
    ASSERT_TRUE(appended) << appended.error().message;
    head = appended->seq;
  }
  auto closed = (*writer)->close();
  ASSERT_TRUE(closed) << closed.error().message;
}

namespace {

void expect_scan(Reader& reader, std::map<record::ObjectKey, std::vector<record::Seq>>& objects,
                 std::map<record::Kind, std::vector<record::Seq>>& kinds) {
  record::Seq seq = 0;
  bool equal = true;
  auto scanned = reader.scan(1, reader.head().seq, [&](const record::Record& record) {
    record::Record expected = sample(++seq);
    expected.seq = seq;
    expected.boot = record.boot;
    equal = record == expected;
    if (has_history(record)) objects[record.object].push_back(seq);
    kinds[record.kind].push_back(seq);
    return equal;
  });
  ASSERT_TRUE(scanned) << scanned.error().message;
  ASSERT_TRUE(equal) << "record " << seq << " is not what was appended";
  ASSERT_EQ(seq, reader.head().seq);
}

}  // namespace

void expect_samples(Reader& reader) {
  if (reader.head().seq == 0) return;
  std::map<record::ObjectKey, std::vector<record::Seq>> objects;
  std::map<record::Kind, std::vector<record::Seq>> kinds;
  ASSERT_NO_FATAL_FAILURE(expect_scan(reader, objects, kinds));
  for (const auto& [key, seqs] : objects) {
    auto history = reader.history(key, ~record::Seq{0});
    ASSERT_TRUE(history) << history.error().message;
    ASSERT_EQ(*history, seqs) << record::display(key);
  }
  for (int number = 1; number <= 16; ++number) {
    const auto kind = static_cast<record::Kind>(number);
    auto found = reader.of_kind(kind);
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_EQ(*found, kinds[kind]) << record::name(kind);
  }
}

void expect_sound(const fs::path& directory) {
  auto report = fsck(directory);
  ASSERT_TRUE(report) << report.error().message;
  for (const Problem& problem : report->problems) {
    ADD_FAILURE() << problem.seq << " " << problem.what << " " << problem.detail;
  }
  EXPECT_EQ(report->records, report->head.seq);
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << bytes;
  if (!out.flush()) std::abort();
}

std::vector<fs::path> files_ending(const fs::path& directory, const std::string& suffix) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().filename().string().ends_with(suffix)) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string fingerprint(const fs::path& directory) {
  std::string out;
  for (const auto& path : files_ending(directory, "")) {
    out += path.filename().string() + " " + record::hex(record::sha256(read_file(path))) + "\n";
  }
  return out;
}

void copy_files(const fs::path& from, const fs::path& to) {
  fs::create_directory(to);
  for (const auto& entry : fs::directory_iterator(from)) {
    fs::copy_file(entry.path(), to / entry.path().filename());
  }
}

}  // namespace pawprint::store
