#include "engine/model/status.h"

#include <gtest/gtest.h>

namespace pawprint::model {
namespace {

TEST(Rfc3339, RoundTripsAcrossLeapYearsAndTheEpoch) {
  for (const char* text : {"1970-01-01T00:00:00Z", "2000-02-29T23:59:59Z", "2026-11-24T09:10:11Z",
                           "1969-12-31T23:59:59Z", "2100-03-01T00:00:00Z"}) {
    EXPECT_EQ(rfc3339(parse_rfc3339(text) * 1'000'000'000), text);
  }
  EXPECT_EQ(rfc3339(999'999'999), "1970-01-01T00:00:00Z");
  EXPECT_EQ(rfc3339(-1), "1969-12-31T23:59:59Z");
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2026", "2026-13-01T00:00:00Z", "2026-01-0xT00:00:00Z", "-026-01-01T00:00:00Z"}) {
    EXPECT_EQ(parse_rfc3339(text), 0) << text;
  }
}

TEST(ComparisonText, IgnoresOrderAndSeesEveryMember) {
  const Condition accepted{"Accepted", "True", "Accepted", "", 1};
  const Condition resolved{"ResolvedRefs", "True", "ResolvedRefs", "", 1};
  Status a{{{"x", "", {accepted, resolved}}, {"y", "", {accepted}}}};
  Status b{{{"y", "", {accepted}}, {"x", "", {resolved, accepted}}}};
  EXPECT_EQ(comparison_text(a), comparison_text(b));
  b.entries[0].conditions[0].generation = 2;
  EXPECT_NE(comparison_text(a), comparison_text(b));
  b = a;
  b.entries[0].conditions[0].message = "m";
  EXPECT_NE(comparison_text(a), comparison_text(b));
  EXPECT_EQ(comparison_text({}), "");
}

}  // namespace
}  // namespace pawprint::model
