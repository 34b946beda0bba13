// Full and failing disks: nothing is acknowledged, nothing is lost or doubled, and the same
// records go in once the disk takes them.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "tests/store/faulty_file_system.h"
#include "tests/store/support.h"

namespace pawprint::store {
namespace {

constexpr record::Seq kRecords = 60;

/// Appends all samples; what fails is tried again with the same records, healed after some tries.
void append_all(Writer& writer, FaultPlan& plan) {
  record::Seq head = writer.reader().head().seq;
  int failures = 0;
  while (head < kRecords) {
    auto group = sample_group(head, std::min<std::size_t>(1 + head % 5, kRecords - head));
    const Cursor cursor = sample_cursor(head + group.size());
    auto appended = writer.append(group, std::span(&cursor, 1));
    if (appended) {
      head += group.size();
      ASSERT_EQ(appended->seq, head);
      continue;
    }
    ASSERT_EQ(appended.error().code, ErrorCode::kExhausted) << appended.error().message;
    ASSERT_EQ(writer.reader().head().seq, head);
    ASSERT_LT(++failures, 20);
    if (failures % 3 == 0) plan.heal();
  }
}

void expect_whole(const std::filesystem::path& directory) {
  ASSERT_NO_FATAL_FAILURE(expect_sound(directory));
  auto writer = Writer::open(directory);
  ASSERT_TRUE(writer) << writer.error().message;
  ASSERT_EQ((*writer)->reader().head().seq, kRecords);
  ASSERT_NO_FATAL_FAILURE(expect_samples((*writer)->reader()));
  ASSERT_EQ((*writer)->reader().cursors().value(), std::vector<Cursor>{sample_cursor(kRecords)});
}

/// One run with a fault at call `at`; false when the run was over before it.
bool run_with_fault(std::int64_t at, FaultPlan::How how, bool lasting, bool no_space) {
  const TemporaryDirectory base(Place::kMemory);
  auto plan = std::make_shared<FaultPlan>();
  plan->at = at;
  plan->how = how;
  plan->lasting = lasting;
  plan->no_space = no_space;
  Tuning tuning;
  tuning.write_buffer_bytes = std::size_t{64} << 10;  // RocksDB's least; flushes fall into the run.
  tuning.file_system = std::make_shared<FaultyFileSystem>(plan);
  auto writer = open_writer(base / "s", true, tuning);
  EXPECT_TRUE(writer);
  if (!writer) return false;
  plan->armed = true;
  append_all(**writer, *plan);
  plan->heal();
  if (testing::Test::HasFatalFailure()) return false;
  writer = tl::unexpected<Error>(Error{});
  expect_whole(base / "s");
  return plan->fired > 0;
}

void every_fault(FaultPlan::How how, bool lasting, bool no_space, std::int64_t step) {
  std::int64_t at = 0;
  while (run_with_fault(at, how, lasting, no_space)) {
    at += step;
    if (testing::Test::HasFailure()) {
      ADD_FAILURE() << "with a fault at call " << at - step;
      return;
    }
  }
  EXPECT_GT(at, 20);  // The run has at least a write and a sync for each group.
}

using How = FaultPlan::How;
TEST(Disk, OneCallFails) { every_fault(How::kNothingDone, false, false, 3); }
TEST(Disk, OneCallWritesHalf) { every_fault(How::kHalfDone, false, false, 3); }
TEST(Disk, OneCallWritesAndFails) { every_fault(How::kDone, false, false, 3); }
TEST(Disk, FullForAWhile) { every_fault(How::kHalfDone, true, true, 3); }
TEST(Disk, BrokenForAWhile) { every_fault(How::kDone, true, false, 3); }

/// Lets no file of this process grow beyond `bytes` while it lives.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) {
    handler_ = ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit now = before_;
    now.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;

 private:
  rlimit before_{};
  sighandler_t handler_ = nullptr;
};

// The kernel refuses the bytes, as it does on a full disk; readers go on, and so does the log.
TEST(Disk, ReadsGoOnWhileNothingCanBeWritten) {
  const TemporaryDirectory base(Place::kMemory);
  auto writer = Writer::open(base / "s");
  ASSERT_TRUE(writer);
  FaultPlan none;
  record::Seq head = 0;
  {
    const FileLimit limit(rlim_t{32} << 10);
    Result<Head> appended;
    while (head < kRecords) {
      auto group = sample_group(head, 1);
      const Cursor cursor = sample_cursor(head + 1);
      appended = (*writer)->append(group, std::span(&cursor, 1));
      if (!appended) break;
      ++head;
    }
    ASSERT_FALSE(appended);
    EXPECT_EQ(appended.error().code, ErrorCode::kExhausted) << appended.error().message;
    for (int again = 0; again < 3; ++again) {
      auto group = sample_group(head, 1);
      ASSERT_EQ((*writer)->append(group).error().code, ErrorCode::kExhausted);
      ASSERT_EQ((*writer)->reader().head().seq, head);
      ASSERT_NO_FATAL_FAILURE(expect_samples((*writer)->reader()));
      auto reader = Reader::open(base / "s");
      ASSERT_TRUE(reader) << reader.error().message;
      ASSERT_EQ((*reader)->head().seq, head);
      ASSERT_NO_FATAL_FAILURE(expect_samples(**reader));
    }
  }
  ASSERT_GT(head, 5U);
  ASSERT_NO_FATAL_FAILURE(append_all(**writer, none));
  ASSERT_TRUE((*writer)->close());
  ASSERT_NO_FATAL_FAILURE(expect_whole(base / "s"));
}

/// Puts another file under the descriptor of the head anchor, and back.
class AnchorSwap {
 public:
  AnchorSwap(const std::filesystem::path& store, const char* replacement) {
    struct stat wanted {};
    if (::stat((store / "head.anchor").c_str(), &wanted) != 0) std::abort();
    for (int descriptor = 0; descriptor < ::getdtablesize(); ++descriptor) {
      struct stat here {};
      if (::fstat(descriptor, &here) == 0 && here.st_dev == wanted.st_dev &&
          here.st_ino == wanted.st_ino) {
        anchor_ = descriptor;
      }
    }
    saved_ = ::fcntl(anchor_, F_DUPFD_CLOEXEC, 0);
    const int other = ::open(replacement, O_RDWR | O_CLOEXEC);
    if (anchor_ < 0 || saved_ < 0 || ::dup2(other, anchor_) < 0) std::abort();
    ::close(other);
  }
  ~AnchorSwap() {
    ::dup2(saved_, anchor_);
    ::close(saved_);
  }
  AnchorSwap(const AnchorSwap&) = delete;
  AnchorSwap& operator=(const AnchorSwap&) = delete;

 private:
  int anchor_ = -1;
  int saved_ = -1;
};

// The group is in the log, but its anchor is not: it does not count, and is replaced by the next.
TEST(Disk, AGroupWithoutItsAnchorIsReplaced) {
  const TemporaryDirectory base(Place::kMemory);
  auto writer = Writer::open(base / "s");
  ASSERT_TRUE(writer);
  FaultPlan none;
  auto group = sample_group(0, 3);
  const Cursor first = sample_cursor(3);
  ASSERT_TRUE((*writer)->append(group, std::span(&first, 1)));
  {
    const AnchorSwap full(base / "s", "/dev/full");
    std::vector<record::Record> other(7, sample(100));
    const Cursor lost = sample_cursor(10);
    const auto refused = (*writer)->append(other, std::span(&lost, 1));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kExhausted) << refused.error().message;
  }
  EXPECT_EQ((*writer)->reader().head().seq, 3U);
  ASSERT_NO_FATAL_FAILURE(expect_samples((*writer)->reader()));
  {
    auto reader = Reader::open(base / "s");
    ASSERT_TRUE(reader) << reader.error().message;
    EXPECT_EQ((*reader)->head().seq, 3U);
  }
  group = sample_group(3, 2);  // Fewer than were refused, without a cursor.
  ASSERT_TRUE((*writer)->append(group));
  EXPECT_EQ((*writer)->reader().cursors().value(), std::vector<Cursor>{first});
  ASSERT_NO_FATAL_FAILURE(expect_samples((*writer)->reader()));
  ASSERT_NO_FATAL_FAILURE(expect_sound(base / "s"));
  ASSERT_NO_FATAL_FAILURE(append_all(**writer, none));
  ASSERT_TRUE((*writer)->close());
  ASSERT_NO_FATAL_FAILURE(expect_whole(base / "s"));
}

TEST(Disk, ClosingAfterAFailureTakesTheGroupOut) {
  const TemporaryDirectory base(Place::kMemory);
  auto writer = Writer::open(base / "s");
  ASSERT_TRUE(writer);
  auto group = sample_group(0, 3);
  ASSERT_TRUE((*writer)->append(group));
  {
    const AnchorSwap full(base / "s", "/dev/full");
    group = sample_group(3, 2);
    ASSERT_FALSE((*writer)->append(group));
    EXPECT_FALSE((*writer)->close());
  }
  ASSERT_TRUE((*writer)->close());
  ASSERT_NO_FATAL_FAILURE(expect_sound(base / "s"));
  auto reader = Reader::open(base / "s");
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->head().seq, 3U);
}

}  // namespace
}  // namespace pawprint::store
