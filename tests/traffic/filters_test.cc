// Redirects, rewrites, header changes and mirrors, on gateways and sidecars.
#include "engine/traffic/filters.h"

#include <gtest/gtest.h>

#include "tests/traffic/graph.h"

namespace pawprint::traffic {
namespace {

Match under(const std::string& path) {
  Match out;
  out.has_path = true;
  out.path = path;
  return out;
}

Answer applied(const std::string& filter, const std::string& matched, Request request,
               Proxy proxy) {
  Answer out;
  apply_filters(json('[' + filter + ']'), under(matched), request, proxy, out);
  return out;
}

Request at(const std::string& authority, const std::string& path, int port = 80) {
  Request out;
  out.authority = authority;
  out.path = path;
  out.port = port;
  return out;
}

std::string location(const std::string& redirect, Request request, Proxy proxy) {
  const Answer answer =
      applied("{'type': 'RequestRedirect', 'requestRedirect': {" + redirect + "}}", "/r",
              std::move(request), proxy);
  const Redirect& to = *answer.redirect;
  return to.scheme + "://" + to.host.value_or("-") + ':' + std::to_string(to.port) + to.path +
         to.query + ' ' + std::to_string(to.status);
}

std::string rewritten(const std::string& path, const std::string& matched,
                      const std::string& request_path, Proxy proxy) {
  return applied("{'type': 'URLRewrite', 'urlRewrite': {'path': {" + path + "}}}", matched,
                 at("a.com", request_path), proxy)
      .path.value_or("-");
}

std::string prefixed(const std::string& by) {
  return "'type': 'ReplacePrefixMatch', 'replacePrefixMatch': '" + by + "'";
}

TEST(Redirect, GatewaysNameAPortAndLoseTheQuery) {
  const auto gateway = [](const std::string& redirect, int port = 8080) {
    return location(redirect, at("a.com", "/r/1?q=1", port), Proxy::kGateway);
  };
  EXPECT_EQ(gateway("'scheme': 'https', 'port': 443"), "https://-:443/r/1 302");
  EXPECT_EQ(gateway("'scheme': 'https'"), "https://-:8080/r/1 302");
  EXPECT_EQ(gateway("'hostname': 'b.com', 'statusCode': 301"), "http://b.com:8080/r/1 301");
  EXPECT_EQ(gateway("'path': {" + prefixed("/np") + "}"), "http://-:8080/np/1 302");
}

TEST(Redirect, SidecarsKeepQueryAndPort) {
  const auto sidecar = [](const std::string& redirect, const std::string& authority) {
    return location(redirect, at(authority, "/r/1?q=1"), Proxy::kSidecar);
  };
  EXPECT_EQ(sidecar("'statusCode': 301", "a.com"), "http://-:80/r/1?q=1 301");
  EXPECT_EQ(sidecar("'scheme': 'https'", "a.com:8080"), "https://-:8080/r/1?q=1 302");
  EXPECT_EQ(sidecar("'scheme': 'https'", "a.com:80"), "https://-:443/r/1?q=1 302");
  EXPECT_EQ(sidecar("'scheme': 'https', 'hostname': 'b.com'", "a.com:8080"),
            "https://b.com:443/r/1?q=1 302");
  EXPECT_EQ(sidecar("'path': {" + prefixed("/np") + "}", "a.com"), "http://-:80/np1?q=1 302");
}

TEST(Rewrite, GatewaysReplaceWholeElements) {
  const auto gateway = [](const std::string& by, const std::string& path) {
    return rewritten(prefixed(by), "/r", path, Proxy::kGateway);
  };
  EXPECT_EQ(gateway("/np", "/r/1?q=/r"), "/np/1?q=/r");
  EXPECT_EQ(gateway("/np", "/r"), "/np");
  EXPECT_EQ(gateway("/np/", "/r/1"), "/np/1");
  EXPECT_EQ(gateway("/", "/r/1"), "/1");
  EXPECT_EQ(gateway("/", "/r"), "/");
  EXPECT_EQ(gateway("", "/r/1"), "/1");
  EXPECT_EQ(rewritten(prefixed("/np"), "/", "/x", Proxy::kGateway), "/np/x");
}

TEST(Rewrite, SidecarsLoseASlash) {
  const auto sidecar = [](const std::string& by, const std::string& path) {
    return rewritten(prefixed(by), "/r", path, Proxy::kSidecar);
  };
  EXPECT_EQ(sidecar("/np", "/r/1"), "/np1");
  EXPECT_EQ(sidecar("/np/", "/r/1"), "/np/1");
  EXPECT_EQ(sidecar("/np/", "/r"), "/np/");
  EXPECT_EQ(sidecar("/", "/r/1"), "/1");
  EXPECT_EQ(sidecar("/", "/r"), "/");
}

TEST(Rewrite, FullPathsAndHosts) {
  EXPECT_EQ(rewritten("'type': 'ReplaceFullPath', 'replaceFullPath': '/f'", "/r", "/r/1?q",
                      Proxy::kGateway),
            "/f?q");
  const Answer answer = applied("{'type': 'URLRewrite', 'urlRewrite': {'hostname': 'b.com'}}", "/",
                                at("a.com", "/x?y"), Proxy::kSidecar);
  EXPECT_EQ(answer.host, "b.com");
  EXPECT_EQ(answer.path, "/x?y");
}

TEST(Headers, ListsAreKept) {
  const Answer answer = applied(
      "{'type': 'RequestHeaderModifier', 'requestHeaderModifier': {'set': [{'name': 'a', 'value': "
      "'1'}], 'add': [{'name': 'b', 'value': '2'}], 'remove': ['c']}}, {'type': "
      "'ResponseHeaderModifier', 'responseHeaderModifier': {'remove': ['d']}}",
      "/", at("a.com", "/"), Proxy::kGateway);
  EXPECT_EQ(answer.request.set, (std::vector<Header>{{"a", "1"}}));
  EXPECT_EQ(answer.request.add, (std::vector<Header>{{"b", "2"}}));
  EXPECT_EQ(answer.request.remove, std::vector<std::string>{"c"});
  EXPECT_EQ(answer.response.remove, std::vector<std::string>{"d"});
}

std::string mirror(const std::string& name, const std::string& percent = "") {
  return "{'type': 'RequestMirror', 'requestMirror': {'backendRef': " + to(name) + percent + "}}";
}

TEST(Mirrors, OneOnGatewaysSeveralOnSidecars) {
  const std::string both = mirror("v1") + ',' + mirror("v2", ", 'percentage': '33.3'");
  Graph graph;
  graph.service("p").service("v1").service("v2").gateway(
      "[{'name': 'web', 'port': 80, 'protocol': 'HTTP'}]");
  graph.at_gateway("a", '[' + rule(prefix("/"), to("v1"), both) + ']')
      .on_sidecars("b", '[' + rule(prefix("/"), to("v1"), both) + ']');
  const Answer gateway = graph.get("/"), sidecar = graph.call("/");
  ASSERT_EQ(gateway.mirrors.size(), 1U);
  EXPECT_EQ(gateway.mirrors[0].service, "demo/v2");
  EXPECT_EQ(to_json(gateway)["mirrors"][0]["percent"].dump(), "33.3");
  ASSERT_EQ(sidecar.mirrors.size(), 2U);
  EXPECT_EQ(to_json(sidecar)["mirrors"][0]["percent"], 100);
}

TEST(Mirrors, NobodyFreezesSidecarsOnly) {
  Graph graph;
  graph.service("p").service("v1").gateway("[{'name': 'web', 'port': 80, 'protocol': 'HTTP'}]");
  graph.at_gateway("a", '[' + rule(prefix("/"), to("v1"), mirror("nobody")) + ']')
      .on_sidecars("b", '[' + rule(prefix("/"), to("v1"), mirror("nobody")) + ']');
  const Answer gateway = graph.get("/"), sidecar = graph.call("/");
  EXPECT_EQ(short_answer(gateway), "demo/v1");
  EXPECT_EQ(gateway.mirrors.at(0).status, 503);
  EXPECT_TRUE(gateway.frozen.empty());
  EXPECT_EQ(short_answer(sidecar), "demo/p");
  EXPECT_EQ(sidecar.frozen.size(), 1U);
  EXPECT_EQ(sidecar.considered.at(0).failed_on, "frozen");
}

}  // namespace
}  // namespace pawprint::traffic
