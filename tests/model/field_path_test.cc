#include "engine/model/field_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pawprint::model {
namespace {

TEST(FieldPath, PrintsWhatItParsed) {
  for (const auto* text : {"", ".spec", ".spec.rules[0].backendRefs[1].weight", "[0][12]",
                           ".metadata.annotations['kuma.io/mesh']", "['a\\'b\\\\c']",
                           "['']['0a'].b", "._a-b", "['-a']"}) {
    const auto path = FieldPath::parse(text);
    ASSERT_TRUE(path.has_value()) << path.error().message;
    EXPECT_EQ(path->str(), text);
  }
}

TEST(FieldPath, AcceptsOtherSpellings) {
  EXPECT_EQ(FieldPath::parse("$.spec[\"a.b\"]['plain']")->str(), ".spec['a.b'].plain");
  EXPECT_EQ(FieldPath::parse("$")->str(), "");
}

TEST(FieldPath, NamesTheFault) {
  const auto message = [](std::string_view text) {
    const auto path = FieldPath::parse(text);
    return path ? std::string("parsed") : path.error().message;
  };
  EXPECT_EQ(message("spec"), "field 'spec': expected '.' or '[' at character 1");
  EXPECT_EQ(message(".spec.rules[x]"),
            "field '.spec.rules[x]': expected an index or a quoted name at character 13");
  EXPECT_THAT(message(".a..b"), ::testing::HasSubstr("a name after '.'"));
  EXPECT_THAT(message(".a."), ::testing::HasSubstr("at character 4"));
  EXPECT_THAT(message(".a[0"), ::testing::HasSubstr("expected ']' at character 5"));
  EXPECT_THAT(message(".a['b"), ::testing::HasSubstr("closing quote"));
  EXPECT_THAT(message(".a['b\\"), ::testing::HasSubstr("closing quote"));
  EXPECT_THAT(message(".a[-1]"), ::testing::HasSubstr("index"));
  EXPECT_THAT(message(".a[99999999999999999999999]"), ::testing::HasSubstr("index"));
  EXPECT_THAT(message(".a[0]b"), ::testing::HasSubstr("'.' or '['"));
}

TEST(FieldPath, FindsValues) {
  const auto object = nlohmann::json::parse(R"({"a":[{"b/c":7}],"n":null})");
  const auto find = [&](std::string_view text) { return FieldPath::parse(text)->find(object); };
  ASSERT_NE(find(".a[0]['b/c']"), nullptr);
  EXPECT_EQ(*find(".a[0]['b/c']"), 7);
  EXPECT_EQ(find(""), &object);
  ASSERT_NE(find(".n"), nullptr);
  EXPECT_TRUE(find(".n")->is_null());
  for (const auto* absent : {".b", ".a[1]", ".a.b", "[0]", ".n.x", ".a[0]['b/c'][0]"}) {
    EXPECT_EQ(find(absent), nullptr) << absent;
  }
}

TEST(FieldPath, ComparesAndExtends) {
  const FieldPath spec = FieldPath().member("spec");
  const FieldPath deep = spec.member("a").item(3).member("x.y");
  EXPECT_EQ(deep.str(), ".spec.a[3]['x.y']");
  EXPECT_TRUE(spec.contains(deep));
  EXPECT_TRUE(deep.contains(deep));
  EXPECT_FALSE(deep.contains(spec));
  EXPECT_FALSE(spec.member("b").contains(deep));
  EXPECT_EQ(deep.parent().str(), ".spec.a[3]");
  EXPECT_TRUE(FieldPath().parent().empty());
}

}  // namespace
}  // namespace pawprint::model
