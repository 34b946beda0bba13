// Listeners, hostnames, precedence and failures at a builtin gateway.
#include <gtest/gtest.h>

#include "tests/traffic/graph.h"

namespace pawprint::traffic {
namespace {

const std::string kWeb = "{'name': 'web', 'port': 80, 'protocol': 'HTTP'}";

Graph web() {
  Graph graph;
  graph.service("v1").service("v2").service("raw", "tcp").gateway('[' + kWeb + ']');
  return graph;
}

TEST(Gateway, NothingToAsk) {
  EXPECT_EQ(short_answer(web().get("/")), "404");
  Graph empty;
  EXPECT_NE(empty.get("/").reason.find("no MeshGateway"), std::string::npos);
  Request elsewhere = Graph::gateway_request("/", "a.com");
  elsewhere.port = 81;
  EXPECT_EQ(web().ask(elsewhere).outcome, Outcome::kNone);
}

TEST(Gateway, LargerNameWinsAndFieldsMerge) {
  Graph graph = web();
  graph.at_gateway("a", '[' + rule(prefix("/"), to("v1")) + ']')
      .at_gateway("z", '[' + rule(prefix("/"), to("v2")) + ']')
      .at_gateway("zz", "[{'matches': [" + prefix("/") +
                            "], 'default': {'filters': [{'type': 'RequestHeaderModifier', "
                            "'requestHeaderModifier': {'remove': ['x']}}]}}]");
  const Answer answer = graph.get("/");
  EXPECT_EQ(short_answer(answer), "demo/v2");
  EXPECT_EQ(answer.request.remove, std::vector<std::string>{"x"});
  EXPECT_EQ(answer.origin->object, "MeshHTTPRoute/kuma-system/z");
}

TEST(Gateway, MatchesInAnotherOrderAreAnotherRule) {
  Graph graph = web();
  graph.at_gateway("a", '[' + rule(prefix("/a") + ',' + prefix("/b"), to("v1")) + ']')
      .at_gateway("z", '[' + rule(prefix("/b") + ',' + prefix("/a"), to("v2")) + ']');
  // Nothing merges; equally specific matches keep the order of names.
  EXPECT_EQ(short_answer(graph.get("/a")), "demo/v1");
}

TEST(Gateway, HostnamesComeAfterThePath) {
  Graph graph = web();
  graph.at_gateway("a", '[' + rule(prefix("/w"), to("v1")) + ']', "", "['*.example.com']")
      .at_gateway("b", '[' + rule(prefix("/"), to("v2")) + ']', "", "['foo.example.com']");
  EXPECT_EQ(short_answer(graph.get("/w", "foo.example.com")), "demo/v1");
  EXPECT_EQ(short_answer(graph.get("/x", "foo.example.com")), "demo/v2");
  EXPECT_EQ(short_answer(graph.get("/x", "bar.example.com")), "404");
  const Answer unknown = graph.get("/w", "other.org");
  EXPECT_EQ(short_answer(unknown), "404");
  EXPECT_EQ(unknown.considered.at(0).failed_on, "hostname");
  EXPECT_EQ(short_answer(graph.get("/w", "192.0.2.1")), "404");
}

TEST(Gateway, SpecificHostWinsBetweenEqualMatches) {
  Graph graph = web();
  graph.at_gateway("a", '[' + rule(prefix("/"), to("v1")) + ']')
      .at_gateway("b", '[' + rule(prefix("/"), to("v2")) + ']', "", "['shop.com']");
  EXPECT_EQ(short_answer(graph.get("/")), "demo/v2");
  EXPECT_EQ(short_answer(graph.get("/", "other.com")), "demo/v1");
}

TEST(Gateway, ListenersIsolateOnceTheyHaveARoute) {
  Graph graph;
  graph.service("v1").service("v2").gateway(
      '[' + kWeb + ", {'name': 'foo', 'port': 80, 'protocol': 'HTTP', 'hostname': 'foo.com'}]");
  graph.at_gateway("a", '[' + rule(prefix("/"), to("v1")) + ']', "web");
  EXPECT_EQ(short_answer(graph.get("/", "foo.com")), "demo/v1");
  graph.at_gateway("b", '[' + rule(prefix("/b"), to("v2")) + ']', "foo");
  const Answer answer = graph.get("/", "foo.com");
  EXPECT_EQ(short_answer(answer), "404");
  EXPECT_EQ(answer.listener, "foo");
  EXPECT_EQ(answer.considered.back().failed_on, "listener");
  EXPECT_EQ(short_answer(graph.get("/b", "foo.com")), "demo/v2");
  EXPECT_EQ(short_answer(graph.get("/b", "bar.com")), "demo/v1");
}

TEST(Gateway, ExactWithAConditionHidesThePrefixItself) {
  Graph graph = web();
  const std::string guarded =
      "{'path': {'type': 'Exact', 'value': '/p'}, 'headers': [{'name': 'x', 'value': '1'}]}";
  graph.at_gateway("a", '[' + rule(prefix("/p"), to("v1")) + ',' + rule(guarded, to("v2")) + ']');
  EXPECT_EQ(short_answer(graph.get("/p")), "404");
  EXPECT_EQ(short_answer(graph.get("/p/1")), "demo/v1");
  EXPECT_EQ(short_answer(graph.get("/p", "shop.com", {{"x", "1"}})), "demo/v2");
}

TEST(Gateway, PoliciesOfTheWholeMeshLeakIn) {
  Graph graph = web();
  graph.policy("MeshHTTPRoute", "leak", "{'kind': 'Mesh'}",
               "[{'targetRef': {'kind': 'MeshService', 'name': 'v2_demo_svc_80'}, 'rules': [" +
                   rule(prefix("/"), to("v1")) + "]}]");
  const Answer answer = graph.get("/");
  EXPECT_EQ(short_answer(answer), "demo/v1");
  EXPECT_EQ(answer.remarks.at(0).rule, "route/leak");
}

TEST(Gateway, APortWithoutRoutesFreezes) {
  Graph graph;
  graph.service("v1").gateway('[' + kWeb + ", {'name': 'b', 'port': 81, 'protocol': 'HTTP'}]");
  graph.at_gateway("a", '[' + rule(prefix("/"), to("v1")) + ']', "b");
  const Answer answer = graph.get("/");
  EXPECT_EQ(answer.outcome, Outcome::kNone);
  EXPECT_EQ(answer.frozen.size(), 1U);
}

TEST(Gateway, Shares) {
  Graph graph = web();
  const auto shares = [&](const std::string& name, const std::string& refs) {
    Graph copy = graph;
    copy.at_gateway(name, '[' + rule(prefix("/"), refs) + ']');
    return short_answer(copy.get("/"));
  };
  EXPECT_EQ(shares("a", kUnresolved), "kuma.io/unresolved-backend!500");
  EXPECT_EQ(shares("a", to("v1", 0)), "demo/v1");
  EXPECT_EQ(shares("a", to("v1", 1) + ',' + to("v1", 3) + ',' + to("v2", 4)),
            "demo/v1=3 demo/v2=4");
  EXPECT_EQ(shares("a", to("v1", 0) + ',' + to("v2", 2)), "demo/v2");
  EXPECT_EQ(shares("a", to("nobody")), "demo/nobody!503");
  EXPECT_EQ(shares("a", to("raw")), "demo/raw");
}

TEST(Gateway, WhatFreezesIsLeftOut) {
  Graph graph = web();
  graph.at_gateway("good", '[' + rule(prefix("/"), to("v1")) + ']');
  const auto with = [&](const std::string& refs) {
    Graph copy = graph;
    copy.at_gateway("zz", '[' + rule(prefix("/"), refs) + ']');
    const Answer answer = copy.get("/");
    return short_answer(answer) + ' ' + std::to_string(answer.frozen.size());
  };
  EXPECT_EQ(with(to("v2")), "demo/v2 0");
  EXPECT_EQ(with(to("v1", 0) + ',' + to("v2", 0)), "demo/v1 1");
  EXPECT_EQ(with("{'kind': 'MeshService', 'labels': {'kuma.io/display-name': 'v2'}}"), "demo/v1 1");
  graph.at_gateway(
      "y", '[' + rule("{'path': {'type': 'RegularExpression', 'value': '/('}}", to("v2")) + ']');
  EXPECT_EQ(graph.get("/").frozen.at(0).object, "MeshHTTPRoute/kuma-system/y");
}

TEST(Gateway, ConflictsWithGeneratedRoutesAreTold) {
  Graph graph = web();
  graph.policy("MeshHTTPRoute", "ours", "{'kind': 'MeshGateway', 'name': 'edge.demo'}",
               "[{'targetRef': {'kind': 'Mesh'}, 'rules': [" + rule(prefix("/"), to("v1")) + "]}]",
               "{'pawprint.dev/owner': 'HTTPRoute.demo.shop'}");
  Answer answer = graph.get("/");
  EXPECT_EQ(answer.origin->object, "HTTPRoute/demo/shop");
  EXPECT_TRUE(answer.remarks.empty());
  graph.at_gateway("theirs", '[' + rule(prefix("/"), to("v2")) + ']');
  answer = graph.get("/");
  EXPECT_EQ(short_answer(answer), "demo/v2");
  ASSERT_EQ(answer.remarks.size(), 1U);
  EXPECT_EQ(answer.remarks[0].object, "MeshHTTPRoute/kuma-system/theirs");
  EXPECT_EQ(answer.remarks[0].rule, "route/conflict");
}

TEST(Gateway, HttpsChoosesByServerName) {
  Graph graph;
  graph.service("v1").service("v2").gateway(
      "[{'name': 'any', 'port': 80, 'protocol': 'HTTPS', 'tls': {'mode': 'TERMINATE'}},"
      " {'name': 'foo', 'port': 80, 'protocol': 'HTTPS', 'hostname': 'foo.com'}]");
  graph.at_gateway("a", '[' + rule(prefix("/"), to("v1")) + ']', "any")
      .at_gateway("b", '[' + rule(prefix("/"), to("v2")) + ']', "foo");
  const auto ask = [&](const std::string& sni, const std::string& host) {
    Request request = Graph::gateway_request("/", host);
    request.scheme = Scheme::kHttps;
    request.sni = sni;
    return short_answer(graph.ask(request));
  };
  EXPECT_EQ(ask("foo.com", "foo.com"), "demo/v2");
  EXPECT_EQ(ask("foo.com", "bar.com"), "404");
  EXPECT_EQ(ask("bar.com", "foo.com"), "404");
  EXPECT_EQ(ask("bar.com", "bar.com"), "demo/v1");
  EXPECT_EQ(ask("", "192.0.2.1"), "demo/v1");
  EXPECT_EQ(graph.get("/").outcome, Outcome::kNone);
}

TEST(Gateway, UnknownServerNameIsRejected) {
  Graph graph;
  graph.service("v1").gateway(
      "[{'name': 'foo', 'port': 80, 'protocol': 'HTTPS', 'hostname': 'foo.com'}]");
  graph.at_gateway("a", '[' + rule(prefix("/"), to("v1")) + ']');
  Request request = Graph::gateway_request("/", "bar.com");
  request.scheme = Scheme::kHttps;
  request.sni = "bar.com";
  EXPECT_EQ(graph.ask(request).tls, "reject");
}

TEST(Gateway, RealReferences) {
  Graph graph;
  graph.mesh_services().service("v1").service("raw", "tcp").gateway('[' + kWeb + ']');
  const auto shares = [&](const std::string& ref) {
    Graph copy = graph;
    copy.at_gateway("a", '[' + rule(prefix("/"), ref) + ']');
    const Answer answer = copy.get("/");
    return short_answer(answer) + (answer.frozen.empty() ? "" : " frozen");
  };
  const std::string labels =
      "'labels': {'kuma.io/display-name': 'v1', 'k8s.kuma.io/namespace': 'demo'}";
  EXPECT_EQ(shares("{'kind': 'MeshService', " + labels + ", 'port': 80}"), "demo/v1");
  EXPECT_EQ(shares("{'kind': 'MeshService', " + labels + ", 'sectionName': 'main'}"), "demo/v1");
  EXPECT_EQ(shares("{'kind': 'MeshService', " + labels + ", 'port': 81}"), "demo/v1!500");
  EXPECT_EQ(shares("{'kind': 'MeshService', 'name': 'v1', 'namespace': 'demo', 'port': 80}"),
            "demo/v1");
  EXPECT_EQ(shares("{'kind': 'MeshService', 'name': 'raw', 'namespace': 'demo', 'port': 80}"),
            "demo/raw!500 frozen");
  EXPECT_EQ(shares("{'kind': 'MeshExternalService', 'name': 'ext', 'port': 80}"),
            "kuma-system/ext!500");
}

}  // namespace
}  // namespace pawprint::traffic
