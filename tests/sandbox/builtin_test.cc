// The built-in kinds, discovery and the access reviews.
#include <set>

#include "tests/sandbox/both_servers.h"

namespace pawprint::sandbox::test {
namespace {

using BuiltinTest = BothServers;
PAWPRINT_ON_BOTH_SERVERS(BuiltinTest);

TEST_P(BuiltinTest, NamespacesCarryTheirName) {
  Reply space = get("/api/v1/namespaces/" + space_);
  ASSERT_EQ(space.status, 200);
  EXPECT_EQ(space.body["metadata"]["labels"]["kubernetes.io/metadata.name"], space_);
  EXPECT_EQ(space.body["status"]["phase"], "Active");
  EXPECT_FALSE(space.body["metadata"].contains("generation"));
}

TEST_P(BuiltinTest, DeletedNamespacesTakeNothingMore) {
  // A finalizer keeps the sandbox's namespace; a real server without controllers keeps it anyway.
  Json map = object("v1", "ConfigMap", "c");
  map["metadata"]["finalizers"] = Json::array({"example.com/hold"});
  ASSERT_EQ(post(core_path("configmaps"), map).status, 201);
  Reply ending = remove("/api/v1/namespaces/" + space_);
  ASSERT_EQ(ending.status, 200);
  EXPECT_EQ(ending.body["status"]["phase"], "Terminating");
  Reply late = post(core_path("configmaps"), object("v1", "ConfigMap", "d"));
  EXPECT_EQ(late.status, 403);
  EXPECT_EQ(late.body["reason"], "Forbidden");
  EXPECT_EQ(late.body["details"]["causes"][0]["reason"], "NamespaceTerminating");
}

TEST_P(BuiltinTest, SomeNamespacesStay) {
  Reply reply = remove("/api/v1/namespaces/default");
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.body["message"],
            "namespaces \"default\" is forbidden: this namespace may not be deleted");
}

TEST_P(BuiltinTest, ServicesGetDefaultsAndAnAddress) {
  Json port = {{"port", 80}};
  Reply made =
      post(core_path("services"), object("v1", "Service", "s", {{"ports", Json::array({port})}}));
  ASSERT_EQ(made.status, 201) << made.text;
  const Json& spec = made.body["spec"];
  EXPECT_EQ(spec["ports"][0], (Json{{"port", 80}, {"protocol", "TCP"}, {"targetPort", 80}}));
  EXPECT_EQ(spec["type"], "ClusterIP");
  EXPECT_EQ(text(spec, "clusterIP").substr(0, 6), "10.96.");
  EXPECT_EQ(spec["clusterIPs"], Json::array({spec["clusterIP"]}));
  Reply changed = merge(core_path("services", "s"), {{"spec", {{"selector", {{"a", "b"}}}}}});
  EXPECT_EQ(changed.body["spec"]["clusterIP"], spec["clusterIP"]);
  EXPECT_EQ(
      managed_entry(made.body, "tester", "Update")["fieldsV1"],
      Json::parse(
          R"({"f:spec":{"f:internalTrafficPolicy":{},"f:ports":{".":{},"k:{\"port\":80,\"protocol\":\"TCP\"}":
         {".":{},"f:port":{},"f:protocol":{},"f:targetPort":{}}},"f:sessionAffinity":{},"f:type":{}}})"));
}

TEST_P(BuiltinTest, ServiceRepairByPutKeepsTheAddress) {
  Json port = {{"port", 80}};
  Json body = object("v1", "Service", "s", {{"ports", Json::array({port})}});
  Reply made = post(core_path("services"), body);
  Reply replaced = put(core_path("services", "s"), body);
  ASSERT_EQ(replaced.status, 200) << replaced.text;
  EXPECT_EQ(replaced.body["spec"]["clusterIP"], made.body["spec"]["clusterIP"]);
}

TEST_P(BuiltinTest, SecretsEncodeTheirStrings) {
  Json secret = object("v1", "Secret", "s");
  secret["stringData"] = {{"a", "b"}};
  Reply made = post(core_path("secrets"), secret);
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.body["data"], Json({{"a", "Yg=="}}));
  EXPECT_EQ(made.body["type"], "Opaque");
  EXPECT_FALSE(made.body.contains("stringData"));
  Reply list = get(core_path("secrets") + "?fieldSelector=type%3DOpaque");
  EXPECT_EQ(list.body["items"].size(), 1U);
}

TEST_P(BuiltinTest, LeasesAreLocked) {
  std::string path = "/apis/coordination.k8s.io/v1/namespaces/" + space_ + "/leases";
  Json lease = object("coordination.k8s.io/v1", "Lease", "l",
                      {{"holderIdentity", "one"},
                       {"leaseDurationSeconds", 15},
                       {"leaseTransitions", 0},
                       {"renewTime", "2024-01-01T00:00:00.000000Z"}});
  Reply made = post(path, lease);
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(put(path + "/l", lease).status, 422);
  Json held = made.body;
  held["spec"]["holderIdentity"] = "two";
  ASSERT_EQ(put(path + "/l", held).status, 200);
  held["spec"]["holderIdentity"] = "three";
  EXPECT_EQ(put(path + "/l", held).status, 409);
}

TEST_P(BuiltinTest, DiscoveryNamesGroupsAndResources) {
  Reply groups = get("/apis");
  ASSERT_EQ(groups.status, 200);
  EXPECT_EQ(groups.body["kind"], "APIGroupList");
  std::set<std::string> names;
  for (const Json& group : groups.body["groups"]) names.insert(text(group, "name"));
  EXPECT_TRUE(names.contains("gateway.networking.k8s.io"));
  EXPECT_TRUE(names.contains("kuma.io"));
  EXPECT_TRUE(names.contains("coordination.k8s.io"));
  Reply group = get("/apis/gateway.networking.k8s.io");
  EXPECT_EQ(group.body["preferredVersion"]["version"], "v1");
  Reply resources = get("/apis/gateway.networking.k8s.io/v1");
  EXPECT_EQ(resources.body["kind"], "APIResourceList");
  EXPECT_EQ(resources.body["groupVersion"], "gateway.networking.k8s.io/v1");
  bool status = false;
  for (const Json& resource : resources.body["resources"]) {
    status = status || text(resource, "name") == "httproutes/status";
    if (text(resource, "name") != "httproutes") continue;
    EXPECT_EQ(resource["kind"], "HTTPRoute");
    EXPECT_EQ(resource["namespaced"], true);
    EXPECT_EQ(resource["singularName"], "httproute");
  }
  EXPECT_TRUE(status);
  EXPECT_EQ(get("/api/v1").body["groupVersion"], "v1");
  EXPECT_EQ(get("/api").body["versions"], Json::array({"v1"}));
}

TEST_P(BuiltinTest, AggregatedDiscoveryIsOneDocument) {
  Call call{"GET", "/apis", "", "",
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"};
  Reply reply = send(endpoint_, call);
  ASSERT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body["kind"], "APIGroupDiscoveryList");
  EXPECT_EQ(reply.headers["content-type"],
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
  Json routes;
  for (const Json& group : reply.body["items"]) {
    if (text(group["metadata"], "name") != "gateway.networking.k8s.io") continue;
    EXPECT_EQ(group["versions"][0]["version"], "v1");
    for (const Json& resource : group["versions"][0]["resources"]) {
      if (text(resource, "resource") == "httproutes") routes = resource;
    }
  }
  EXPECT_EQ(member(routes, "scope"), "Namespaced");
  EXPECT_EQ(member(routes, "responseKind")["kind"], "HTTPRoute");
  EXPECT_EQ(member(routes, "subresources")[0]["subresource"], "status");
}

TEST_P(BuiltinTest, OpenApiSaysWhoValidatesFields) {
  Reply index = get("/openapi/v3");
  ASSERT_EQ(index.status, 200);
  std::string url =
      text(index.body["paths"]["apis/gateway.networking.k8s.io/v1"], "serverRelativeURL");
  Reply document = get(url);
  ASSERT_EQ(document.status, 200) << url;
  const Json& paths = document.body["paths"];
  const Json& path =
      member(paths, "/apis/gateway.networking.k8s.io/v1/namespaces/{namespace}/httproutes/{name}");
  const Json& patch = member(path, "patch");
  EXPECT_EQ(member(patch, "x-kubernetes-group-version-kind")["kind"], "HTTPRoute");
  std::set<std::string> names;
  for (const Json& parameter : member(patch, "parameters")) names.insert(text(parameter, "name"));
  EXPECT_TRUE(names.contains("fieldValidation"));
}

TEST_P(BuiltinTest, HealthAndVersion) {
  EXPECT_EQ(get("/readyz").text, "ok");
  EXPECT_EQ(get("/livez").text, "ok");
  EXPECT_EQ(get("/version").body["major"], "1");
  EXPECT_EQ(get("/version").body["minor"], "34");
}

TEST_P(BuiltinTest, AccessReviewsAnswer) {
  Json review = {{"apiVersion", "authorization.k8s.io/v1"},
                 {"kind", "SelfSubjectAccessReview"},
                 {"spec", {{"resourceAttributes", {{"verb", "list"}, {"resource", "services"}}}}}};
  Reply reply = post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review);
  ASSERT_EQ(reply.status, 201) << reply.text;
  EXPECT_EQ(reply.body["status"]["allowed"], true);
}

}  // namespace
}  // namespace pawprint::sandbox::test
