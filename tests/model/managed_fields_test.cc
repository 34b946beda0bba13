#include "engine/model/managed_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pawprint::model {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A Gateway as an API server shows it: listeners are a map by name, addresses are atomic.
json gateway() {
  return json::parse(R"({
    "metadata": {"name": "edge", "labels": {"a.b/c": "x", "team": "web"}, "finalizers": ["one", "two"],
      "managedFields": [
        {"manager": "kubectl", "operation": "Apply", "time": "2024-05-01T10:00:00Z", "fieldsType": "FieldsV1",
         "fieldsV1": {"f:metadata": {"f:labels": {"f:team": {}}, "f:finalizers": {"v:\"one\"": {}}},
           "f:spec": {"f:gatewayClassName": {}, "f:addresses": {},
             "f:listeners": {"k:{\"name\":\"http\"}": {".": {}, "f:name": {}, "f:port": {}, "f:hostname": {}}}}}},
        {"manager": "hands", "operation": "Update", "time": "2024-05-02T10:00:00Z",
         "fieldsV1": {"f:metadata": {"f:labels": {".": {}, "f:a.b/c": {}}, "f:finalizers": {"i:1": {}}},
           "f:spec": {"f:listeners": {"k:{\"name\":\"http\"}": {"f:port": {}},
                                      "k:{\"name\":\"tls\"}": {".": {}, "f:tls": {"f:mode": {}}}}}}},
        {"manager": "kuma", "operation": "Update", "time": "2024-05-03T10:00:00Z", "subresource": "status",
         "fieldsV1": {"f:status": {"f:conditions": {"k:{\"type\":\"Accepted\"}": {"f:status": {}}}}}},
        {"manager": "broken", "operation": "Update", "fieldsV1": {"f:spec": 7}},
        {"manager": "empty", "operation": "Update", "fieldsV1": {}},
        "nonsense"
      ]},
    "spec": {"gatewayClassName": "kuma", "addresses": [{"value": "192.0.2.1"}],
      "listeners": [{"name": "tls", "port": 443, "tls": {"mode": "Terminate"}},
                    {"name": "http", "port": 80, "hostname": "x"}]},
    "status": {"conditions": [{"type": "Accepted", "status": "True"}]}})");
}

std::vector<std::string> managers(const json& object, std::string_view path) {
  std::vector<std::string> names;
  for (const auto& each : writers_of(object, *FieldPath::parse(path)))
    names.push_back(each.manager);
  return names;
}

TEST(ManagedFields, FindsMembers) {
  EXPECT_THAT(writers_of(gateway(), *FieldPath::parse(".spec.gatewayClassName")),
              ElementsAre(FieldWriter{"kubectl", "Apply", "2024-05-01T10:00:00Z", ""}));
  EXPECT_THAT(managers(gateway(), ".metadata.labels.team"), ElementsAre("kubectl"));
  EXPECT_THAT(managers(gateway(), ".metadata.labels['a.b/c']"), ElementsAre("hands"));
}

TEST(ManagedFields, FindsItemsByKeyWhereverTheyStand) {
  EXPECT_THAT(managers(gateway(), ".spec.listeners[1].hostname"), ElementsAre("kubectl"));
  EXPECT_THAT(managers(gateway(), ".spec.listeners[1].port"), ElementsAre("hands", "kubectl"));
  EXPECT_THAT(managers(gateway(), ".spec.listeners[0].tls.mode"), ElementsAre("hands"));
  EXPECT_THAT(managers(gateway(), ".spec.listeners[0].port"), IsEmpty());
  EXPECT_THAT(managers(gateway(), ".metadata.finalizers[0]"), ElementsAre("kubectl"));
  EXPECT_THAT(managers(gateway(), ".metadata.finalizers[1]"), ElementsAre("hands"));
}

TEST(ManagedFields, AtomicNodesCoverWhatIsBelow) {
  EXPECT_THAT(managers(gateway(), ".spec.addresses"), ElementsAre("kubectl"));
  EXPECT_THAT(managers(gateway(), ".spec.addresses[0].value"), ElementsAre("kubectl"));
}

TEST(ManagedFields, InnerNodesListAllThatWroteInside) {
  EXPECT_THAT(managers(gateway(), ".spec.listeners[1]"), ElementsAre("hands", "kubectl"));
  EXPECT_THAT(managers(gateway(), ".metadata.labels"), ElementsAre("hands", "kubectl"));
  EXPECT_THAT(managers(gateway(), ".spec"), ElementsAre("hands", "kubectl"));
}

TEST(ManagedFields, NamesTheSubresource) {
  EXPECT_THAT(writers_of(gateway(), *FieldPath::parse(".status.conditions[0].status")),
              ElementsAre(FieldWriter{"kuma", "Update", "2024-05-03T10:00:00Z", "status"}));
}

TEST(ManagedFields, AbsentPathsHaveNoWriter) {
  for (const auto* path :
       {".spec.x", ".spec.listeners[2]", ".spec.addresses[1]", ".spec.addresses[0].x",
        ".spec.gatewayClassName.x", ".metadata.labels.none"}) {
    EXPECT_THAT(managers(gateway(), path), IsEmpty()) << path;
  }
  EXPECT_THAT(managers(json::parse(R"({"spec":{"a":1}})"), ".spec.a"), IsEmpty());
  EXPECT_THAT(
      managers(json::parse(R"({"metadata":{"managedFields":{}},"spec":{"a":1}})"), ".spec.a"),
      IsEmpty());
  EXPECT_THAT(managers(json(7), ".spec.a"), IsEmpty());
}

TEST(ManagedFields, ChangeNamesTheEntryThatChanged) {
  const json before = gateway();
  json after = before;
  after["metadata"]["managedFields"][0]["time"] = "2024-05-04T00:00:00Z";
  const auto path = *FieldPath::parse(".spec.listeners[1].port");
  ASSERT_EQ(writers_of(after, path).size(), 2U);
  const auto changed = writers_of_change(&before, after, path);
  ASSERT_EQ(changed.size(), 1U);
  EXPECT_EQ(changed[0].manager, "kubectl");
  // Nothing differs: every entry that covers the path may have done it.
  EXPECT_EQ(writers_of_change(&before, before, path).size(), 2U);
  EXPECT_EQ(writers_of_change(nullptr, before, path).size(), 2U);
}

}  // namespace
}  // namespace pawprint::model
