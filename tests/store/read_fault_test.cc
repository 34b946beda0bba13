// EIO at every read of a store: an error, or the same answers; and nothing is lost by it.
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdio>

#include "tests/faults/calls.h"
#include "tests/store/judge.h"
#include "tests/store/support.h"

namespace pawprint::store {
namespace {

namespace fs = std::filesystem;

class ReadFault : public testing::Test {
 protected:
  void SetUp() override {
    Tuning tuning;
    tuning.write_buffer_bytes = std::size_t{64} << 10;
    ASSERT_NO_FATAL_FAILURE(make_store(base_ / "s", 120, 4, tuning));
    Appender appender(base_ / "s", {.records = 60, .group = 3, .end = "exit"});
    ASSERT_EQ(appender.wait(), 0) << appender.complaint();
    auto reader = Reader::open(base_ / "s");
    ASSERT_TRUE(reader) << reader.error().message;
    content_ = content_of(**reader);
  }

  static void break_read(const fs::path& directory, std::uint64_t at, bool lasting) {
    faults::Plan plan;
    plan.directory = directory.string();
    plan.which = faults::Which::kReads;
    plan.action = faults::Action::kFail;
    plan.error = EIO;
    plan.at = at;
    plan.lasting = lasting;
    faults::arm(plan);
  }

  void expect_same(const fs::path& directory, std::uint64_t at) {
    auto reader = Reader::open(directory);
    ASSERT_TRUE(reader) << "after call " << at << ": " << reader.error().message;
    ASSERT_TRUE(content_of(**reader) == content_) << "after call " << at;
  }

  /// Every read of `use` fails once in its turn, or all from it on.
  void every(const std::function<void(const fs::path&)>& use, bool lasting) {
    std::uint64_t at = 0;
    while (true) {
      const fs::path copy = base_ / "copy";
      fs::remove_all(copy);
      copy_files(base_ / "s", copy);
      break_read(copy, ++at, lasting);
      use(copy);
      const auto fired = faults::fired();
      faults::disarm();
      if (HasFailure()) FAIL() << "with a fault at read " << at;
      ASSERT_NO_FATAL_FAILURE(expect_same(copy, at));
      if (fired == 0) break;
    }
    std::printf("%llu reads\n", static_cast<unsigned long long>(at - 1));
    EXPECT_GT(at, 10U);
  }

  const TemporaryDirectory base_{Place::kMemory};
  Content content_;
};

void expect_no_silence(Reader& reader, const Content& content) {
  EXPECT_EQ(reader.head().seq, content.head.seq);
  record::Seq seq = 0;
  auto scanned = reader.scan(1, content.head.seq, [&](const record::Record& record) {
    return record == content.records[seq++];
  });
  if (scanned) {
    EXPECT_EQ(seq, content.head.seq) << "ends without an error";
  }
}

TEST_F(ReadFault, AWriterLosesNothing) {
  for (const bool lasting : {false, true}) {
    every(
        [&](const fs::path& copy) {
          auto writer = Writer::open(copy);
          if (writer) expect_no_silence((*writer)->reader(), content_);
        },
        lasting);
  }
}

TEST_F(ReadFault, AReaderIsNotSilent) {
  every(
      [&](const fs::path& copy) {
        auto reader = Reader::open(copy);
        if (reader) expect_no_silence(**reader, content_);
      },
      false);
}

TEST_F(ReadFault, FsckIsNotSilent) {
  every(
      [&](const fs::path& copy) {
        const auto report = fsck(copy);
        if (!report || !report->problems.empty()) return;
        EXPECT_EQ(report->records, content_.records.size());
        EXPECT_EQ(report->head.seq, content_.head.seq);
      },
      false);
}

}  // namespace
}  // namespace pawprint::store
