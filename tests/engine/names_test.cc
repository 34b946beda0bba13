#include "engine/rules/names.h"

#include <gtest/gtest.h>

#include <regex>

namespace pawprint::rules {
namespace {

// Vectors computed from Kuma 2.14.3's rules and observed on a running control plane.
model::ParentRef parent(model::Symbols& symbols, const char* name, const char* section, int port) {
  model::ParentRef out;
  out.group = symbols.intern("gateway.networking.k8s.io");
  out.kind = symbols.intern("Gateway");
  out.name = symbols.intern(name);
  if (*section != '\0') out.section = symbols.intern(section);
  out.port = port;
  return out;
}

std::string ours(NameOrder order, std::string_view route, std::string_view ns,
                 const model::ParentRef& ref) {
  return pawprint_route_name(order, {1700000000, route, ns, ref, "demo", "", "", 0});
}

TEST(Names, Fnv1_IsTheMultiplyFirstVariant) {
  EXPECT_EQ(fnv1_hex(""), "811c9dc5");
  EXPECT_EQ(fnv1_hex("a"), "050c5d7e");
  EXPECT_EQ(fnv1_hex("foobar"), "31f0b262");
}

TEST(Names, KumaOwner_CutsAt54AndHashesTheWholeNames) {
  EXPECT_EQ(kuma_owner("demo", "edge"), "demo_edge-d2bf2ce3");
  EXPECT_EQ(kuma_owner("web", "shop-front"), "web_shop-front-dc179d9f");
  const std::string a(40, 'a');
  const std::string b(30, 'b');
  EXPECT_EQ(kuma_owner(a, b), a + '_' + std::string(13, 'b') + "-4f31f87d");
}

TEST(Names, KumaGatewayRoute_MatchesTheVectors) {
  model::Symbols symbols;
  EXPECT_EQ(kuma_gateway_route_name("shop", "demo", parent(symbols, "edge", "", 0), "demo"),
            "shop-demo-e36f72e9");
  EXPECT_EQ(kuma_gateway_route_name("shop", "demo", parent(symbols, "edge", "http", 0), "demo"),
            "shop-demo-c81899d9");
  EXPECT_EQ(kuma_gateway_route_name("shop", "demo", parent(symbols, "edge", "", 8080), "demo"),
            "shop-demo-b317a7a3");
  EXPECT_EQ(kuma_gateway_route_name("shop", "demo", parent(symbols, "edge", "", 0), "infra"),
            "shop-demo-18776d5e");
  const std::string r(200, 'r');
  const std::string n(60, 'n');
  EXPECT_EQ(kuma_gateway_route_name(r, n, parent(symbols, "edge", "https", 443), "infra"),
            r + '-' + std::string(43, 'n') + "-fcb63026");
}

TEST(Names, KumaGatewayRoute_CollidesWhereOursDoesNot) {
  model::Symbols symbols;
  const auto a = parent(symbols, "edge", "", 8080);
  const auto b = parent(symbols, "80edge", "", 80);
  EXPECT_EQ(kuma_gateway_route_name("shop", "demo", a, "demo"),
            kuma_gateway_route_name("shop", "demo", b, "demo"));
  EXPECT_NE(ours(NameOrder::kLargerWins, "shop", "demo", a),
            ours(NameOrder::kLargerWins, "shop", "demo", b));
  EXPECT_NE(pawprint_secret_copy_name("default", "a-b", "c"),
            pawprint_secret_copy_name("default", "a", "b-c"));
}

bool valid_subdomain(const std::string& name) {
  static const std::regex kSubdomain(
      R"([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)");
  return name.size() <= 253 && std::regex_match(name, kSubdomain);
}

TEST(Names, Ours_AreValidWhateverTheLength) {
  model::Symbols symbols;
  const auto edge = parent(symbols, "edge", "", 0);
  for (const NameOrder order : {NameOrder::kLargerWins, NameOrder::kSmallerWins}) {
    for (const std::string& route :
         {std::string(253, 'r'), std::string(140, 'r') + ".x", std::string(141, 'r') + ".x",
          std::string("a.b-c"), std::string(142, 'r') + "-x"}) {
      for (const std::string& ns : {std::string(63, 'n'), std::string("n")}) {
        EXPECT_TRUE(valid_subdomain(ours(order, route, ns, edge))) << route << ' ' << ns;
      }
    }
  }
  EXPECT_TRUE(valid_subdomain(pawprint_gateway_floor_name(std::string(63, 'g'), "n")));
  EXPECT_TRUE(valid_subdomain(
      pawprint_service_floor_name(std::string(63, 's'), std::string(63, 'n'), {"a", "b"})));
  EXPECT_TRUE(valid_subdomain(pawprint_policy_name(std::string(253, 'r'), "to-route")));
  EXPECT_LE(pawprint_owner("HTTPRoute", std::string(63, 'n'), std::string(253, 'r')).size(), 63u);
}

TEST(Names, TellTheObjectsOfOneRouteApart) {
  model::Symbols symbols;
  const auto edge = parent(symbols, "edge", "", 0);
  const auto name = [&](std::string_view listener, std::string_view group) {
    return pawprint_route_name(NameOrder::kLargerWins,
                               {1700000000, "shop", "demo", edge, "demo", listener, group, 0});
  };
  EXPECT_EQ(name("", ""),
            "9aac0eff"
            "mldbz17ibaz400-shop-demo-" +
                name("", "").substr(name("", "").size() - 16));
  EXPECT_NE(name("", ""), name("http", ""));
  EXPECT_NE(name("", ""), name("", "request=1000,try=-"));
  EXPECT_NE(pawprint_service_floor_name("s", "n", {"ab", ""}),
            pawprint_service_floor_name("s", "n", {"a", "b"}));
}

TEST(Names, ServiceFloor_SortsBehindEveryRoute) {
  model::Symbols symbols;
  const auto service = parent(symbols, "backend", "", 0);
  const std::string last = pawprint_route_name(
      NameOrder::kSmallerWins,
      {UINT32_MAX, std::string(253, 'z'), std::string(63, 'z'), service, "demo", "", "", 0});
  EXPECT_LT(last, pawprint_service_floor_name("a", "a", {}));
}

TEST(Names, Dns1035Label) {
  EXPECT_TRUE(dns1035_label("edge-1"));
  for (const char* bad : {"", "1edge", "edge.a", "edge-", "Edge"})
    EXPECT_FALSE(dns1035_label(bad)) << bad;
}

}  // namespace
}  // namespace pawprint::rules
