// Stores that released formats wrote, kept as files: each is opened, read and appended to by this
// build, whatever the build has become.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/reducer.h"
#include "store/checkpoint.h"
#include "store/log.h"
#include "tests/compat/digest.h"
#include "tests/compat/records.h"

namespace pawprint::compat {
namespace {

namespace fs = std::filesystem;

/// A kept store, unpacked for one test.
class Kept : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "pawprint-compat-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    const fs::path files = PAWPRINT_COMPAT_FILES;
    const std::string command =
        "tar -xzf " + (files / (GetParam() + ".tar.gz")).string() + " -C " + name;
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
    std::ifstream expected(files / (GetParam() + ".json"));
    expected_ = nlohmann::json::parse(expected);
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] fs::path store() const { return folder_ / "store"; }
  [[nodiscard]] std::string text(const char* member) const { return expected_.at(member); }

  fs::path folder_;
  nlohmann::json expected_;
};

void expect_sound(const fs::path& directory) {
  const auto report = store::fsck(directory);
  ASSERT_TRUE(report) << report.error().message;
  for (const auto& problem : report->problems) {
    ADD_FAILURE() << problem.seq << ' ' << problem.what << ' ' << problem.detail;
  }
}

TEST_P(Kept, IsReadAsItWasWritten) {
  auto reader = store::Reader::open(store());
  ASSERT_TRUE(reader) << reader.error().message;
  store::TreeHead head;
  head.origin = text("origin");
  head.size = expected_.at("size");
  ASSERT_TRUE(record::parse_hex(text("root"), head.root));
  ASSERT_TRUE(record::parse_hex(text("chain"), head.chain));
  EXPECT_EQ((*reader)->head().seq, head.size);
  EXPECT_EQ((*reader)->tree_head(head.size).value(), head);
  EXPECT_TRUE(store::compare(**reader, head).empty());
  EXPECT_EQ(record_digest(**reader).value(), text("records"));
  const record::Seq thinned = expected_.at("thinned");
  EXPECT_EQ((*reader)->get(thinned).error().code, ErrorCode::kCoverage);
  const auto snapshots = (*reader)->snapshots();
  ASSERT_TRUE(snapshots);
  ASSERT_EQ(snapshots->size(), 1U);
  EXPECT_EQ((*reader)->snapshot(snapshots->front()).value(), snapshot_of());
}

TEST_P(Kept, GivesTheSameOutputs) {
  if (text("reducer") != kReducerVersion) {
    GTEST_SKIP() << "written by reducer " << text("reducer") << "; this is " << kReducerVersion;
  }
  auto reader = store::Reader::open(store());
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ(output_digest(**reader).value(), text("outputs"));
}

TEST_P(Kept, HasNoProblems) { expect_sound(store()); }

TEST_P(Kept, GoesOnAndCanBeCopied) {
  const record::Seq size = expected_.at("size");
  {
    auto writer = store::Writer::open(store());
    ASSERT_TRUE(writer) << writer.error().message;
    EXPECT_TRUE((*writer)->closed_cleanly());
    EXPECT_EQ((*writer)->boot(), 7U);
    for (int number = 1; number < 50; ++number) {
      auto group = group_of(number);
      ASSERT_TRUE((*writer)->append(group));
    }
    ASSERT_TRUE((*writer)->close());
  }
  expect_sound(store());
  const auto head = store::copy(store(), folder_ / "copy");
  ASSERT_TRUE(head) << head.error().message;
  expect_sound(folder_ / "copy");
  auto reader = store::Reader::open(folder_ / "copy");
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ(record::hex((*reader)->tree_head(size)->root), text("root"));
}

INSTANTIATE_TEST_SUITE_P(Format, Kept, testing::Values("format-1"),
                         [](const auto& each) { return "Version" + each.param.substr(7); });

}  // namespace
}  // namespace pawprint::compat
