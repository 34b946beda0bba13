// Server-side apply and managedFields.
#include "tests/sandbox/both_servers.h"

namespace pawprint::sandbox::test {
namespace {

class ApplyTest : public BothServers {
 protected:
  /// An HTTPRoute of which only the hostname is applied.
  Json hostnames(const std::string& name, const std::string& hostname) const {
    return object("gateway.networking.k8s.io/v1", "HTTPRoute", name,
                  {{"hostnames", Json::array({hostname})}});
  }
};
PAWPRINT_ON_BOTH_SERVERS(ApplyTest);

Json fields(const char* text) { return Json::parse(text); }

TEST_P(ApplyTest, ApplyCreates) {
  Json body = route("a");
  body["metadata"]["labels"] = {{"x", "1"}};
  Reply made = apply(routes("a"), body, "one");
  ASSERT_EQ(made.status, 201) << made.text;
  Json entry = managed_entry(made.body, "one", "Apply");
  EXPECT_EQ(
      entry["fieldsV1"],
      fields(R"({"f:metadata":{"f:labels":{"f:x":{}}},"f:spec":{"f:hostnames":{},"f:rules":{}}})"));
  EXPECT_EQ(entry["apiVersion"], "gateway.networking.k8s.io/v1");
  EXPECT_EQ(entry["fieldsType"], "FieldsV1");
  EXPECT_EQ(entry["time"], made.body["metadata"]["creationTimestamp"]);
  EXPECT_EQ(made.body["metadata"]["managedFields"].size(), 1U);
  EXPECT_EQ(made.body["spec"]["rules"][0]["backendRefs"][0]["weight"], 1);
}

TEST_P(ApplyTest, ApplyOfTheSameChangesNothing) {
  Reply made = apply(routes("a"), route("a"), "one");
  Reply again = apply(routes("a"), route("a"), "one");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, made.body);
  Reply forced = apply(routes("a"), route("a"), "one", true);
  EXPECT_EQ(forced.version(), made.version());
}

TEST_P(ApplyTest, UpdatesAreAttributedToTheUserAgent) {
  Json body = route("a");
  body["metadata"]["labels"] = {{"x", "1"}};
  Reply made = post(routes(), body);
  EXPECT_EQ(managed_entry(made.body, "tester", "Update")["fieldsV1"],
            fields(R"({"f:metadata":{"f:labels":{".":{},"f:x":{}}},
                       "f:spec":{".":{},"f:hostnames":{},"f:rules":{}}})"));
  Reply patched = send(
      endpoint_, {"PATCH", routes("a") + "?fieldManager=other",
                  R"({"spec":{"hostnames":["b.example.com"]}})", "application/merge-patch+json"});
  EXPECT_EQ(managed_entry(patched.body, "other", "Update")["fieldsV1"],
            fields(R"({"f:spec":{"f:hostnames":{}}})"));
  EXPECT_EQ(
      managed_entry(patched.body, "tester", "Update")["fieldsV1"],
      fields(R"({"f:metadata":{"f:labels":{".":{},"f:x":{}}},"f:spec":{".":{},"f:rules":{}}})"));
}

TEST_P(ApplyTest, ConflictsNameFieldAndManager) {
  ASSERT_EQ(apply(routes("a"), route("a"), "one").status, 201);
  Reply refused = apply(routes("a"), hostnames("a", "b.example.com"), "two");
  ASSERT_EQ(refused.status, 409) << refused.text;
  EXPECT_EQ(refused.body["reason"], "Conflict");
  EXPECT_EQ(refused.body["message"],
            "Apply failed with 1 conflict: conflict with \"one\": .spec.hostnames");
  EXPECT_EQ(refused.body["details"]["causes"], Json::array({{{"reason", "FieldManagerConflict"},
                                                             {"message", "conflict with \"one\""},
                                                             {"field", ".spec.hostnames"}}}));
  ASSERT_EQ(post(routes(), route("b")).status, 201);
  Reply updated = apply(routes("b"), hostnames("b", "b.example.com"), "two");
  EXPECT_EQ(updated.body["details"]["causes"][0]["message"],
            "conflict with \"tester\" using gateway.networking.k8s.io/v1");
}

TEST_P(ApplyTest, ForceTakesOver) {
  ASSERT_EQ(apply(routes("a"), route("a"), "one").status, 201);
  Reply taken = apply(routes("a"), hostnames("a", "b.example.com"), "two", true);
  ASSERT_EQ(taken.status, 200) << taken.text;
  EXPECT_EQ(taken.body["spec"]["hostnames"], Json::array({"b.example.com"}));
  EXPECT_EQ(managed_entry(taken.body, "one", "Apply")["fieldsV1"],
            fields(R"({"f:spec":{"f:rules":{}}})"));
  EXPECT_EQ(managed_entry(taken.body, "two", "Apply")["fieldsV1"],
            fields(R"({"f:spec":{"f:hostnames":{}}})"));
}

TEST_P(ApplyTest, AnAtomicListWithoutItsDefaultsIsAnotherList) {
  // The live rules carry defaults, the applied ones do not: for another manager that is a conflict,
  // even though nothing would change.
  ASSERT_EQ(apply(routes("a"), route("a"), "one").status, 201);
  Reply refused = apply(routes("a"), route("a"), "two");
  ASSERT_EQ(refused.status, 409) << refused.text;
  EXPECT_EQ(refused.body["details"]["causes"][0]["field"], ".spec.rules");
  EXPECT_EQ(refused.body["details"]["causes"].size(), 1U);
}

TEST_P(ApplyTest, WhatIsNoLongerAppliedGoesUnlessOthersOwnIt) {
  Json body = route("a");
  body["metadata"]["labels"] = {{"mine", "1"}, {"shared", "1"}};
  ASSERT_EQ(apply(routes("a"), body, "one").status, 201);
  Json other = object("gateway.networking.k8s.io/v1", "HTTPRoute", "a");
  other["metadata"]["labels"] = {{"shared", "1"}};
  ASSERT_EQ(apply(routes("a"), other, "two").status, 200);
  Json less = route("a");
  less["spec"].erase("hostnames");
  Reply reply = apply(routes("a"), less, "one");
  ASSERT_EQ(reply.status, 200) << reply.text;
  EXPECT_EQ(reply.body["metadata"]["labels"], Json({{"shared", "1"}}));
  EXPECT_FALSE(reply.body["spec"].contains("hostnames"));
  EXPECT_EQ(reply.body["spec"]["rules"].size(), 1U);
}

TEST_P(ApplyTest, WhatOthersAddedStays) {
  ASSERT_EQ(apply(routes("a"), route("a"), "one").status, 201);
  ASSERT_EQ(merge(routes("a"), {{"metadata", {{"annotations", {{"who", "someone"}}}}}}).status,
            200);
  Reply reply = apply(routes("a"), route("a"), "one");
  EXPECT_EQ(reply.body["metadata"]["annotations"]["who"], "someone");
}

TEST_P(ApplyTest, ListsWithKeysMergeByItem) {
  auto listener = [](const char* name, int port) {
    return Json{{"name", name}, {"port", port}, {"protocol", "HTTP"}};
  };
  auto gateway = [&](const Json& listeners) {
    return object("gateway.networking.k8s.io/v1", "Gateway", "g",
                  {{"gatewayClassName", "c"}, {"listeners", listeners}});
  };
  std::string path = gateway_path("gateways", "g");
  Json both = Json::array({listener("x", 80), listener("y", 81)});
  ASSERT_EQ(apply(path, gateway(both), "one").status, 201);
  Reply added = apply(path, gateway(Json::array({listener("z", 82)})), "two");
  ASSERT_EQ(added.status, 200) << added.text;
  EXPECT_EQ(added.body["spec"]["listeners"].size(), 3U);
  EXPECT_EQ(managed_entry(added.body, "two", "Apply")["fieldsV1"],
            fields(R"({"f:spec":{"f:gatewayClassName":{},"f:listeners":{
              "k:{\"name\":\"z\"}":{".":{},"f:name":{},"f:port":{},"f:protocol":{}}}}})"));
  Reply fewer = apply(path, gateway(Json::array({listener("y", 81)})), "one");
  ASSERT_EQ(fewer.body["spec"]["listeners"].size(), 2U);
  EXPECT_EQ(fewer.body["spec"]["listeners"][0]["name"], "y");
  EXPECT_EQ(fewer.body["spec"]["listeners"][1]["name"], "z");
}

TEST_P(ApplyTest, OrderOfAppliedItemsWins) {
  auto service = [&](const Json& ports) {
    return object("v1", "Service", "s", {{"ports", ports}});
  };
  auto named = [&](int number) {
    return Json{{"port", number}, {"name", "p" + std::to_string(number)}};
  };
  std::string path = core_path("services", "s");
  ASSERT_EQ(apply(path, service(Json::array({named(1), named(2), named(3)})), "one").status, 201);
  Reply reply = apply(path, service(Json::array({named(3), named(4), named(1)})), "two");
  ASSERT_EQ(reply.status, 200) << reply.text;
  std::string order;
  for (const Json& item : reply.body["spec"]["ports"]) order += text(item, "name");
  EXPECT_EQ(order, "p2p3p4p1");
}

TEST_P(ApplyTest, AtomicListsAreOwnedWhole) {
  ASSERT_EQ(apply(routes("a"), route("a"), "one").status, 201);
  Json body = object("gateway.networking.k8s.io/v1", "HTTPRoute", "a",
                     {{"hostnames", Json::array({"a.example.com", "b.example.com"})}});
  EXPECT_EQ(apply(routes("a"), body, "two").status, 409);
  Reply forced = apply(routes("a"), body, "two", true);
  EXPECT_EQ(forced.body["spec"]["hostnames"].size(), 2U);
}

TEST_P(ApplyTest, StatusHasItsOwnEntry) {
  ASSERT_EQ(apply(routes("a"), route("a"), "one").status, 201);
  Json body = object("gateway.networking.k8s.io/v1", "HTTPRoute", "a");
  body["status"]["parents"] = Json::array({parent_status("example.com/c")});
  Reply written = apply(routes("a") + "/status", body, "one");
  ASSERT_EQ(written.status, 200) << written.text;
  ASSERT_EQ(written.body["metadata"]["managedFields"].size(), 2U);
  Json entry = written.body["metadata"]["managedFields"][0];
  if (!entry.contains("subresource")) entry = written.body["metadata"]["managedFields"][1];
  EXPECT_EQ(entry["subresource"], "status");
  EXPECT_EQ(entry["fieldsV1"], fields(R"({"f:status":{"f:parents":{}}})"));
  Reply again = apply(routes("a"), route("a"), "one");
  EXPECT_EQ(again.version(), written.version());
  EXPECT_EQ(again.body["status"], written.body["status"]);
}

TEST_P(ApplyTest, RefusalsOfApply) {
  Reply nobody =
      send(endpoint_, {"PATCH", routes("a"), route("a").dump(), "application/apply-patch+yaml"});
  EXPECT_EQ(nobody.status, 422);
  EXPECT_EQ(nobody.body["details"]["causes"][0]["field"], "fieldManager");
  Json unknown = route("a");
  unknown["spec"]["nobody"] = 1;
  Reply undeclared = apply(routes("a"), unknown, "one");
  EXPECT_EQ(undeclared.status, 500);
  EXPECT_EQ(
      undeclared.body["message"],
      "failed to create typed patch object (/a; gateway.networking.k8s.io/v1, Kind=HTTPRoute): "
      ".spec.nobody: field not declared in schema");
  Json managed = route("a");
  managed["metadata"]["managedFields"] = Json::array({{{"manager", "x"}}});
  EXPECT_EQ(apply(routes("a"), managed, "one").status, 400);
  Json kindless = route("a");
  kindless.erase("kind");
  EXPECT_EQ(apply(routes("a"), kindless, "one").status, 400);
}

TEST_P(ApplyTest, ApplyWithAVersionIsConditional) {
  Reply made = apply(routes("a"), route("a"), "one");
  Json body = route("a", "b.example.com");
  body["metadata"]["resourceVersion"] = made.version();
  EXPECT_EQ(apply(routes("a"), body, "one").status, 200);
  Json third = route("a", "c.example.com");
  third["metadata"]["resourceVersion"] = made.version();
  Reply stale = apply(routes("a"), third, "one");
  EXPECT_EQ(stale.status, 409);
  EXPECT_NE(text(stale.body, "message").find("the object has been modified"), std::string::npos);
  Json created = route("new");
  created["metadata"]["uid"] = made.metadata("uid");
  EXPECT_EQ(apply(routes("new"), created, "one").status, 409);
}

TEST_P(ApplyTest, ManagedFieldsCanBeCleared) {
  ASSERT_EQ(apply(routes("a"), route("a"), "one").status, 201);
  Json patch = {{"metadata", {{"managedFields", Json::array({Json::object()})}}}};
  Reply cleared = merge(routes("a"), patch);
  ASSERT_EQ(cleared.status, 200) << cleared.text;
  EXPECT_FALSE(cleared.body["metadata"].contains("managedFields"));
  Reply applied = apply(routes("a"), route("a", "b.example.com"), "two", true);
  EXPECT_FALSE(managed_entry(applied.body, "before-first-apply", "Update").is_null());
}

TEST_P(ApplyTest, PutKeepsOthersOwnership) {
  // The way generated objects are repaired: spec replaced whole, metadata of others kept.
  Reply made = apply(routes("a"), route("a"), "one");
  Json body = made.body;
  body["spec"]["hostnames"] = Json::array({"b.example.com"});
  body["metadata"].erase("managedFields");
  Reply written = put(routes("a") + "?fieldManager=one", body);
  ASSERT_EQ(written.status, 200) << written.text;
  EXPECT_EQ(managed_entry(written.body, "one", "Apply")["fieldsV1"],
            fields(R"({"f:spec":{"f:rules":{}}})"));
  EXPECT_EQ(managed_entry(written.body, "one", "Update")["fieldsV1"],
            fields(R"({"f:spec":{"f:hostnames":{}}})"));
}

}  // namespace
}  // namespace pawprint::sandbox::test
