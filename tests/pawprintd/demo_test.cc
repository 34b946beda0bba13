// The demo is a promise: it plays to its end, and what it says of the log is so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>

#include "store/log.h"
#include "tests/pawprintd/support.h"

namespace pawprint::pawprintd::tests {
namespace {

using testing::HasSubstr;

TEST(Demo, PlaysToItsEndAndLeavesAWholeStore) {
  const Scratch scratch;
  const std::filesystem::path store = scratch.path() / "store";
  FILE* pipe = ::popen(
      (std::string(PAWPRINT_DAEMON) + " demo --store " + store.string() + " 2>&1").c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string out;
  std::array<char, 4096> part{};
  for (std::size_t got = 0; (got = std::fread(part.data(), 1, part.size(), pipe)) > 0;)
    out.append(part.data(), got);
  const int status = ::pclose(pipe);
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << out;
  for (const char* said :
       {"backend runs in both zones", "in zone-1", "zone-2", "BackendNotFound",
        "0 lists were asked for", "0 divergences", "> pawprint why meshhttproute/"}) {
    EXPECT_THAT(out, HasSubstr(said));
  }
  EXPECT_THAT(out, HasSubstr(store.string()));
  const auto report = store::fsck(store);
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(report->problems.empty());
  EXPECT_GT(report->records, 100U);
}

}  // namespace
}  // namespace pawprint::pawprintd::tests
