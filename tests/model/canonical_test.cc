#include "engine/model/canonical.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <random>

namespace pawprint::model {
namespace {

using ::testing::HasSubstr;

std::string canonical(std::string_view text, const CanonicalOptions& options = {}) {
  const auto result = canonical_json(text, options);
  return result ? *result : "error: " + result.error().message;
}

TEST(CanonicalJson, SortsMembersBytewiseAndDropsSpace) {
  EXPECT_EQ(
      canonical(R"( { "b" : 1 , "a" : [ 1 , { "z":true, "Z":false } ], "é":null, "ab":"" } )"),
      R"({"a":[1,{"Z":false,"z":true}],"ab":"","b":1,"é":null})");
  EXPECT_EQ(canonical("{}"), "{}");
  EXPECT_EQ(canonical("[]"), "[]");
  EXPECT_EQ(canonical(R"([{},[],[[]],{"a":{}}])"), R"([{},[],[[]],{"a":{}}])");
}

TEST(CanonicalJson, SortsByUnescapedName) {
  EXPECT_EQ(canonical(R"({"b":1,"\u0061":2})"), R"({"a":2,"b":1})");
}

TEST(CanonicalJson, UsesMinimalEscapes) {
  EXPECT_EQ(canonical(R"("\u0041\/\"\\\b\f\n\r\t\u0000\u001F\u007f\u00e9\ud83d\ude00")"),
            "\"A/\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\u00e9\U0001F600\"");
}

TEST(CanonicalJson, TakesScalarsAtTheRoot) {
  for (const auto* text : {"1", "-7", "true", "false", "null", "\"x\"", "1.50", "0"}) {
    EXPECT_EQ(canonical(text), text);
  }
}

TEST(CanonicalJson, KeepsNumbersAsWritten) {
  EXPECT_EQ(canonical("[18446744073709551615,-9223372036854775808,0,-1]"),
            "[18446744073709551615,-9223372036854775808,0,-1]");
  EXPECT_EQ(canonical(R"({"b":1.50,"a":[1e3,-0.0,"7.5",0.1],"c":2.5E-7})"),
            R"({"a":[1e3,-0.0,"7.5",0.1],"b":1.50,"c":2.5E-7})");
}

TEST(CanonicalJson, RefusesNumbersThatReadersWouldChange) {
  for (const auto* text : {"18446744073709551616", "-9223372036854775809", "1e400", "-1e999",
                           "9007199254740993.0", "0.1234567890123456789"}) {
    EXPECT_THAT(canonical(text), HasSubstr("error")) << text;
  }
  // Exactly a double, although long.
  EXPECT_EQ(canonical("0.1000000000000000055511151231257827"),
            "0.1000000000000000055511151231257827");
}

TEST(CanonicalJson, RefusesWhatIsNotJson) {
  for (const auto* text : {"",           " ",
                           "{",          "}",
                           "[1 2]",      "[1,]",
                           "{\"a\":1,}", "{a:1}",
                           "{} x",       "01",
                           "1.",         ".5",
                           "+1",         "tru",
                           "truex",      "nul",
                           "\"a",        "\"\\x\"",
                           "\"\n\"",     "\"\\ud800\"",
                           "\"\xff\"",   "\"\xc0\x80\"",
                           "{\"a\" 1}",  "[1]]",
                           "NaN",        "1 2",
                           "'a'",        "// c\n1"}) {
    const auto result = canonical_json(text);
    ASSERT_FALSE(result.has_value()) << text << " -> " << *result;
    EXPECT_EQ(result.error().code, ErrorCode::kInvalid);
    EXPECT_THAT(result.error().message, ::testing::StartsWith("not valid JSON: "));
  }
}

TEST(CanonicalJson, RefusesANameTwice) {
  EXPECT_THAT(canonical(R"({"a":1,"b":2,"a":3})"), HasSubstr("twice"));
  EXPECT_THAT(canonical(R"([{"a":1,"\u0061":null}])"), HasSubstr("twice"));
  CanonicalOptions options;
  options.drop_empty = true;
  EXPECT_THAT(canonical(R"({"a":null,"a":3})", options), HasSubstr("twice"));
}

TEST(CanonicalJson, LimitsDepth) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(canonical(nested(kMaxDepth - 1)), nested(kMaxDepth - 1));
  EXPECT_THAT(canonical(nested(kMaxDepth + 1)), HasSubstr("error"));
  EXPECT_EQ(canonical("[1]"), "[1]");  // The parser is usable again.
}

TEST(CanonicalJson, DropsEmptyMembersButNoItems) {
  CanonicalOptions options;
  options.drop_empty = true;
  EXPECT_EQ(canonical(R"({"a":{"b":{},"c":[]},"d":null,"e":[{},[],null,{"f":{}}],"g":"","h":0})",
                      options),
            R"({"e":[{},[],null,{}],"g":"","h":0})");
  EXPECT_EQ(canonical(R"({"a":{"b":null}})", options), "{}");
}

TEST(CanonicalJson, DropsAndKeepsTopLevelMembers) {
  static constexpr std::array<std::string_view, 2> kNames{"status", "x"};
  CanonicalOptions drop;
  drop.drop = kNames;
  EXPECT_EQ(canonical(R"({"status":{"q":1.5},"spec":{"status":1,"w":2.25},"x":[0.5]})", drop),
            R"({"spec":{"status":1,"w":2.25}})");
  CanonicalOptions keep;
  keep.keep = kNames;
  EXPECT_EQ(canonical(R"({"y":1,"x":2,"status":{"y":3}})", keep), R"({"status":{"y":3},"x":2})");
  EXPECT_THAT(canonical(R"({"x":1,"x":2})", drop), HasSubstr("twice"));
}

TEST(CanonicalJson, FillsDefaultsUnderPresentParents) {
  static constexpr std::array kLeaves{DefaultNode{"m", "7"}, DefaultNode{"z", "\"Z\""}};
  static constexpr std::array kTop{DefaultNode{"list", "", kLeaves}, DefaultNode{"b", "true"}};
  static constexpr DefaultNode kRoot{"", "", kTop};
  CanonicalOptions options;
  options.defaults = &kRoot;
  EXPECT_EQ(canonical(R"({"list":[{},{"z":1},{"m":null,"a":2}],"a":{}})", options),
            R"({"a":{},"b":true,"list":[{"m":7,"z":"Z"},{"m":7,"z":1},{"a":2,"m":7,"z":"Z"}]})");
  EXPECT_EQ(canonical(R"({"b":false})", options), R"({"b":false})");
}

/// A random value with every kind of node, without fractions.
nlohmann::json random_value(std::mt19937& random, int depth) {
  static const std::array<std::string, 6> kTexts{"",      "a",     "\"\\\n\x01", "\u00e9\U0001F600",
                                                 "z/b.c", "\x7f\t"};
  const auto pick = [&](std::size_t n) { return random() % n; };
  switch (pick(depth > 0 ? 7 : 5)) {
    case 0:
      return nullptr;
    case 1:
      return pick(2) == 0;
    case 2:
      return static_cast<std::int64_t>(random()) - (std::int64_t{1} << 31U);
    case 3:
      return ~std::uint64_t{0} - random();
    case 4:
      return kTexts[pick(kTexts.size())];
    case 5: {
      auto list = nlohmann::json::array();
      for (auto n = pick(5); n > 0; --n) list.push_back(random_value(random, depth - 1));
      return list;
    }
    default: {
      auto object = nlohmann::json::object();
      for (auto n = pick(9); n > 0; --n) {
        object[kTexts[pick(kTexts.size())] + std::to_string(pick(4))] =
            random_value(random, depth - 1);
      }
      return object;
    }
  }
}

/// The same value with members in random order, white space and needless escapes.
void write_badly(std::mt19937& random, const nlohmann::json& value, std::string& out) {
  const auto space = [&] { out.append(random() % 3, " \n\t"[random() % 3]); };
  space();
  if (value.is_array()) {
    out += '[';
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i > 0) out += ',';
      write_badly(random, value[i], out);
    }
    out += ']';
  } else if (value.is_object()) {
    std::vector<std::string> names;
    for (const auto& [name, each] : value.items()) names.push_back(name);
    std::shuffle(names.begin(), names.end(), random);
    out += '{';
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (i > 0) out += ',';
      space();
      out += nlohmann::json(names[i]).dump(-1, ' ', random() % 2 == 0);
      space();
      out += ':';
      write_badly(random, value[names[i]], out);
    }
    out += '}';
  } else {
    out += value.dump(-1, ' ', random() % 2 == 0);
  }
  space();
}

TEST(CanonicalJson, AgreesWithAnotherWriterOnRandomValues) {
  std::mt19937 random(20240501);
  for (int round = 0; round < 3000; ++round) {
    const auto value = random_value(random, 5);
    std::string text;
    write_badly(random, value, text);
    ASSERT_EQ(canonical(text), value.dump()) << text;
    ASSERT_EQ(canonical(value.dump()), value.dump());
  }
}

TEST(CanonicalJson, TakesLargeDocuments) {
  std::string text = "[";
  for (int i = 0; i < 200000; ++i) text += "{\"b\":1,\"a\":0.5},";
  text.back() = ']';
  const std::string out = canonical(text);
  EXPECT_EQ(out.size(), text.size());
  EXPECT_EQ(out.substr(0, 32), R"([{"a":0.5,"b":1},{"a":0.5,"b":1})");
}

}  // namespace
}  // namespace pawprint::model
