#include <gtest/gtest.h>

#include <array>

#include "replay/kind_names.h"
#include "replay/nearest.h"

namespace pawprint::replay {
namespace {

using model::Kind;

TEST(KindNames, AreThoseOfKubectl) {
  for (const char* text :
       {"httproutes", "httproute", "HTTPRoute", "httproutes.gateway.networking.k8s.io",
        "httproutes.v1.gateway.networking.k8s.io"}) {
    const auto kind = parse_kind(text);
    ASSERT_TRUE(kind.has_value()) << text;
    EXPECT_EQ(*kind, Kind::kHttpRoute);
  }
  EXPECT_EQ(*parse_kind("gtw"), Kind::kGateway);
  EXPECT_EQ(*parse_kind("gc"), Kind::kGatewayClass);
  EXPECT_EQ(*parse_kind("svc"), Kind::kService);
  EXPECT_EQ(*parse_kind("mgw"), Kind::kMeshGateway);
}

TEST(KindNames, EveryKindHasOne) {
  EXPECT_EQ(kind_names().size(), static_cast<std::size_t>(model::kKindCount - 1));
  for (const KindName& each : kind_names()) {
    EXPECT_EQ(*parse_kind(each.plural), each.kind);
    EXPECT_EQ(*parse_kind(model::info(each.kind).name), each.kind);
    EXPECT_EQ(&name_of(each.kind), &each);
  }
}

TEST(KindNames, RefusesOthersAndNamesTheNearest) {
  for (const char* text : {"", "pods", "httproutes.kuma.io", "gateways.", "gateway/x"}) {
    EXPECT_FALSE(parse_kind(text).has_value()) << text;
  }
  EXPECT_NE(parse_kind("htproutes").error().message.find("httproutes"), std::string::npos);
  EXPECT_EQ(parse_kinds("gtw,httproutes,gateways")->size(), 2U);
  EXPECT_FALSE(parse_kinds("gtw,").has_value());
}

TEST(Nearest, IsNearOrNothing) {
  constexpr std::array<std::string_view, 4> kKnown{"translate", "import", "status", "get"};
  EXPECT_EQ(nearest("tranlsate", kKnown), "translate");
  EXPECT_EQ(nearest("STATUS", kKnown), "status");
  EXPECT_EQ(nearest("imprt", kKnown), "import");
  EXPECT_EQ(nearest("x", kKnown), "");
  EXPECT_EQ(nearest("completely-different", kKnown), "");
  EXPECT_EQ(nearest(std::string(100'000, 'a'), kKnown), "");
  EXPECT_EQ(suggestion("gte", kKnown), "; did you mean get?");
  EXPECT_EQ(suggestion("zzz", kKnown), "");
}

}  // namespace
}  // namespace pawprint::replay
