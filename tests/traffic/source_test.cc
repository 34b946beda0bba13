// Which Gateway API object an answer names.
#include "engine/traffic/source.h"

#include <gtest/gtest.h>

#include "tests/traffic/graph.h"

namespace pawprint::traffic {
namespace {

std::string owner(const std::string& key, const std::string& value) {
  Meta meta;
  meta.kind = "MeshHTTPRoute";
  meta.ns = "kuma-system";
  meta.name = "r";
  meta.labels[key] = value;
  return origin_of({}, meta, {meta.object(), 0, 3, 1}).object;
}

TEST(Source, OwnerLabels) {
  EXPECT_EQ(owner("pawprint.dev/owner", "GRPCRoute.demo.a.b"), "GRPCRoute/demo/a.b");
  EXPECT_EQ(owner("pawprint.dev/owner", "HTTPRoute.demo"), "MeshHTTPRoute/kuma-system/r");
  EXPECT_EQ(owner("pawprint.dev/owner", "HTTPRoute.demo." + std::string(60, 'a')),
            "MeshHTTPRoute/kuma-system/r");
  EXPECT_EQ(owner("gateways.kuma.io/gateway.networking.k8s.io-owner", "demo_shop-b8888238"),
            "HTTPRoute/demo/shop");
  EXPECT_EQ(owner("gateways.kuma.io/gateway.networking.k8s.io-owner", "demo_shop"),
            "MeshHTTPRoute/kuma-system/r");
}

TEST(Source, TheTableKnowsBetter) {
  Graph graph;
  graph.service("v1").gateway("[{'name': 'web', 'port': 80, 'protocol': 'HTTP'}]");
  graph.at_gateway("r", '[' + rule(prefix("/a"), to("v1")) + ',' + rule(prefix("/b"), to("v1")) +
                            ',' + rule(exact("/c"), kUnresolved) + ']');
  const std::string kuma = "MeshHTTPRoute/kuma-system/r";
  graph.input().sources[{kuma, 0, 1, 0}] = {"HTTPRoute/demo/shop", 7, 2, false};
  graph.input().sources[{kuma, 0, 2, 0}] = {"", 0, 0, true};
  Answer answer = graph.get("/b");
  EXPECT_EQ(answer.origin->object, "HTTPRoute/demo/shop");
  EXPECT_EQ(answer.origin->rule, 7U);
  EXPECT_EQ(answer.origin->match, 2U);
  EXPECT_EQ(answer.kuma, kuma);
  // What the generator added by itself is not told.
  ASSERT_EQ(answer.considered.size(), 1U);
  EXPECT_EQ(answer.considered[0].origin.object, kuma);
  answer = graph.get("/c");
  EXPECT_FALSE(answer.origin.has_value());
  EXPECT_EQ(answer.status, 500);
}

}  // namespace
}  // namespace pawprint::traffic
