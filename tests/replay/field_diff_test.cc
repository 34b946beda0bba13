#include "replay/field_diff.h"

#include <gtest/gtest.h>

namespace pawprint::replay {
namespace {

std::string text(const char* from, const char* to) {
  std::string out;
  for (const FieldChange& each : field_diff(parsed(from), parsed(to))) {
    out += each.path + ' ' + each.from.dump() + ' ' + each.to.dump() + '\n';
  }
  return out;
}

TEST(FieldDiff, NamesEachLeaf) {
  EXPECT_EQ(text(R"({"a":1,"b":[1,2]})", R"({"a":1,"b":[1,2]})"), "");
  EXPECT_EQ(text(R"({"a":1})", R"({"a":2})"), ".a 1 2\n");
  EXPECT_EQ(text(R"({"a":{"b":1}})", R"({"a":{"c":1}})"), ".a.b 1 null\n.a.c null 1\n");
  EXPECT_EQ(text(R"({"a":[1,2,3]})", R"({"a":[1,4]})"), ".a[1] 2 4\n.a[2] 3 null\n");
  EXPECT_EQ(text(R"({"x/y":1})", R"({})"), "['x/y'] 1 null\n");
}

TEST(FieldDiff, SeesTypesAndEmptiness) {
  EXPECT_EQ(text(R"({"a":{"b":1}})", R"({"a":[1]})"), ".a {\"b\":1} [1]\n");
  EXPECT_EQ(text(R"({})", R"({"a":{}})"), ".a null {}\n");
  EXPECT_EQ(text(R"({"a":[]})", R"({})"), ".a [] null\n");
  EXPECT_EQ(text(R"({"a":"1"})", R"({"a":1})"), ".a \"1\" 1\n");
  EXPECT_EQ(text("null", R"({"a":{"b":[1]}})"), ".a.b[0] null 1\n");
}

}  // namespace
}  // namespace pawprint::replay
