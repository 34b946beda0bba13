// The status subresource: who may write what, and what it costs.
#include "tests/sandbox/both_servers.h"

namespace pawprint::sandbox::test {
namespace {

using StatusTest = BothServers;
PAWPRINT_ON_BOTH_SERVERS(StatusTest);

TEST_P(StatusTest, MainResourceIgnoresStatus) {
  Json body = route("a");
  body["status"]["parents"] = Json::array({parent_status("example.com/c")});
  Reply made = post(routes(), body);
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_FALSE(made.body.contains("status"));
  Reply patched = merge(routes("a"), {{"status", body["status"]}});
  EXPECT_EQ(patched.status, 200);
  EXPECT_EQ(patched.version(), made.version());
  EXPECT_FALSE(patched.body.contains("status"));
}

TEST_P(StatusTest, StatusIgnoresSpecAndLabels) {
  Reply made = post(routes(), route("a"));
  Json body = made.body;
  body["spec"]["hostnames"] = {"other.example.com"};
  body["metadata"]["labels"] = {{"x", "y"}};
  body["status"]["parents"] = Json::array({parent_status("example.com/c")});
  Reply written = put(routes("a") + "/status", body);
  ASSERT_EQ(written.status, 200) << written.text;
  EXPECT_EQ(written.body["spec"], made.body["spec"]);
  EXPECT_FALSE(written.body["metadata"].contains("labels"));
  EXPECT_EQ(written.body["status"]["parents"].size(), 1U);
  EXPECT_NE(written.version(), made.version());
}

TEST_P(StatusTest, StatusDoesNotTouchTheGeneration) {
  ASSERT_EQ(post(routes(), route("a")).status, 201);
  Json patch = {{"status", {{"parents", Json::array({parent_status("example.com/c")})}}}};
  Reply written = merge(routes("a") + "/status", patch);
  ASSERT_EQ(written.status, 200) << written.text;
  EXPECT_EQ(written.body["metadata"]["generation"], 1);
  Reply spec = merge(routes("a"), {{"spec", {{"hostnames", {"b.example.com"}}}}});
  EXPECT_EQ(spec.body["metadata"]["generation"], 2);
  EXPECT_EQ(spec.body["status"], written.body["status"]);
}

TEST_P(StatusTest, StatusUpdatesAreLockedToo) {
  Reply made = post(routes(), route("a"));
  ASSERT_EQ(merge(routes("a"), {{"metadata", {{"labels", {{"x", "y"}}}}}}).status, 200);
  Json body = made.body;
  body["status"]["parents"] = Json::array({parent_status("example.com/c")});
  Reply stale = put(routes("a") + "/status", body);
  EXPECT_EQ(stale.status, 409);
  EXPECT_EQ(stale.body["reason"], "Conflict");
}

TEST_P(StatusTest, StatusIsValidatedAndDefaulted) {
  ASSERT_EQ(post(routes(), route("a")).status, 201);
  Json parent = parent_status("example.com/c");
  Reply good = merge(routes("a") + "/status", {{"status", {{"parents", Json::array({parent})}}}});
  ASSERT_EQ(good.status, 200) << good.text;
  EXPECT_EQ(good.body["status"]["parents"][0]["parentRef"]["kind"], "Gateway");
  parent["controllerName"] = "no slash";
  Reply bad = merge(routes("a") + "/status", {{"status", {{"parents", Json::array({parent})}}}});
  EXPECT_EQ(bad.status, 422);
  EXPECT_EQ(bad.body["reason"], "Invalid");
}

TEST_P(StatusTest, NoStatusOfWhatDoesNotExist) {
  Json body = route("a");
  body["status"]["parents"] = Json::array();
  EXPECT_EQ(apply(routes("a") + "/status", body, "m").status, 404);
  EXPECT_EQ(merge(routes("a") + "/status", {{"status", body["status"]}}).status, 404);
}

TEST_P(StatusTest, KindsWithoutTheSubresourceKeepStatusInTheObject) {
  // MeshService declares no status subresource in Kuma 2.14.
  Json service = object("kuma.io/v1alpha1", "MeshService", "s",
                        {{"selector", {{"dataplaneTags", {{"a", "b"}}}}}});
  service["metadata"]["labels"] = {{"kuma.io/mesh", "default"}};
  Reply made = post(kuma_path("meshservices"), service);
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(put(kuma_path("meshservices", "s") + "/status", made.body).status, 404);
}

TEST_P(StatusTest, GatewayBeginsWithItsDefaultStatus) {
  Json listener = {{"name", "http"}, {"port", 80}, {"protocol", "HTTP"}};
  Reply made = post(gateway_path("gateways"),
                    object("gateway.networking.k8s.io/v1", "Gateway", "g",
                           {{"gatewayClassName", "c"}, {"listeners", Json::array({listener})}}));
  ASSERT_EQ(made.status, 201) << made.text;
  ASSERT_EQ(made.body["status"]["conditions"].size(), 2U);
  EXPECT_EQ(made.body["status"]["conditions"][0]["reason"], "Pending");
}

}  // namespace
}  // namespace pawprint::sandbox::test
