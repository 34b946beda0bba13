#include <gtest/gtest.h>

#include <set>

#include "engine/rules/rule.h"

namespace pawprint::rules {
namespace {

TEST(Registry, EveryRuleSaysItsFourLinesAndIdsAreUnique) {
  std::set<std::string_view> ids;
  for (const Rule* rule : all_rules()) {
    EXPECT_TRUE(ids.insert(rule->id).second) << rule->id;
    EXPECT_NE(rule->id.find('/'), std::string_view::npos) << rule->id;
    for (const std::string_view line : {rule->gateway_api, rule->kuma, rule->why, rule->scenario}) {
      EXPECT_FALSE(line.empty()) << rule->id;
    }
    EXPECT_EQ(find_rule(rule->id), rule);
  }
  EXPECT_EQ(find_rule("no/such"), nullptr);
}

}  // namespace
}  // namespace pawprint::rules
