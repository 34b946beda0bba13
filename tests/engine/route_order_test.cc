#include "engine/rules/route_order.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <tuple>

namespace pawprint::rules {
namespace {

constexpr NameOrder kRising = NameOrder::kSmallerWins;
constexpr NameOrder kFalling = NameOrder::kLargerWins;

TEST(RouteOrder, Vectors) {
  EXPECT_EQ(order_code(kRising, 0, "demo", "shop"), "00000000demo03shop00");
  EXPECT_EQ(order_code(kRising, 1700000000, "a-b", "c.0"), "6553f100a01b03c020400");
  EXPECT_EQ(order_code(kFalling, 0, "demo", "shop"), "ffffffffmldbz17ibaz4");
  EXPECT_EQ(order_code(kFalling, 1700000000, "a-b", "c.0"), "9aac0effpz3oz1nz2z0z4");
}

TEST(RouteOrder, OlderFirst_ThenTheAlphabetOfNamespaceSlashName) {
  // In the order in which the Gateway API prefers them.
  const std::vector<std::tuple<std::int64_t, std::string, std::string>> routes{
      {5, "z", "z"},  {6, "a", "a"},  {6, "a", "a-b"}, {6, "a", "a.b"},
      {6, "a", "a0"}, {6, "a", "aa"}, {6, "a", "z"},   {6, "a-b", "a"},
      {6, "a0", "a"}, {6, "b", "a"},  {7, "a", "a"},   {UINT32_MAX, "a", "a"}};
  for (std::size_t i = 1; i < routes.size(); ++i) {
    const auto& [older_s, older_ns, older_name] = routes[i - 1];
    const auto& [younger_s, younger_ns, younger_name] = routes[i];
    if (older_ns == "a" && younger_ns == "a-b") continue;  // Below: '-' sorts before '/'.
    EXPECT_LT(order_code(kRising, older_s, older_ns, older_name),
              order_code(kRising, younger_s, younger_ns, younger_name))
        << i;
    EXPECT_GT(order_code(kFalling, older_s, older_ns, older_name),
              order_code(kFalling, younger_s, younger_ns, younger_name))
        << i;
  }
  EXPECT_LT(order_code(kRising, 6, "a-b", "a"), order_code(kRising, 6, "a", "a"));
  EXPECT_GT(order_code(kFalling, 6, "a-b", "a"), order_code(kFalling, 6, "a", "a"));
}

TEST(RouteOrder, SecondsOutOfRange_AreClamped) {
  EXPECT_EQ(order_code(kRising, -1, "a", "a"), order_code(kRising, 0, "a", "a"));
  EXPECT_EQ(order_code(kRising, std::int64_t{1} << 40, "a", "a"),
            order_code(kRising, UINT32_MAX, "a", "a"));
}

TEST(RouteOrder, RunsOfOneRoute_StandInTheirOrder) {
  EXPECT_EQ(run_code(kFalling, 0), "00");
  EXPECT_EQ(run_code(kRising, 0), "zz");
  for (std::size_t run = 1; run < 1296; ++run) {
    EXPECT_LT(run_code(kFalling, run - 1), run_code(kFalling, run));
    EXPECT_GT(run_code(kRising, run - 1), run_code(kRising, run));
  }
}

/// Names of Kubernetes, short enough that no code is cut.
rc::Gen<std::string> name_text(const std::string& letters) {
  return rc::gen::map(
      rc::gen::resize(
          12, rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::elementOf(letters)))),
      [](std::string text) { return 'a' + text + 'z'; });
}

using Route = std::tuple<std::int64_t, std::string, std::string>;
rc::Gen<Route> route() {
  return rc::gen::tuple(rc::gen::inRange<std::int64_t>(1'700'000'000, 1'700'000'003),
                        name_text("-01az"), name_text("-.019abz"));
}

bool prefers(const Route& a, const Route& b) {
  const auto path = [](const Route& route) {
    return std::get<1>(route) + '/' + std::get<2>(route);
  };
  if (std::get<0>(a) != std::get<0>(b)) return std::get<0>(a) < std::get<0>(b);
  return path(a) < path(b);
}

TEST(RouteOrder, NamesSortAsTheGatewayApiPrefers) {
  EXPECT_TRUE(rc::check("codes sort as routes are preferred", [] {
    const Route a = *route();
    const Route b = *route();
    const auto code = [](NameOrder order, const Route& each) {
      return order_code(order, std::get<0>(each), std::get<1>(each), std::get<2>(each));
    };
    RC_ASSERT((code(kRising, a) < code(kRising, b)) == prefers(a, b));
    RC_ASSERT((code(kFalling, a) > code(kFalling, b)) == prefers(a, b));
    // What follows the code in a name must not change the answer.
    if (a != b) {
      RC_ASSERT((code(kRising, a) + "-z" < code(kRising, b) + "-a") == prefers(a, b));
      RC_ASSERT((code(kFalling, a) + "-a" > code(kFalling, b) + "-z") == prefers(a, b));
    }
  }));
}

}  // namespace
}  // namespace pawprint::rules
