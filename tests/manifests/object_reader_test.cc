#include "tools/manifests/object_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/manifests/stream.h"

namespace pawprint::manifests {
namespace {

using ::testing::HasSubstr;

std::vector<Item> read(const std::string& text, std::size_t piece = 5) {
  ObjectReader reader("in", pieces_of(text, piece));
  std::vector<Item> items;
  for (auto item = reader.next(); item && *item; item = reader.next()) items.push_back(**item);
  return items;
}

std::string object(const std::string& name) {
  return R"({"apiVersion":"v1","kind":"Service","metadata":{"name":")" + name + "\"}}";
}

TEST(ObjectReader, OpensEvents) {
  const auto items = read(R"({"type":"ADDED","object":)" + object("a") + "}\n" + R"({"object" : )" +
                          object("b") + R"( ,"type":"DELETED"})" +
                          R"({"type":"BOOKMARK","object":{"kind":"Service","apiVersion":"v1"}})" +
                          R"({"type":"ERROR","object":{"kind":"Status","code":410}})");
  ASSERT_EQ(items.size(), 4U);
  EXPECT_EQ(items[0].event, "ADDED");
  EXPECT_EQ(items[0].body, object("a"));
  EXPECT_EQ(items[1].event, "DELETED");
  EXPECT_EQ(items[1].body, object("b"));
  EXPECT_EQ(items[2].event, "BOOKMARK");
  EXPECT_EQ(items[3].event, "ERROR");
  for (const Item& item : items) EXPECT_TRUE(item.decodable);
}

TEST(ObjectReader, KeepsTheBytesOfIndentedObjects) {
  const std::string inner =
      "{\n        \"apiVersion\": \"v1\",\n  \"kind\": \"Service\",\n \"metadata\""
      ": {\"name\": \"\\u0061\\/b\", \"name2\": 1.50}\n    }";
  const auto items = read("{\n    \"type\": \"MODIFIED\",\n    \"object\": " + inner + "\n}\n");
  ASSERT_EQ(items.size(), 1U);
  EXPECT_FALSE(items[0].decodable);  // Names with escapes are no Kubernetes names.
  const std::string good =
      "{\n \"apiVersion\": \"v1\",\n \"kind\": \"Service\",\n \"metadata\": "
      "{\"name\": \"a\", \"x\": 1.50}\n    }";
  EXPECT_EQ(read("{\n\"type\": \"MODIFIED\",\n\"object\": " + good + "\n}\n")[0].body, good);
}

TEST(ObjectReader, TakesListsApart) {
  const auto items = read(R"({"apiVersion":"v1","kind":"List","items":[)" + object("a") + ",\n" +
                          R"({"apiVersion":"v1","kind":"List","items":[)" + object("b") + "]},\n" +
                          object("c") + "]}" + object("d"));
  ASSERT_EQ(items.size(), 4U);
  EXPECT_EQ(items[0].body, object("a"));
  EXPECT_EQ(items[1].body, object("b"));
  EXPECT_EQ(items[2].body, object("c"));
  EXPECT_EQ(items[3].body, object("d"));
  EXPECT_EQ(items[1].origin.str(), "in, document 1, line 2");
  EXPECT_EQ(items[2].origin.line, 3U);
  EXPECT_EQ(items[3].origin.str(), "in, document 2, line 3");
  EXPECT_TRUE(read(R"({"kind":"List","apiVersion":"v1","items":[]})").empty());
  EXPECT_TRUE(read(R"({"kind":"List","apiVersion":"v1","items":null})").empty());
}

TEST(ObjectReader, KumaKindsHaveOneVersion) {
  const auto items = read(R"({"kind":"MeshTimeout","metadata":{"name":"a"}})"
                          R"({"kind":"Service","metadata":{"name":"b"}})");
  ASSERT_EQ(items.size(), 2U);
  EXPECT_TRUE(items[0].decodable);
  EXPECT_THAT(items[0].body, HasSubstr(R"("apiVersion":"kuma.io/v1alpha1")"));
  EXPECT_FALSE(items[1].decodable);
}

TEST(ObjectReader, ItemsOfTypedListsGetTheirType) {
  const auto items = read(R"({"kind":"HTTPRouteList","apiVersion":"g/v1","metadata":{},"items":[
      {"metadata":{"name":"a"}},{"kind":"Other","metadata":{"name":"b"}},{}]})");
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].body, R"({"apiVersion":"g/v1","kind":"HTTPRoute","metadata":{"name":"a"}})");
  EXPECT_EQ(items[1].body, R"({"apiVersion":"g/v1","kind":"Other","metadata":{"name":"b"}})");
  EXPECT_FALSE(items[2].decodable);
  EXPECT_EQ(items[2].body, "{}");
  EXPECT_EQ(items[2].reason, "the object has no metadata.name");
}

TEST(ObjectReader, OneBadItemSparesTheOthers) {
  const auto items = read(R"({"apiVersion":"v1","kind":"List","items":[)" + object("a") +
                          R"(,{"kind":"Service","kind":"Service"},7,)" + object("b") + "]}");
  ASSERT_EQ(items.size(), 4U);
  EXPECT_TRUE(items[0].decodable);
  EXPECT_THAT(items[1].reason, HasSubstr("twice"));
  EXPECT_EQ(items[2].reason, "not an object");
  EXPECT_TRUE(items[3].decodable);
}

TEST(ObjectReader, SaysWhyTextIsUndecodable) {
  const std::pair<const char*, const char*> cases[] = {
      {"{}", "no apiVersion"},
      {R"({"apiVersion":"v1","metadata":{"name":"a"}})", "no kind"},
      {R"({"apiVersion":"v1","kind":"Service","metadata":{}})", "no metadata.name"},
      {R"({"apiVersion":"v1","kind":"Service","metadata":{"name":7}})", "name must be a text"},
      {R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"a","namespace":7}})",
       "metadata.namespace must be a text"},
      {R"([{"apiVersion":"v1"}])", "kind: List"},
      {R"({"type":"CHANGED","object":{}})", "unknown type"},
      {R"({"type":"ADDED","object":{}})", "no apiVersion"},
      {R"({"apiVersion":"v1","kind":"S","metadata":{"name":"a"},"x":tru})", "not valid JSON"},
      {"{\"apiVersion\":\"v1\",\"kind\":\"S\",\"metadata\":{\"name\":\"a\"},\"x\":\"\xff\"}",
       "UTF-8"}};
  for (const auto& [text, reason] : cases) {
    const auto items = read(std::string(text) + "\n" + object("next"));
    ASSERT_EQ(items.size(), 2U) << text;
    EXPECT_FALSE(items[0].decodable) << text;
    EXPECT_THAT(items[0].reason, HasSubstr(reason));
    EXPECT_EQ(items[0].body, text);
    EXPECT_TRUE(items[1].decodable);
  }
}

TEST(ObjectReader, ReadsYaml) {
  const auto items = read(
      "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\n"
      "apiVersion: v1\nkind: [\n---\n"
      "type: MODIFIED\nobject:\n  apiVersion: v1\n  kind: Service\n  metadata: {name: b}\n---\n"
      "{\"apiVersion\": \"v1\", \"kind\": \"Service\", \"metadata\": {\"name\": \"c\", "
      "\"x\": \"\\ud83d\\ude00\"}}\n---\n"
      "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: "
      "d}}\n");
  ASSERT_EQ(items.size(), 5U);
  EXPECT_EQ(items[0].body, object("a"));
  EXPECT_FALSE(items[1].decodable);
  EXPECT_THAT(items[1].body, HasSubstr("kind: ["));
  EXPECT_EQ(items[1].origin.document, 2U);
  EXPECT_EQ(items[2].event, "MODIFIED");
  EXPECT_EQ(items[2].body, object("b"));
  EXPECT_THAT(items[3].body, HasSubstr("\\ud83d"));
  EXPECT_EQ(items[4].body, object("d"));
  EXPECT_EQ(items[4].origin.str(), "in, document 5, line 16");
}

}  // namespace
}  // namespace pawprint::manifests
