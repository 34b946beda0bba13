// Which match takes a request, and in which order matches are asked.
#include "engine/traffic/match.h"

#include <gtest/gtest.h>

#include "engine/traffic/hostname.h"
#include "tests/traffic/graph.h"

namespace pawprint::traffic {
namespace {

Match path(Match::Path kind, const std::string& value) {
  Match out;
  out.has_path = true;
  out.kind = kind;
  out.path = value;
  return out;
}

std::string failed(const Match& match, const std::string& request_path,
                   std::vector<Header> headers = {}, const MatchRules& rules = {}) {
  Request request;
  request.path = request_path;
  request.headers = std::move(headers);
  return match_failure(match, sight_of(request), rules).on;
}

TEST(Match, PrefixesEndAtASlash) {
  const Match match = path(Match::Path::kPrefix, "/a");
  EXPECT_EQ(failed(match, "/a"), "");
  EXPECT_EQ(failed(match, "/a/"), "");
  EXPECT_EQ(failed(match, "/a/b?c=/d"), "");
  EXPECT_EQ(failed(match, "/ab"), "path");
  EXPECT_EQ(failed(match, "/A"), "path");
  EXPECT_EQ(failed(path(Match::Path::kPrefix, "/"), "/x"), "");
}

TEST(Match, ExpressionsAreAboutTheWholeText) {
  const Match match = path(Match::Path::kRegex, "/v[0-9]+");
  EXPECT_EQ(failed(match, "/v12"), "");
  EXPECT_EQ(failed(match, "/v12?x"), "");
  EXPECT_EQ(failed(match, "/v12/x"), "path");
  EXPECT_EQ(bad_expression(match), "");
  EXPECT_EQ(bad_expression(path(Match::Path::kRegex, "/(")), "/(");
}

TEST(Match, HeadersByKind) {
  Match match;
  const auto with = [&](ValueMatch::Kind kind, const std::string& value) {
    match.headers = {{"x", value, kind}};
    return match;
  };
  using Kind = ValueMatch::Kind;
  EXPECT_EQ(failed(with(Kind::kExact, "1"), "/", {{"X", "1"}}), "");
  EXPECT_EQ(failed(with(Kind::kExact, "1"), "/", {{"X", "1"}, {"x", "2"}}), "header x");
  EXPECT_EQ(failed(with(Kind::kExact, "1,2"), "/", {{"X", "1"}, {"x", "2"}}), "");
  EXPECT_EQ(failed(with(Kind::kRegex, "v[0-9]"), "/", {{"x", "av1"}}), "header x");
  EXPECT_EQ(failed(with(Kind::kPresent, ""), "/", {{"x", ""}}), "");
  EXPECT_EQ(failed(with(Kind::kPresent, ""), "/"), "header x");
  EXPECT_EQ(failed(with(Kind::kAbsent, ""), "/"), "");
  EXPECT_EQ(failed(with(Kind::kAbsent, ""), "/", {{"x", "1"}}), "header x");
  EXPECT_EQ(failed(with(Kind::kPrefix, "a"), "/", {{"x", "ab"}}), "");
  EXPECT_EQ(failed(with(Kind::kPrefix, "a"), "/", {{"x", "ba"}}), "header x");
}

TEST(Match, GatewaysCheckOnlyTheLastQueryExpression) {
  Match match;
  match.query = {{"a", "1+", ValueMatch::Kind::kExact},
                 {"b", "[0-9]+", ValueMatch::Kind::kRegex},
                 {"c", "[0-9]+", ValueMatch::Kind::kRegex}};
  MatchRules gateway;
  gateway.query_expressions_collapse = true;
  EXPECT_EQ(failed(match, "/?a=1+&b=x&c=1"), "query b");
  // The exact value is also read as an expression, which "1+" does not match.
  EXPECT_EQ(failed(match, "/?a=1+&b=x&c=1", {}, gateway), "query a");
  match.query[0].value = "1";
  EXPECT_EQ(failed(match, "/?a=1&b=x&c=1", {}, gateway), "");
  EXPECT_EQ(failed(match, "/?a=1&b=1", {}, gateway), "query c");
}

TEST(Match, TheFirstValueOfAQueryParameterCounts) {
  Match match;
  match.query = {{"a", "1", ValueMatch::Kind::kExact}};
  EXPECT_EQ(failed(match, "/?a=1&a=2"), "");
  EXPECT_EQ(failed(match, "/?a=2&a=1"), "query a");
}

TEST(Match, Order) {
  Match method = path(Match::Path::kPrefix, "/a"), header = method, query = method;
  method.method = "GET";
  header.headers = {{"x", "1", ValueMatch::Kind::kExact}};
  query.query = {{"q", "1", ValueMatch::Kind::kExact}};
  const std::vector<Match> wanted{path(Match::Path::kExact, "/a"),
                                  path(Match::Path::kPrefix, "/long"),
                                  method,
                                  header,
                                  query,
                                  path(Match::Path::kPrefix, "/a"),
                                  path(Match::Path::kRegex, "/longer"),
                                  path(Match::Path::kRegex, "/x")};
  for (std::size_t i = 0; i + 1 < wanted.size(); ++i) {
    EXPECT_TRUE(before(wanted[i], wanted[i + 1])) << i;
    EXPECT_FALSE(before(wanted[i + 1], wanted[i])) << i;
  }
}

TEST(Hostname, Matches) {
  EXPECT_TRUE(host_matches("*.a.com", "x.a.com"));
  EXPECT_TRUE(host_matches("*.a.com", "x.y.a.com"));
  EXPECT_FALSE(host_matches("*.a.com", "a.com"));
  EXPECT_TRUE(host_matches("*", ""));
  EXPECT_FALSE(host_matches("*.a.com", ""));
  EXPECT_TRUE(hosts_intersect("*.com", "*.a.com"));
  EXPECT_FALSE(hosts_intersect("*.b.com", "x.a.com"));
  EXPECT_EQ(most_specific({"*", "*.com", "x.a.com", "*.a.com"}, "x.a.com"), 2U);
  EXPECT_EQ(most_specific({"*", "*.com", "*.a.com"}, "x.a.com"), 2U);
  EXPECT_EQ(most_specific({"a.com"}, "b.com"), std::string::npos);
}

TEST(Hostname, HostOfARequest) {
  const auto host = [](const std::string& authority) {
    Request request;
    request.authority = authority;
    return request.host();
  };
  EXPECT_EQ(host("Shop.COM:8080"), "shop.com");
  EXPECT_EQ(host("192.0.2.1:80"), "");
  EXPECT_EQ(host("[::1]:80"), "");
  EXPECT_EQ(host("::1"), "");
  EXPECT_EQ(host(""), "");
  EXPECT_EQ(host("1.2.3"), "1.2.3");
  EXPECT_EQ(split_authority("a:99999999").port, "");
}

}  // namespace
}  // namespace pawprint::traffic
