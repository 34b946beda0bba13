#include "engine/rules/selector.h"

#include <gtest/gtest.h>

namespace pawprint::rules {
namespace {

class Selector : public ::testing::Test {
 protected:
  bool matches(const char* op, std::vector<const char*> values, const char* key = "team") {
    model::Requirement requirement{symbols.intern(key), symbols.intern(op), {}};
    for (const char* value : values) requirement.values.push_back(symbols.intern(value));
    return selector_matches({{}, {requirement}}, labels);
  }
  model::Symbols symbols;
  model::Labels labels{{symbols.intern("team"), symbols.intern("x")}};
};

TEST_F(Selector, Operators) {
  EXPECT_TRUE(matches("In", {"x", "y"}));
  EXPECT_FALSE(matches("In", {"y"}));
  EXPECT_FALSE(matches("NotIn", {"x"}));
  EXPECT_TRUE(matches("NotIn", {"x"}, "absent"));
  EXPECT_TRUE(matches("Exists", {}));
  EXPECT_FALSE(matches("DoesNotExist", {}));
  EXPECT_TRUE(matches("DoesNotExist", {}, "absent"));
  EXPECT_FALSE(matches("Unknown", {}));
}

TEST_F(Selector, MatchLabels_AllMustHold) {
  const model::Label team{symbols.intern("team"), symbols.intern("x")};
  const model::Label other{symbols.intern("tier"), symbols.intern("gold")};
  EXPECT_TRUE(selector_matches({{}, {}}, labels));
  EXPECT_TRUE(selector_matches({{team}, {}}, labels));
  EXPECT_FALSE(selector_matches({{team, other}, {}}, labels));
}

}  // namespace
}  // namespace pawprint::rules
