#include "engine/rules/duration.h"

#include <gtest/gtest.h>

namespace pawprint::rules {
namespace {

TEST(Duration, ReadsAndPrintsAsGoDoes) {
  const std::pair<const char*, const char*> cases[] = {
      {"0s", "0s"},
      {"0h", "0s"},
      {"250ms", "250ms"},
      {"1s", "1s"},
      {"1500ms", "1.5s"},
      {"60s", "1m0s"},
      {"90m", "1h30m0s"},
      {"1h", "1h0m0s"},
      {"1h1ms", "1h0m0.001s"},
      {"1s10ms", "1.01s"},
      {"99999h59999m99999s99999ms", "101026h47m18.999s"},
  };
  for (const auto& [given, printed] : cases) {
    const auto ms = parse_duration(given);
    ASSERT_TRUE(ms.has_value()) << given;
    EXPECT_EQ(print_duration(*ms), printed) << given;
  }
}

TEST(Duration, RefusesEverythingElse) {
  for (const char* bad : {"", "1", "s", "1.5s", "-1s", "100000s", "1s ", " 1s", "1us", "1d", "1S",
                          "1h1m1s1ms1ms", "1h 2m", "999999ms"}) {
    EXPECT_FALSE(parse_duration(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace pawprint::rules
