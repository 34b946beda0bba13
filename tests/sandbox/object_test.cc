// create, update, merge patch and delete, as a controller relies on them.
#include <set>

#include "tests/sandbox/both_servers.h"

namespace pawprint::sandbox::test {
namespace {

using ObjectTest = BothServers;
PAWPRINT_ON_BOTH_SERVERS(ObjectTest);

TEST_P(ObjectTest, CreationSetsServerMetadata) {
  Reply made = post(routes(), route("a"));
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.metadata("uid").size(), 36U);
  EXPECT_FALSE(made.version().empty());
  EXPECT_EQ(made.metadata("namespace"), space_);
  EXPECT_EQ(made.metadata("creationTimestamp").size(), 20U);
  EXPECT_EQ(made.body["metadata"]["generation"], 1);
  EXPECT_EQ(get(routes("a")).body, made.body);
}

TEST_P(ObjectTest, WhatTheClientSaysAboutServerMetadataIsIgnored) {
  Json body = route("a");
  body["metadata"]["uid"] = "mine";
  body["metadata"]["generation"] = 7;
  body["metadata"]["creationTimestamp"] = "2001-01-01T00:00:00Z";
  Reply made = post(routes(), body);
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_NE(made.metadata("uid"), "mine");
  EXPECT_NE(made.metadata("creationTimestamp"), "2001-01-01T00:00:00Z");
  EXPECT_EQ(made.body["metadata"]["generation"], 1);
}

TEST_P(ObjectTest, SecondCreationIsAlreadyExists) {
  ASSERT_EQ(post(routes(), route("a")).status, 201);
  Reply again = post(routes(), route("a"));
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.body["reason"], "AlreadyExists");
  EXPECT_EQ(again.body["message"], "httproutes.gateway.networking.k8s.io \"a\" already exists");
  EXPECT_EQ(again.body["details"],
            (Json{{"name", "a"}, {"group", "gateway.networking.k8s.io"}, {"kind", "httproutes"}}));
}

TEST_P(ObjectTest, MissingThingsAreNotFound) {
  Reply object = get(routes("a"));
  EXPECT_EQ(object.status, 404);
  EXPECT_EQ(object.body["reason"], "NotFound");
  EXPECT_EQ(object.body["details"]["kind"], "httproutes");
  Reply space =
      post("/apis/gateway.networking.k8s.io/v1/namespaces/absent-one/httproutes", route("a"));
  EXPECT_EQ(space.status, 404);
  EXPECT_EQ(space.body["message"], "namespaces \"absent-one\" not found");
  EXPECT_EQ(get("/apis/gateway.networking.k8s.io/v1/nothings").status, 404);
  EXPECT_EQ(get("/apis/nobody.example/v1").status, 404);
  EXPECT_EQ(remove(routes("a")).status, 404);
  EXPECT_EQ(merge(routes("a"), {{"spec", Json::object()}}).status, 404);
}

TEST_P(ObjectTest, UpdateNeedsTheCurrentVersion) {
  Json stored = post(routes(), route("a")).body;
  Json first = stored;
  first["spec"]["hostnames"] = {"b.example.com"};
  ASSERT_EQ(put(routes("a"), first).status, 200);
  Json late = stored;
  late["spec"]["hostnames"] = {"c.example.com"};
  Reply conflict = put(routes("a"), late);
  EXPECT_EQ(conflict.status, 409);
  EXPECT_EQ(conflict.body["reason"], "Conflict");
  late["metadata"].erase("resourceVersion");
  Reply without = put(routes("a"), late);
  EXPECT_EQ(without.status, 422);
  EXPECT_EQ(without.body["details"]["causes"][0]["field"], "metadata.resourceVersion");
  EXPECT_EQ(get(routes("a")).body["spec"]["hostnames"], Json({"b.example.com"}));
}

TEST_P(ObjectTest, UpdateOfAnotherUidConflicts) {
  Json stored = post(routes(), route("a")).body;
  stored["metadata"]["uid"] = "00000000-0000-4000-8000-000000000000";
  Reply reply = put(routes("a"), stored);
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(reply.body["reason"], "Conflict");
}

TEST_P(ObjectTest, UpdateWithoutChangeKeepsTheVersion) {
  Reply made = post(routes(), route("a"));
  Reply same = put(routes("a"), made.body);
  ASSERT_EQ(same.status, 200) << same.text;
  EXPECT_EQ(same.version(), made.version());
  Reply patched = merge(routes("a"), {{"spec", {{"hostnames", {"a.example.com"}}}}});
  ASSERT_EQ(patched.status, 200);
  EXPECT_EQ(patched.version(), made.version());
}

TEST_P(ObjectTest, VersionsGrowAcrossKinds) {
  auto number = [](const Reply& reply) { return std::stoull(reply.version()); };
  Reply first = post(routes(), route("a"));
  Reply second = post(core_path("configmaps"), object("v1", "ConfigMap", "c"));
  Reply third = merge(routes("a"), {{"metadata", {{"labels", {{"x", "y"}}}}}});
  EXPECT_LT(number(first), number(second));
  EXPECT_LT(number(second), number(third));
}

TEST_P(ObjectTest, GenerationFollowsTheSpecOnly) {
  ASSERT_EQ(post(routes(), route("a")).status, 201);
  Reply labelled = merge(routes("a"), {{"metadata", {{"labels", {{"x", "y"}}}}}});
  EXPECT_EQ(labelled.body["metadata"]["generation"], 1);
  Reply changed = merge(routes("a"), {{"spec", {{"hostnames", {"b.example.com"}}}}});
  EXPECT_EQ(changed.body["metadata"]["generation"], 2);
}

TEST_P(ObjectTest, NamesInBodyAndPathMustAgree) {
  ASSERT_EQ(post(routes(), route("a")).status, 201);
  Reply name = put(routes("a"), route("b"));
  EXPECT_EQ(name.status, 400);
  EXPECT_EQ(name.body["message"],
            "the name of the object (b) does not match the name on the URL (a)");
  Json elsewhere = route("c");
  elsewhere["metadata"]["namespace"] = "default";
  EXPECT_EQ(post(routes(), elsewhere).status, 400);
  Json version = route("d");
  version["apiVersion"] = "gateway.networking.k8s.io/v1beta1";
  EXPECT_EQ(post(routes(), version).status, 400);
}

TEST_P(ObjectTest, MergePatchRemovesWithNull) {
  Json body = route("a");
  body["metadata"]["labels"] = {{"x", "1"}, {"y", "2"}};
  ASSERT_EQ(post(routes(), body).status, 201);
  Reply patched = merge(routes("a"), {{"metadata", {{"labels", {{"x", nullptr}}}}}});
  ASSERT_EQ(patched.status, 200);
  EXPECT_EQ(patched.body["metadata"]["labels"], Json({{"y", "2"}}));
}

TEST_P(ObjectTest, MergePatchWithAVersionIsConditional) {
  Reply made = post(routes(), route("a"));
  Json patch = {{"metadata", {{"labels", {{"x", "y"}}}, {"resourceVersion", made.version()}}}};
  EXPECT_EQ(merge(routes("a"), patch).status, 200);
  Reply stale = merge(routes("a"), patch);
  EXPECT_EQ(stale.status, 409);
  EXPECT_EQ(stale.body["reason"], "Conflict");
}

TEST_P(ObjectTest, DeletionChecksItsPreconditions) {
  Reply made = post(routes(), route("a"));
  Reply uid = remove(routes("a"), {{"preconditions", {{"uid", "another"}}}});
  EXPECT_EQ(uid.status, 409);
  EXPECT_EQ(uid.body["reason"], "Conflict");
  Reply version = remove(routes("a"), {{"preconditions", {{"resourceVersion", "1"}}}});
  EXPECT_EQ(version.status, 409);
  Json right = {{"uid", made.metadata("uid")}, {"resourceVersion", made.version()}};
  Reply done = remove(routes("a"), {{"preconditions", right}});
  EXPECT_EQ(done.status, 200);
  EXPECT_EQ(done.body["kind"], "Status");
  EXPECT_EQ(done.body["details"]["uid"], made.metadata("uid"));
  EXPECT_EQ(get(routes("a")).status, 404);
}

TEST_P(ObjectTest, FinalizersDelayDeletion) {
  Json body = route("a");
  body["metadata"]["finalizers"] = {"example.com/hold"};
  ASSERT_EQ(post(routes(), body).status, 201);
  Reply deleted = remove(routes("a"));
  ASSERT_EQ(deleted.status, 200) << deleted.text;
  EXPECT_EQ(deleted.body["kind"], "HTTPRoute");
  EXPECT_EQ(deleted.metadata("deletionTimestamp").size(), 20U);
  EXPECT_EQ(deleted.body["metadata"]["generation"], 2);
  Reply again = remove(routes("a"));
  EXPECT_EQ(again.version(), deleted.version());
  EXPECT_EQ(merge(routes("a"), {{"metadata", {{"finalizers", nullptr}}}}).status, 200);
  EXPECT_EQ(get(routes("a")).status, 404);
}

TEST_P(ObjectTest, RecreationIsAnotherObject) {
  Reply first = post(routes(), route("a"));
  ASSERT_EQ(remove(routes("a")).status, 200);
  Reply second = post(routes(), route("a"));
  EXPECT_NE(first.metadata("uid"), second.metadata("uid"));
  EXPECT_EQ(second.body["metadata"]["generation"], 1);
}

TEST_P(ObjectTest, DryRunChangesNothing) {
  Reply tried = post(routes() + "?dryRun=All", route("a"));
  EXPECT_EQ(tried.status, 201) << tried.text;
  EXPECT_EQ(get(routes("a")).status, 404);
  Reply made = post(routes(), route("a"));
  EXPECT_EQ(remove(routes("a") + "?dryRun=All").status, 200);
  EXPECT_EQ(get(routes("a")).version(), made.version());
}

TEST_P(ObjectTest, OtherVersionsShowTheSameObject) {
  Reply made = post(routes(), route("a"));
  std::string path =
      "/apis/gateway.networking.k8s.io/v1beta1/namespaces/" + space_ + "/httproutes/a";
  Reply beta = get(path);
  ASSERT_EQ(beta.status, 200);
  EXPECT_EQ(beta.body["apiVersion"], "gateway.networking.k8s.io/v1beta1");
  EXPECT_EQ(beta.body["spec"], made.body["spec"]);
  EXPECT_EQ(beta.version(), made.version());
}

}  // namespace
}  // namespace pawprint::sandbox::test
