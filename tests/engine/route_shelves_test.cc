#include "engine/world/route_shelves.h"

#include <gtest/gtest.h>

namespace pawprint::world {
namespace {

using Ids = std::vector<std::uint32_t>;

/// Routes below parent 7, and the facts that stand on the shelves now.
class Shelves : public testing::Test {
 protected:
  model::HttpRouteFact route(const std::string& hostname, const std::string& type,
                             const std::string& path) {
    model::HttpRouteFact out;
    if (!hostname.empty()) out.hostnames.push_back(symbols_.intern(hostname));
    model::Match match;
    match.path_type = symbols_.intern(type);
    match.path_value = symbols_.intern(path);
    out.rules.emplace_back().matches.push_back(match);
    return out;
  }
  Ids put(std::uint32_t id, model::HttpRouteFact fact) {
    const auto old = facts_.find(id);
    RouteShelves::State before;
    if (old != facts_.end()) before = {&old->second, {7}, {}};
    Ids told = shelves_.move(id, before, {&fact, {7}, {}});
    facts_[id] = std::move(fact);
    return told;
  }
  Ids remove(std::uint32_t id) {
    Ids told = shelves_.move(id, {&facts_[id], {7}, {}}, {});
    facts_.erase(id);
    return told;
  }

  model::Symbols symbols_;
  std::map<std::uint32_t, model::HttpRouteFact> facts_;
  RouteShelves shelves_;
};

TEST_F(Shelves, AroundAHostName_AreWildcardsAndRoutesWithoutOne_InTheSameSegment) {
  put(1, route("", "PathPrefix", "/shop/cart"));
  put(2, route("*.example.com", "Exact", "/shop"));
  put(3, route("*.example.com", "PathPrefix", "/other"));
  put(4, route("*.example.com", "RegularExpression", "/shop.*"));
  EXPECT_EQ(shelves_.on(around_shelf(7, "", "/shop")), Ids{1});
  EXPECT_EQ(shelves_.on(around_shelf(7, "*.example.com", "/shop/a/b")), Ids{2});
  EXPECT_EQ(shelves_.on(around_shelf(7, "*.example.com", "/")), (Ids{2, 3, 4}));
  EXPECT_EQ(shelves_.on(around_shelf(8, "", "/shop")), Ids{});
}

TEST_F(Shelves, NewsReachesOnlyThoseWhomItConcerns) {
  put(1, route("a.example.com", "PathPrefix", "/shop"));
  put(2, route("a.example.com", "PathPrefix", "/"));
  put(3, route("b.example.com", "PathPrefix", "/shop"));
  put(4, route("a.example.org", "PathPrefix", "/other"));
  // Below "/shop", of whatever host: those that match there, and those that match everything.
  EXPECT_EQ(put(5, route("", "PathPrefix", "/shop/x")), (Ids{1, 2, 3}));
  EXPECT_EQ(put(6, route("*.example.com", "Exact", "/else")), Ids{2});
  // The same path, named exactly under the same host name.
  EXPECT_EQ(put(7, route("a.example.com", "Exact", "/shop")), Ids{1});
  EXPECT_EQ(remove(7), Ids{1});
  EXPECT_EQ(put(5, route("", "PathPrefix", "/other")), (Ids{1, 2, 3, 4}));
}

TEST_F(Shelves, AnExactPathInsideAWildcard_IsNewsForTheWildcardsPrefix) {
  put(1, route("*.example.com", "PathPrefix", "/shop/"));
  put(2, route("", "PathPrefix", "/shop"));
  EXPECT_EQ(put(3, route("a.example.com", "Exact", "/shop")), (Ids{1, 2}));
  EXPECT_EQ(shelves_.on(exact_inside_shelf(7, "*.example.com", "/shop")), Ids{3});
  EXPECT_EQ(shelves_.on(exact_inside_shelf(7, "", "/shop")), Ids{3});
  EXPECT_EQ(shelves_.on(exact_shelf(7, "a.example.com", "/shop")), Ids{3});
}

TEST_F(Shelves, AnEditThatNobodyCanSee_IsNoNews) {
  put(1, route("a.example.com", "PathPrefix", "/"));
  put(2, route("", "PathPrefix", "/shop"));
  model::HttpRouteFact weights = route("", "PathPrefix", "/shop");
  weights.rules.front().backends.emplace_back().weight = 7;
  EXPECT_EQ(put(2, weights), Ids{});
  weights.rules.front().matches.front().method = symbols_.intern("GET");
  EXPECT_EQ(put(2, weights), Ids{1});
}

}  // namespace
}  // namespace pawprint::world
