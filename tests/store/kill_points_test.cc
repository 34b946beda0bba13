// kill -9 and power failures at every write and sync of a run, and at random moments: nothing that
// was acknowledged is lost, doubled or in another place, and the log goes on.
//
//   store_kill_points_test [--points N] [--seed S] [gtest flags]
//
// 500 points without arguments, spread over six runs of about 430 calls each; from 16,000 on each
// call of each run is visited in every way. The run is this program again (`--run`), so that the
// calls can be counted in its own process.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <thread>

#include "tests/faults/calls.h"
#include "tests/store/support.h"

extern char** environ;

namespace pawprint::store {
namespace {

namespace fs = std::filesystem;
using faults::Action;

constexpr record::Seq kEvents = 200;
constexpr std::uint64_t kRuns = 6;  ///< Different ones: what the store was, groups, buffers.
constexpr std::array kWays{Action::kNone,     Action::kDieBefore, Action::kDieInside,
                           Action::kDieAfter, Action::kPowerLost, Action::kPowerTorn};
constexpr std::array kNames{"random", "before", "inside", "after", "power lost", "power torn"};

std::uint64_t points = 500;
std::uint32_t seed = 1;
std::string program;

struct Life {
  fs::path store;
  std::uint64_t number = 0;  ///< 0..kRuns-1.
  Action action = Action::kNone;
  std::uint64_t at = 0;
  std::uint32_t dice = 1;
};

void say(const char* what, std::uint64_t number) {
  const std::string line = what + std::to_string(number) + "\n";
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::_Exit(3);
}

/// In the child: 200 more records, each group acknowledged over the pipe, then a clean end.
int run_child(const Life& run) {
  faults::Plan plan;
  plan.directory = run.store.string();
  plan.action = run.action;
  plan.at = run.at;
  plan.seed = run.dice;
  if (run.action == Action::kPowerLost || run.action == Action::kPowerTorn) {
    plan.aside = run.store.string() + ".aside";
  }
  faults::arm(plan);
  Tuning tuning;
  // RocksDB's least, so that flushes fall into the run; or none until the end.
  tuning.write_buffer_bytes = run.number % 2 == 0 ? std::size_t{64} << 10 : std::size_t{4} << 20;
  auto writer = open_writer(run.store, true, tuning);
  if (!writer) {
    std::fprintf(stderr, "%s\n", writer.error().message.c_str());
    return 1;
  }
  record::Seq head = (*writer)->reader().head().seq;
  say("", head);
  (*writer)->set_boot((*writer)->boot() + 1);
  std::mt19937 random(static_cast<std::uint32_t>(run.number));
  for (const record::Seq last = head + kEvents; head < last;) {
    auto group = sample_group(head, std::min<std::size_t>(1 + random() % 8, last - head));
    const Cursor cursor = sample_cursor(head + group.size());
    auto appended = (*writer)->append(group, std::span(&cursor, 1));
    if (!appended) return 1;
    head = appended->seq;
    say("", head);
  }
  if (!(*writer)->close()) return 1;
  say("calls ", faults::calls());
  return 0;
}

struct Ended {
  record::Seq acknowledged = 0;
  std::uint64_t calls = 0;  ///< 0 when it did not come to its end.
  int status = 0;
  std::chrono::microseconds took{0};
};

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (auto got = ::read(descriptor, buffer.data(), buffer.size()); got > 0;
       got = ::read(descriptor, buffer.data(), buffer.size())) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

/// Runs the child; kills it after `limit` when that is given.
Ended run_and_wait(const Life& run, std::chrono::microseconds limit = {}) {
  std::array<int, 2> out{};
  if (::pipe2(out.data(), O_CLOEXEC) != 0) std::abort();
  std::array<std::string, 7> words{program,
                                   "--run",
                                   run.store.string(),
                                   std::to_string(run.number),
                                   std::to_string(static_cast<int>(run.action)),
                                   std::to_string(run.at),
                                   std::to_string(run.dice)};
  std::array<char*, 8> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  const auto begin = std::chrono::steady_clock::now();
  pid_t process = -1;
  if (::posix_spawn(&process, program.c_str(), &actions, nullptr, arguments.data(), environ) != 0) {
    std::abort();
  }
  posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  if (limit.count() > 0) {
    std::this_thread::sleep_for(limit);
    ::kill(process, SIGKILL);
  }
  const std::string said = read_all(out[0]);
  ::close(out[0]);
  Ended ended;
  ::waitpid(process, &ended.status, 0);
  ended.took = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - begin);
  std::size_t from = 0;  // A last line without its end was not said.
  for (auto to = said.find('\n'); to != std::string::npos; to = said.find('\n', from)) {
    const std::string line = said.substr(from, to - from);
    if (line.starts_with("calls ")) ended.calls = std::stoull(line.substr(6));
    else ended.acknowledged = std::stoull(line);
    from = to + 1;
  }
  return ended;
}

/// A slot of the anchor that was being written may be half; nothing else may be wrong.
void expect_sound_but_for_a_slot(const fs::path& directory) {
  auto report = fsck(directory);
  ASSERT_TRUE(report) << report.error().message;
  for (const Problem& problem : report->problems) {
    EXPECT_NE(problem.detail.find("one of two slots"), std::string::npos)
        << problem.seq << " " << problem.what << " " << problem.detail;
  }
}

void expect_whole(Reader& reader, record::Seq acknowledged) {
  ASSERT_GE(reader.head().seq, acknowledged) << "acknowledged records are lost";
  ASSERT_LE(reader.head().seq, acknowledged + 8) << "more than the group in flight";
  ASSERT_NO_FATAL_FAILURE(expect_samples(reader));
  auto cursors = reader.cursors();
  ASSERT_TRUE(cursors) << cursors.error().message;
  // A reader's cursors may be those of a group in flight, which the next writer makes count.
  bool known = reader.head().seq == 0 && cursors->empty();
  for (record::Seq seq = reader.head().seq; seq <= acknowledged + 8; ++seq) {
    known = known || *cursors == std::vector<Cursor>{sample_cursor(seq)};
  }
  ASSERT_TRUE(known) << "the cursor is of no record";
}

/// What is left must be whole, and go on.
void examine(const fs::path& directory, record::Seq acknowledged) {
  auto reader = Reader::open(directory);
  if (reader) {
    ASSERT_NO_FATAL_FAILURE(expect_whole(**reader, acknowledged));
    ASSERT_NO_FATAL_FAILURE(expect_sound_but_for_a_slot(directory));
  } else {  // The making of the store was cut off.
    ASSERT_EQ(reader.error().code, ErrorCode::kUnreachable) << reader.error().message;
    ASSERT_EQ(acknowledged, 0U);
  }
  reader = tl::unexpected<Error>(Error{});
  auto writer = Writer::open(directory);
  ASSERT_TRUE(writer) << writer.error().message;
  ASSERT_NO_FATAL_FAILURE(expect_whole((*writer)->reader(), acknowledged));
  const record::Seq head = (*writer)->reader().head().seq;
  if (head > 0) {
    ASSERT_EQ((*writer)->reader().cursors().value(), std::vector<Cursor>{sample_cursor(head)});
  }
  auto group = sample_group(head, 3);
  const Cursor cursor = sample_cursor(head + 3);
  auto appended = (*writer)->append(group, std::span(&cursor, 1));
  ASSERT_TRUE(appended) << appended.error().message;
  ASSERT_EQ(appended->seq, head + 3);
  ASSERT_TRUE((*writer)->close());
  reader = Reader::open(directory);
  ASSERT_TRUE(reader) << reader.error().message;
  ASSERT_EQ((*reader)->head().seq, head + 3);
  ASSERT_NO_FATAL_FAILURE(expect_samples(**reader));
  ASSERT_NO_FATAL_FAILURE(expect_sound(directory));
}

class KillPoints : public testing::Test {
 protected:
  /// Runs 0 and 1 begin without a store, 2 and 3 with one that was killed, 4 and 5 closed.
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(make_store(base_ / "closed", 60));
    Appender appender(base_ / "killed", {.records = 60, .group = 3, .end = "exit"});
    ASSERT_EQ(appender.wait(), 0) << appender.complaint();
    for (std::uint64_t number = 0; number < kRuns; ++number) {
      const fs::path store = fresh(number);
      auto reader = Reader::open(store);
      heads_.push_back(reader ? (*reader)->head().seq : 0);
      reader = tl::unexpected<Error>(Error{});
      const auto ended = run_and_wait({store, number});
      ASSERT_EQ(ended.status, 0);
      ASSERT_GT(ended.calls, 100U);
      calls_.push_back(ended.calls);
      took_.push_back(ended.took);
    }
  }

  fs::path fresh(std::uint64_t number) {
    const fs::path store = base_ / "s";
    fs::remove_all(store);
    fs::remove_all(base_ / "s.aside");
    fs::create_directory(base_ / "s.aside");
    if (number / 2 == 1) copy_files(base_ / "killed", store);
    if (number / 2 == 2) copy_files(base_ / "closed", store);
    return store;
  }

  /// The k-th of `all` points of one way: run after run, each call once; spread when there are
  /// fewer points than calls.
  [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> point(std::uint64_t k,
                                                              std::uint64_t all) const {
    std::uint64_t sum = 0;
    for (const auto each : calls_) sum += each;
    std::uint64_t at = all >= sum ? k % sum : (k * sum + (seed * 7919ULL) % sum) / all;
    std::uint64_t number = 0;
    for (at %= sum; at >= calls_[number]; ++number) at -= calls_[number];
    return {number, at + 1};
  }

  const TemporaryDirectory base_{Place::kMemory};
  std::vector<record::Seq> heads_;  ///< Of the stores that the runs begin with.
  std::vector<std::uint64_t> calls_;
  std::vector<std::chrono::microseconds> took_;
};

TEST_F(KillPoints, NothingAcknowledgedIsLostAndTheLogGoesOn) {
  std::mt19937 random(seed);
  std::map<std::size_t, std::uint64_t> died;
  std::uint64_t survived = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < points; ++i) {
    const std::size_t way = i % kWays.size();
    const auto [number, at] = point(i / kWays.size(), (points + 5) / kWays.size());
    SCOPED_TRACE("point " + std::to_string(i) + ": " + kNames[way] + " call " + std::to_string(at) +
                 " of run " + std::to_string(number) + ", seed " + std::to_string(seed));
    const Life run{fresh(number), number, kWays[way], kWays[way] == Action::kNone ? 0 : at,
                   static_cast<std::uint32_t>(random())};
    std::chrono::microseconds limit{0};
    if (run.at == 0)
      limit += std::chrono::microseconds(1 + random() %
                                                 static_cast<std::uint64_t>(took_[number].count()));
    const auto ended = run_and_wait(run, limit);
    if (WIFSIGNALED(ended.status) && WTERMSIG(ended.status) == SIGKILL) ++died[way];
    else if (run.at > 0) ++survived;
    else took_[number] = std::min(took_[number], ended.took);  // Killed too late: it was quicker.
    ASSERT_TRUE(WIFSIGNALED(ended.status) || ended.status == 0) << "the run failed by itself";
    ASSERT_NO_FATAL_FAILURE(examine(run.store, std::max(heads_[number], ended.acknowledged)));
    if (HasFailure()) return;
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begin);
  std::string told;
  for (const auto& [way, count] : died)
    told += std::string(", ") + kNames[way] + " " + std::to_string(count);
  std::uint64_t all = 0;
  for (const auto each : calls_) all += each;
  std::printf(
      "%llu points in %lld ms, seed %u%s; %llu runs came to their end before; %llu calls in %llu "
      "runs\n",
      static_cast<unsigned long long>(points), static_cast<long long>(took.count()), seed,
      told.c_str(), static_cast<unsigned long long>(survived), static_cast<unsigned long long>(all),
      static_cast<unsigned long long>(kRuns));
  // The numbers of calls differ a little from run to run; most points must have been met.
  EXPECT_LT(survived, points / 20 + 1);
  EXPECT_GT(died[0], points / 50);
}

}  // namespace
}  // namespace pawprint::store

int main(int argc, char** argv) {
  using namespace pawprint;
  if (argc == 7 && std::string(argv[1]) == "--run") {
    return store::run_child({argv[2], std::strtoull(argv[3], nullptr, 10),
                             static_cast<faults::Action>(std::atoi(argv[4])),
                             std::strtoull(argv[5], nullptr, 10),
                             static_cast<std::uint32_t>(std::strtoul(argv[6], nullptr, 10))});
  }
  testing::InitGoogleTest(&argc, argv);
  store::program = std::filesystem::read_symlink("/proc/self/exe").string();
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    const auto number = std::strtoull(argv[i + 1], nullptr, 10);
    if (flag == "--points") store::points = number;
    else if (flag == "--seed") store::seed = static_cast<std::uint32_t>(number);
    else return 2;
  }
  return RUN_ALL_TESTS();
}
