#include "tools/manifests/json_scan.h"

#include <gtest/gtest.h>

namespace pawprint::manifests {
namespace {

using State = JsonScan::State;

/// Bytes taken until the document was complete or broken, and what it was.
std::pair<State, std::size_t> scan(std::string_view text) {
  JsonScan scan;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const State state = scan.take(text[i]);
    if (state != State::kOpen) return {state, i};
  }
  return {State::kOpen, text.size()};
}

TEST(JsonScan, EndsWithTheObject) {
  for (const std::string_view text :
       {R"({})", R"([])", R"({"a":1})", R"({"a":[1,-2.5e3,true,null,"}"],"b":{"c":"\"{\\"}})",
        R"( { "a" : [ { } , [ ] ] } )", "{\"a\":\n1\n}", R"({"é":"\u007b"})"}) {
    const std::string_view trimmed = text.substr(0, text.find_last_of("}]") + 1);
    const auto [state, at] = scan(std::string(trimmed) + "{");
    EXPECT_EQ(state, State::kComplete) << text;
    EXPECT_EQ(at + 1, trimmed.size()) << text;
  }
}

TEST(JsonScan, BreaksAtTheFirstWrongByte) {
  const std::pair<std::string_view, std::size_t> cases[] = {
      {R"({"a":1])", 6},    {R"([1})", 2},           {R"({a:1})", 1},
      {R"({"a" 1})", 5},    {R"({"a":,)", 5},        {R"({"a":1,})", 7},
      {R"([1,])", 3},       {R"([1 2])", 3},         {"{\"a\n\":1}", 3},
      {"{\"a\":{\n{\"", 7}, {R"({"a":"b" "c"})", 9}, {R"({,)", 1},
      {R"(x)", 0},          {R"("x")", 0},           {R"(1)", 0},
      {R"({"a":#})", 5}};
  for (const auto& [text, at] : cases) {
    EXPECT_EQ(scan(text), std::pair(State::kBroken, at)) << text;
  }
}

TEST(JsonScan, LimitsDepth) {
  EXPECT_EQ(scan(std::string(512, '[')).first, State::kOpen);
  EXPECT_EQ(scan(std::string(513, '[')), std::pair(State::kBroken, std::size_t{512}));
}

TEST(JsonSpans, FindsMembersAndItems) {
  constexpr std::string_view kText =
      "{ \"a\" : {\"x\":[1,{\"y\":\"}\"}]} ,\n\"b\":\"\\\"],\" , \"c\" : -1.5, \"d\":[ ] }";
  EXPECT_EQ(member_of(kText, "a"), R"({"x":[1,{"y":"}"}]})");
  EXPECT_EQ(member_of(kText, "b"), R"("\"],")");
  EXPECT_EQ(member_of(kText, "c"), "-1.5");
  EXPECT_EQ(member_of(kText, "d"), "[ ]");
  EXPECT_EQ(member_of(kText, "x"), "");
  EXPECT_EQ(members_of(kText).size(), 4U);
  EXPECT_EQ(items_of(R"([ 1 , "a,b" , [2,[3]] , {"c":[]} , null ])"),
            (std::vector<std::string_view>{"1", R"("a,b")", "[2,[3]]", R"({"c":[]})", "null"}));
  EXPECT_TRUE(items_of("[]").empty());
  EXPECT_TRUE(items_of("{}").empty());
  EXPECT_TRUE(members_of("").empty());
  EXPECT_EQ(plain_string(R"("ADDED")"), "ADDED");
  EXPECT_EQ(plain_string(R"("a\u0041")"), "");
  EXPECT_EQ(plain_string("7"), "");
}

}  // namespace
}  // namespace pawprint::manifests
