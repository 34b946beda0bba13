// Full and failing disks at every system call that changes the store, the head anchor's included:
// once, and from then on until the disk takes data again. Nothing acknowledged is lost or doubled,
// reads are served meanwhile, and the same records go in afterwards.
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdio>

#include "tests/faults/calls.h"
#include "tests/store/support.h"

namespace pawprint::store {
namespace {

namespace fs = std::filesystem;
using faults::Action;
using faults::Which;

constexpr record::Seq kFirst = 20, kRecords = 40;  ///< At the end of the first and second opening.
constexpr int kPatience = 3;                       ///< Failures before the disk is mended.

/// Counts failures, and mends the disk after some.
class Disk {
 public:
  explicit Disk(const faults::Plan& plan) : lasting_(plan.lasting) { faults::arm(plan); }
  ~Disk() { faults::disarm(); }
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  void failed() {
    if (++failures_ % kPatience != 0) return;
    fired_ += faults::fired();
    faults::disarm();
  }
  [[nodiscard]] std::uint64_t fired() const { return fired_ > 0 ? fired_ : faults::fired(); }
  [[nodiscard]] bool lasting() const { return lasting_; }
  [[nodiscard]] int failures() const { return failures_; }

 private:
  bool lasting_;
  int failures_ = 0;
  std::uint64_t fired_ = 0;
};

/// The disk's fault must not be told as damage, nor as anybody's mistake.
void expect_disk_error(const Error& error) {
  EXPECT_TRUE(error.code == ErrorCode::kExhausted || error.code == ErrorCode::kUnreachable)
      << static_cast<int>(error.code) << " " << error.message;
  EXPECT_EQ(error.message.find('\n'), std::string::npos) << error.message;
}

/// `written`: the disk may have broken right between the anchor and its sync, so that a reader in
/// another process sees the group that is not acknowledged.
void expect_reads(Writer& writer, const fs::path& directory, record::Seq head,
                  record::Seq written) {
  ASSERT_EQ(writer.reader().head().seq, head);
  ASSERT_NO_FATAL_FAILURE(expect_samples(writer.reader()));
  auto reader = Reader::open(directory);
  ASSERT_TRUE(reader) << reader.error().message;
  ASSERT_GE((*reader)->head().seq, head);
  ASSERT_LE((*reader)->head().seq, written);
  ASSERT_NO_FATAL_FAILURE(expect_samples(**reader));
}

void append_to(Writer& writer, const fs::path& directory, record::Seq last, Disk& disk) {
  record::Seq head = writer.reader().head().seq;
  while (head < last) {
    auto group = sample_group(head, std::min<std::size_t>(1 + head % 5, last - head));
    const Cursor cursor = sample_cursor(head + group.size());
    auto appended = writer.append(group, std::span(&cursor, 1));
    if (appended) {
      head += group.size();
      ASSERT_EQ(appended->seq, head);
      continue;
    }
    ASSERT_EQ(appended.error().code, ErrorCode::kExhausted) << appended.error().message;
    if (disk.failures() % kPatience == 0) {  // A look at each trouble, not at each try.
      ASSERT_NO_FATAL_FAILURE(
          expect_reads(writer, directory, head, disk.lasting() ? head + group.size() : head));
    }
    disk.failed();
    ASSERT_LT(disk.failures(), 20);
  }
}

/// Opens, appends up to `last`, closes; each is tried again until it is done.
void use(const fs::path& directory, record::Seq last, Disk& disk) {
  Tuning tuning;
  tuning.write_buffer_bytes = std::size_t{64} << 10;
  auto writer = open_writer(directory, true, tuning);
  while (!writer) {
    expect_disk_error(writer.error());
    disk.failed();
    ASSERT_LT(disk.failures(), 20) << writer.error().message;
    writer = open_writer(directory, true, tuning);
  }
  ASSERT_NO_FATAL_FAILURE(append_to(**writer, directory, last, disk));
  auto closed = (*writer)->close();
  while (!closed) {
    expect_disk_error(closed.error());
    disk.failed();
    ASSERT_LT(disk.failures(), 20) << closed.error().message;
    closed = (*writer)->close();
  }
}

struct Fault {
  const char* name;
  Which which;
  Action action;
  int error;
  bool lasting;
};

/// One run with the fault at call `at`; false when it was over before.
bool run_with(const Fault& fault, std::uint64_t at) {
  const TemporaryDirectory base(Place::kMemory);
  faults::Plan plan;
  plan.directory = (base / "s").string();
  plan.which = fault.which;
  plan.action = fault.action;
  plan.at = at;
  plan.error = fault.error;
  plan.lasting = fault.lasting;
  plan.seed = static_cast<std::uint32_t>(at);
  std::uint64_t fired = 0;
  {
    Disk disk(plan);
    use(base / "s", kFirst, disk);
    if (!testing::Test::HasFailure()) use(base / "s", kRecords, disk);
    fired = disk.fired();
  }
  if (testing::Test::HasFailure()) return false;
  expect_sound(base / "s");
  auto writer = Writer::open(base / "s");
  EXPECT_TRUE(writer) << writer.error().message;
  if (!writer) return false;
  EXPECT_TRUE((*writer)->closed_cleanly());
  EXPECT_EQ((*writer)->reader().head().seq, kRecords);
  expect_samples((*writer)->reader());
  EXPECT_EQ((*writer)->reader().cursors().value(), std::vector<Cursor>{sample_cursor(kRecords)});
  return fired > 0;
}

class EveryFault : public testing::TestWithParam<Fault> {};

TEST_P(EveryFault, IsSurvived) {
  std::uint64_t at = 1;
  while (run_with(GetParam(), at)) {
    if (HasFailure()) break;
    ++at;
  }
  if (HasFailure()) ADD_FAILURE() << "with the fault at call " << at;
  std::printf("%s: %llu calls\n", GetParam().name, static_cast<unsigned long long>(at - 1));
  EXPECT_GT(at, 30U);  // A write and a sync of log and anchor for each group.
}

INSTANTIATE_TEST_SUITE_P(
    Disk, EveryFault,
    testing::Values(Fault{"OnceFailed", Which::kAll, Action::kFail, EIO, false},
                    Fault{"OnceCutWrite", Which::kWrites, Action::kFailInside, ENOSPC, false},
                    Fault{"OnceDoneAndFailed", Which::kAll, Action::kFailAfter, EIO, false},
                    Fault{"FullFromThere", Which::kWrites, Action::kFailInside, ENOSPC, true},
                    Fault{"SyncsFailFromThere", Which::kSyncs, Action::kFail, EIO, true},
                    Fault{"FullAtSyncFromThere", Which::kSyncs, Action::kFailAfter, ENOSPC, true},
                    Fault{"BrokenFromThere", Which::kAll, Action::kFail, EIO, true}),
    [](const auto& fault) { return fault.param.name; });

}  // namespace
}  // namespace pawprint::store
