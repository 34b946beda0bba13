#include "tools/manifests/yaml_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/manifests/yaml_scalar.h"

namespace pawprint::manifests {
namespace {

std::string json(std::string_view yaml) {
  const auto result = yaml_to_json(yaml);
  if (result) return *result;
  return "line " + std::to_string(result.error().line) + ": " + result.error().message;
}

/// JSON of a plain scalar.
std::string plain(std::string_view text) {
  const auto result = scalar_to_json(text, "?");
  return result ? *result : "error: " + result.error().message;
}

TEST(YamlScalar, Words) {
  for (const auto* text :
       {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"}) {
    EXPECT_EQ(plain(text), "true") << text;
  }
  for (const auto* text :
       {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"}) {
    EXPECT_EQ(plain(text), "false") << text;
  }
  for (const auto* text : {"", "~", "null", "Null", "NULL"}) EXPECT_EQ(plain(text), "null") << text;
  for (const auto* text : {"yEs", "nULL", "tRue", "oFF", "yes ", "nil", "none"}) {
    EXPECT_EQ(plain(text), "\"" + std::string(text) + "\"");
  }
}

TEST(YamlScalar, Integers) {
  const std::pair<const char*, const char*> cases[] = {
      {"0", "0"},
      {"-0", "0"},
      {"+7", "7"},
      {"0x1F", "31"},
      {"-0x1f", "-31"},
      {"0b101", "5"},
      {"0o17", "15"},
      {"0777", "511"},
      {"1_000", "1000"},
      {"00", "0"},
      {"0X10", "16"},
      {"9223372036854775808", "9223372036854775808"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"18446744073709551615", "18446744073709551615"}};
  for (const auto& [text, value] : cases) EXPECT_EQ(plain(text), value) << text;
}

TEST(YamlScalar, Floats) {
  const std::pair<const char*, const char*> cases[] = {
      {"1.0", "1"},     {"1.50", "1.5"},
      {".5", "0.5"},    {"-.5", "-0.5"},
      {"5.", "5"},      {"1e3", "1000"},
      {"1E-7", "1e-7"}, {"1e21", "1e+21"},
      {"08", "8"},      {"1e20", "100000000000000000000"},
      {"+1.5", "1.5"},  {"0.000001", "0.000001"}};
  for (const auto& [text, value] : cases) EXPECT_EQ(plain(text), value) << text;
  for (const auto* text : {".inf", "-.inf", ".NaN", "+.INF"}) {
    EXPECT_THAT(plain(text), ::testing::StartsWith("error")) << text;
  }
}

TEST(YamlScalar, WhatStaysText) {
  for (const auto* text : {"2001-12-14", "2001-12-14t21:59:43.10-05:00",
                           "12:30:45",   "1.2.3",
                           "0x",         "0b2",
                           "-",          "+",
                           ".",          "e3",
                           "1e",         "10Gi",
                           "100m",       "0o8",
                           "v1",         "1.5.",
                           "--1",        "1e400",
                           "<<",         "=",
                           "0xg"}) {
    EXPECT_EQ(plain(text), "\"" + std::string(text) + "\"");
  }
}

TEST(YamlScalar, TagsDecide) {
  EXPECT_EQ(
      json("a: !!str 123\nb: !!int \"7\"\nc: '123'\nd: \"yes\"\ne: !!float 1\nf: ! 5\ng: !x 5"),
      R"({"a":"123","b":7,"c":"123","d":"yes","e":1,"f":"5","g":"5"})");
  EXPECT_THAT(json("\na: !!int x"), ::testing::StartsWith("line 2: "));
  EXPECT_THAT(json("a: !!bool 1"), ::testing::HasSubstr("!!bool"));
  EXPECT_THAT(json("a: !!binary eA=="), ::testing::HasSubstr("!!binary"));
}

TEST(YamlJson, ManifestsAsPeopleWriteThem) {
  EXPECT_EQ(
      json(R"(# A route
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: web
  annotations: {"on": 'off', 8080: x, yes: z}
spec:
  hostnames:
  - "*.example.com"
  - 'it''s'
  rules:
  - matches:
    - path: {type: PathPrefix, value: /}
    backendRefs:
    - name: a
      port: 80
      weight:
  text: |
    two
    lines
  folded: >-
    one
    line
  "esc\u0041\n": "\t\"\\ \x41"
)"),
      R"({"apiVersion":"gateway.networking.k8s.io/v1","kind":"HTTPRoute","metadata":{"name":"web",)"
      R"("annotations":{"on":"off","8080":"x","true":"z"}},"spec":{"hostnames":["*.example.com",)"
      R"("it's"],"rules":[{"matches":[{"path":{"type":"PathPrefix","value":"/"}}],)"
      R"("backendRefs":[{"name":"a","port":80,"weight":null}]}],"text":"two\nlines\n",)"
      R"("folded":"one line","escA\n":"\t\"\\ A"}})");
  EXPECT_EQ(json("[]"), "[]");
  EXPECT_EQ(json("# nothing"), "null");
  EXPECT_EQ(json("a: {}\nb: []\nc: ''"), R"({"a":{},"b":[],"c":""})");
}

TEST(YamlJson, AnchorsAndMergeKeys) {
  EXPECT_EQ(json("base: &b {x: 1, w: 2}\nsame: *b\nmore:\n  <<: *b\n  w: 3\n"
                 "both:\n  <<: [{x: 9}, *b]\n  z: 4\nquoted: {\"<<\": 1}"),
            R"({"base":{"x":1,"w":2},"same":{"x":1,"w":2},"more":{"w":3,"x":1},)"
            R"("both":{"z":4,"x":9,"w":2},"quoted":{"<<":1}})");
  EXPECT_THAT(json("a:\n  <<: 1"), ::testing::HasSubstr("'<<' takes a map"));
}

TEST(YamlJson, FaultsNameTheLine) {
  EXPECT_EQ(json("a: 1\nb: 2\na: 3"), "line 3: key 'a' appears twice");
  EXPECT_THAT(json("a: 1\nb: [1, 2\nc: 3"), ::testing::StartsWith("line 3: "));
  EXPECT_THAT(json("a:\n\t- b"), ::testing::StartsWith("line 2: "));
  EXPECT_THAT(json("a: *nowhere"), ::testing::StartsWith("line 1: "));
  EXPECT_THAT(json("? [a, b]\n: c"), ::testing::HasSubstr("must be a scalar"));
  EXPECT_THAT(json("~: c"), ::testing::HasSubstr("null"));
  EXPECT_THAT(json("a: \xff"), ::testing::HasSubstr("UTF-8"));
  EXPECT_THAT(json("a: b: c"), ::testing::StartsWith("line 1: "));
}

TEST(YamlJson, RefusesBombs) {
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string ref = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int n = 0; n < 9; ++n) bomb += (n ? "," : "") + ref;
    bomb += "]\n";
  }
  const auto result = yaml_to_json(bomb, std::size_t{1} << 20U);
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error().message, ::testing::HasSubstr("too large"));
  EXPECT_THAT(json("a: &a [*a]"), ::testing::StartsWith("line 1: "));
  EXPECT_THAT(json(std::string(100000, '[')), ::testing::StartsWith("line 1: "));
  EXPECT_THAT(json("a: &a\n  <<: *a\n"), ::testing::StartsWith("line "));
}

}  // namespace
}  // namespace pawprint::manifests
