// Requests that name neither gateway nor Service.
#include <gtest/gtest.h>

#include "tests/traffic/graph.h"

namespace pawprint::traffic {
namespace {

std::vector<std::string> names(Graph& graph, Scheme scheme, const std::string& host, int port) {
  Request request;
  request.scheme = scheme;
  request.authority = host;
  request.sni = scheme == Scheme::kHttps ? request.host() : "";
  request.port = port;
  std::vector<std::string> out;
  for (const Parent& each : parents_of(read_world(graph.input()), request)) {
    out.push_back((each.gateway ? "gateway " : "service ") + each.name);
  }
  return out;
}

TEST(Parents, ByPortSchemeAndHost) {
  Graph graph;
  graph.service("p").gateway(
      "[{'name': 'a', 'port': 80, 'protocol': 'HTTP', 'hostname': '*.shop.com'},"
      " {'name': 'b', 'port': 443, 'protocol': 'HTTPS'},"
      " {'name': 'c', 'port': 9000, 'protocol': 'TCP'}]");
  using Names = std::vector<std::string>;
  EXPECT_EQ(names(graph, Scheme::kHttp, "a.shop.com", 80), Names{"gateway demo/edge"});
  EXPECT_EQ(names(graph, Scheme::kHttp, "other.com", 80), Names{});
  EXPECT_EQ(names(graph, Scheme::kHttps, "other.com", 443), Names{"gateway demo/edge"});
  EXPECT_EQ(names(graph, Scheme::kHttp, "other.com", 443), Names{});
  EXPECT_EQ(names(graph, Scheme::kTcp, "192.0.2.1", 9000), Names{"gateway demo/edge"});
  EXPECT_EQ(names(graph, Scheme::kUdp, "192.0.2.1", 9000), Names{});
  for (const char* host : {"p", "p.demo", "p.demo.svc", "p.demo.svc.cluster.local"}) {
    EXPECT_EQ(names(graph, Scheme::kHttp, host, 80), Names{"service demo/p"}) << host;
  }
  EXPECT_EQ(names(graph, Scheme::kHttp, "p", 81), Names{});
}

TEST(Parents, SeveralCanAnswer) {
  Graph graph;
  graph.service("p").gateway("[{'name': 'a', 'port': 80, 'protocol': 'HTTP'}]");
  EXPECT_EQ(names(graph, Scheme::kHttp, "p.demo", 80).size(), 2U);
}

}  // namespace
}  // namespace pawprint::traffic
