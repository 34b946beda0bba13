#include "engine/model/config_map.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pawprint::model {
namespace {

using nlohmann::json;

TEST(ConfigMap, OnlyAuthoritiesGoOnTheRecord) {
  const auto cut = config_map_on_record(R"({"apiVersion":"v1","kind":"ConfigMap",
    "metadata":{"name":"a","annotations":{"x":"y",
      "kubectl.kubernetes.io/last-applied-configuration":"{\"data\":{\"password\":\"p\"}}"}},
    "data":{"ca.crt":"PEM","password":"p"},"binaryData":{"b":"cA=="}})");
  ASSERT_TRUE(cut);
  EXPECT_EQ(json::parse(*cut), json::parse(R"({"apiVersion":"v1","kind":"ConfigMap",
    "metadata":{"name":"a","annotations":{"x":"y"}},"data":{"ca.crt":"PEM"}})"));
}

TEST(ConfigMap, OddShapesAreCutToo) {
  EXPECT_EQ(json::parse(*config_map_on_record(R"({"data":["secret"]})")),
            json::parse(R"({"data":{}})"));
  EXPECT_EQ(*config_map_on_record(R"({"metadata":{"annotations":7}})"),
            R"({"metadata":{"annotations":7}})");
  EXPECT_FALSE(config_map_on_record("[]"));
  EXPECT_FALSE(config_map_on_record("{"));
}

}  // namespace
}  // namespace pawprint::model
