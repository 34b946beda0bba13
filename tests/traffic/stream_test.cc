// TCP and TLS listeners, and MeshTCPRoutes on sidecars.
#include <gtest/gtest.h>

#include "tests/traffic/graph.h"

namespace pawprint::traffic {
namespace {

std::string rules(const std::string& refs) {
  return "[{'targetRef': {'kind': 'Mesh'}, 'rules': [{'default': {'backendRefs': [" + refs +
         "]}}]}]";
}

std::string top(const std::string& listener) {
  return "{'kind': 'MeshGateway', 'name': 'edge.demo', 'tags': {'gateways.kuma.io/listener-name': "
         "'" +
         listener + "'}}";
}

Answer ask(const Graph& graph, Scheme scheme, const std::string& sni = "") {
  Request request = Graph::gateway_request("/", "");
  request.scheme = scheme;
  request.sni = sni;
  return graph.ask(request);
}

TEST(Stream, TcpListener) {
  Graph graph;
  graph.service("v1")
      .service("v2", "tcp")
      .gateway("[{'name': 'a', 'port': 80, 'protocol': 'TCP'}]");
  EXPECT_EQ(ask(graph, Scheme::kTcp).outcome, Outcome::kNone);
  graph.policy("MeshTCPRoute", "a", top("a"), rules(to("v1", 1) + ',' + to("v2", 3)));
  EXPECT_EQ(short_answer(ask(graph, Scheme::kTcp)), "demo/v1=1 demo/v2=3");
  graph.policy("MeshTCPRoute", "b", top("a"), rules(to("v2")));
  const Answer answer = ask(graph, Scheme::kTcp);
  EXPECT_EQ(short_answer(answer), "demo/v2");
  EXPECT_EQ(answer.considered.at(0).failed_on, "precedence");
  EXPECT_EQ(ask(graph, Scheme::kUdp).outcome, Outcome::kNone);
}

TEST(Stream, UnresolvedReferenceFreezes) {
  Graph graph;
  graph.mesh_services().service("v1").gateway("[{'name': 'a', 'port': 80, 'protocol': 'TCP'}]");
  graph.policy("MeshTCPRoute", "a", top("a"), rules(to("v1")));
  graph.policy("MeshTCPRoute", "b", top("a"),
               rules("{'kind': 'MeshService', 'name': 'no', 'namespace': 'demo', 'port': 80}"));
  const Answer answer = ask(graph, Scheme::kTcp);
  EXPECT_EQ(short_answer(answer), "demo/v1");
  EXPECT_EQ(answer.frozen.at(0).object, "MeshTCPRoute/kuma-system/b");
}

TEST(Stream, TlsListenersChooseByServerName) {
  Graph graph;
  graph.service("v1").service("v2").gateway(
      "[{'name': 'a', 'port': 80, 'protocol': 'TLS', 'hostname': 'a.com', 'tls': {'mode': "
      "'PASSTHROUGH'}}, {'name': 'b', 'port': 80, 'protocol': 'TLS', 'hostname': '*.a.com', "
      "'tls': {'mode': 'TERMINATE'}}]");
  graph.policy("MeshTCPRoute", "a", top("a"), rules(to("v1")))
      .policy("MeshTCPRoute", "b", top("b"), rules(to("v2")));
  const Answer passed = ask(graph, Scheme::kHttps, "a.com");
  EXPECT_EQ(short_answer(passed), "demo/v1");
  EXPECT_EQ(passed.tls, "passthrough");
  const Answer ended = ask(graph, Scheme::kHttps, "x.a.com");
  EXPECT_EQ(short_answer(ended), "demo/v2");
  EXPECT_EQ(ended.tls, "terminate");
  EXPECT_EQ(ask(graph, Scheme::kHttps, "b.com").tls, "reject");
  EXPECT_EQ(ask(graph, Scheme::kHttps).tls, "reject");
  EXPECT_EQ(ask(graph, Scheme::kTcp).tls, "reject");
}

TEST(Stream, OnSidecars) {
  const std::string target =
      "[{'targetRef': {'kind': 'MeshService', 'name': 'p_demo_svc_80'}, 'rules': [{'default': "
      "{'backendRefs': [" +
      to("v1") + ',' + to("nobody") + "]}}]}]";
  for (const std::string protocol : {"tcp", "http"}) {
    Graph graph;
    graph.service("p", protocol).service("v1");
    EXPECT_EQ(short_answer(graph.call("/")), "demo/p");
    graph.policy("MeshTCPRoute", "a", "{'kind': 'Mesh', 'proxyTypes': ['Sidecar']}", target);
    EXPECT_EQ(short_answer(graph.call("/")), "demo/v1=1 demo/nobody=1!503") << protocol;
    graph.on_sidecars("h", '[' + rule(prefix("/"), to("v1")) + ']');
    EXPECT_EQ(short_answer(graph.call("/")),
              protocol == "tcp" ? "demo/v1=1 demo/nobody=1!503" : "demo/v1");
  }
}

}  // namespace
}  // namespace pawprint::traffic
