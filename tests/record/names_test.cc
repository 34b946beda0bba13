#include <gtest/gtest.h>

#include "engine/record/record.h"

namespace pawprint::record {
namespace {

TEST(Names, KindsAndEventsComeBack) {
  for (int number = 1; number <= 16; ++number) {
    const auto kind = static_cast<Kind>(number);
    Kind parsed = Kind::kTick;
    ASSERT_FALSE(name(kind).empty()) << number;
    ASSERT_TRUE(parse_kind(name(kind), parsed));
    EXPECT_EQ(parsed, kind);
  }
  Kind kind = Kind::kBoot;
  EXPECT_FALSE(parse_kind("boot", kind));
  EXPECT_FALSE(parse_kind("", kind));
  EXPECT_TRUE(name(static_cast<Kind>(0)).empty());

  Event event = Event::kNone;
  EXPECT_TRUE(parse_event("MODIFIED", event));
  EXPECT_EQ(event, Event::kModified);
  EXPECT_EQ(name(Event::kDeleted), "DELETED");
  for (const char* none : {"BOOKMARK", "ERROR", "", "added"})
    EXPECT_FALSE(parse_event(none, event));
}

TEST(Names, Objects) {
  EXPECT_EQ(display({"z", "g", "HTTPRoute", "shop", "cart"}), "HTTPRoute/shop/cart");
  EXPECT_EQ(display({"z", "g", "GatewayClass", "", "kuma"}), "GatewayClass/kuma");
  EXPECT_EQ(group_of("gateway.networking.k8s.io/v1"), "gateway.networking.k8s.io");
  EXPECT_EQ(group_of("v1"), "");
}

TEST(ResourceVersions, NumbersOfAnyLength) {
  using Order = std::strong_ordering;
  EXPECT_EQ(compare_resource_versions("9", "10"), Order::less);
  EXPECT_EQ(compare_resource_versions("10", "9"), Order::greater);
  EXPECT_EQ(compare_resource_versions("123", "124"), Order::less);
  EXPECT_EQ(compare_resource_versions("124", "124"), Order::equal);
  // Beyond 64 bits.
  EXPECT_EQ(compare_resource_versions("18446744073709551616", "18446744073709551615"),
            Order::greater);
}

TEST(ResourceVersions, MalformedComesFirst) {
  for (const char* bad : {"", "0", "01", "-1", "1a", "v1", " 1"}) {
    EXPECT_EQ(compare_resource_versions(bad, "1"), std::strong_ordering::less) << bad;
    EXPECT_EQ(compare_resource_versions("1", bad), std::strong_ordering::greater) << bad;
    EXPECT_EQ(compare_resource_versions(bad, bad), std::strong_ordering::equal) << bad;
  }
}

}  // namespace
}  // namespace pawprint::record
