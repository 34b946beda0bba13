// MeshTimeout and MeshRetry: which shapes are honoured where, and which one wins.
#include <gtest/gtest.h>

#include "tests/traffic/graph.h"

namespace pawprint::traffic {
namespace {

const std::string kOneSecond = "'default': {'http': {'requestTimeout': '1s'}}";

std::string about(const std::string& target) {
  return "[{'targetRef': {" + target + "}, " + kOneSecond + "}]";
}

Graph world(bool real) {
  Graph graph;
  if (real) graph.mesh_services();
  graph.service("p").service("v1").gateway("[{'name': 'web', 'port': 80, 'protocol': 'HTTP'}]");
  graph.at_gateway("g", '[' + rule(prefix("/"), to("v1")) + ']')
      .on_sidecars("s", '[' + rule(prefix("/"), to("v1")) + ']');
  return graph;
}

std::string at_gateway(const std::string& top, const std::string& target) {
  Graph graph = world(false);
  graph.policy("MeshTimeout", "tt", "{" + top + "}", about(target));
  return graph.get("/").timeouts["request"];
}

std::string at_sidecar(bool real, const std::string& top, const std::string& target,
                       const std::string& name = "tt") {
  Graph graph = world(real);
  graph.policy("MeshTimeout", name, "{" + top + "}", about(target));
  return graph.call("/").timeouts["request"];
}

const std::string kMesh = "'kind': 'Mesh'";
const std::string kParent = "'kind': 'MeshService', 'name': 'p_demo_svc_80'";

std::string route_ref(const std::string& name) {
  return "'kind': 'MeshHTTPRoute', 'name': '" + name + "'";
}
std::string route_labels(const std::string& name) {
  return "'kind': 'MeshHTTPRoute', 'labels': {'kuma.io/display-name': '" + name + "'}";
}

TEST(Timeouts, AtAGateway) {
  EXPECT_EQ(at_gateway(route_ref("g"), kMesh), "1s");
  EXPECT_EQ(at_gateway(route_ref("other"), kMesh), "15s");
  EXPECT_EQ(at_gateway(route_labels("g"), kMesh), "15s");
  EXPECT_EQ(at_gateway("'kind': 'MeshGateway', 'name': 'edge.demo'", kMesh), "1s");
  EXPECT_EQ(at_gateway("'kind': 'MeshGateway', 'name': 'edge.demo', 'tags': "
                       "{'gateways.kuma.io/listener-name': 'other'}",
                       kMesh),
            "15s");
  EXPECT_EQ(at_gateway(kMesh, route_ref("g")), "15s");
  EXPECT_EQ(at_gateway("'kind': 'MeshGateway', 'name': 'edge.demo'", route_ref("g")), "15s");
}

TEST(Timeouts, AtARealOutbound) {
  EXPECT_EQ(at_sidecar(true, kMesh, route_ref("s")), "1s");
  EXPECT_EQ(at_sidecar(true, kMesh, route_ref("s") + ", 'namespace': 'kuma-system'"), "1s");
  EXPECT_EQ(at_sidecar(true, kMesh, route_labels("s")), "1s");
  EXPECT_EQ(at_sidecar(true, kMesh, route_ref("other")), "15s");
  EXPECT_EQ(at_sidecar(true, kMesh, kParent), "1s");
  EXPECT_EQ(at_sidecar(true, route_ref("s"), kMesh), "15s");
}

TEST(Timeouts, AtALegacyOutbound) {
  EXPECT_EQ(at_sidecar(false, route_ref("s"), kMesh), "1s");
  EXPECT_EQ(at_sidecar(false, kMesh, route_ref("s")), "15s");
  // The mesh's default policy has the smaller name.
  EXPECT_EQ(at_sidecar(false, kMesh, kParent), "15s");
  EXPECT_EQ(at_sidecar(false, kMesh, kParent, "aa"), "1s");
}

TEST(Timeouts, ShapesWithoutEffectAreTold) {
  Graph graph = world(false);
  graph.policy("MeshTimeout", "tt", "{" + kMesh + "}", about(route_ref("s")));
  const Answer answer = graph.call("/");
  EXPECT_EQ(answer.remarks.at(0).rule, "route/no_effect");
}

TEST(Timeouts, RefusedShapesAreTold) {
  Graph graph = world(false);
  graph.policy("MeshTimeout", "tt", "{'kind': 'MeshGateway', 'name': 'edge.demo'}",
               about(route_ref("g")));
  EXPECT_EQ(graph.get("/").remarks.at(0).rule, "route/refused");
}

TEST(Timeouts, MeshesWithoutDefaultPolicies) {
  Graph graph = world(false);
  graph.add(
      "{'kind': 'Mesh', 'metadata': {'name': 'default'}, 'spec': "
      "{'skipCreatingInitialPolicies': ['*']}}");
  EXPECT_TRUE(graph.get("/").timeouts.empty());
  EXPECT_TRUE(graph.get("/").retries.empty());
}

TEST(Retries, FieldsMerge) {
  Graph graph = world(true);
  graph.policy("MeshRetry", "rr", "{" + kMesh + "}",
               "[{'targetRef': {" + route_ref("s") + "}, 'default': {'http': {'numRetries': 2}}}]");
  graph.policy("MeshRetry", "aa", "{" + kMesh + "}",
               "[{'targetRef': {" + kMesh + "}, 'default': {'http': {'retryOn': ['5xx']}}}]");
  const Json retries = graph.call("/").retries;
  EXPECT_EQ(retries["attempts"], 2);
  EXPECT_EQ(retries["retryOn"], Json{"5xx"});
  EXPECT_EQ(retries["policy"], "MeshRetry/kuma-system/rr");
}

}  // namespace
}  // namespace pawprint::traffic
