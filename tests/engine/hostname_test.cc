#include "engine/rules/hostname.h"

#include <gtest/gtest.h>

namespace pawprint::rules {
namespace {

TEST(Hostname, Wildcard_CoversAnyDepthButNotItself) {
  EXPECT_TRUE(hostnames_intersect("*.example.com", "a.example.com"));
  EXPECT_TRUE(hostnames_intersect("a.b.example.com", "*.example.com"));
  EXPECT_FALSE(hostnames_intersect("*.example.com", "example.com"));
  EXPECT_FALSE(hostnames_intersect("*.example.com", "aexample.com"));
  EXPECT_TRUE(hostnames_intersect("*.example.com", "*.a.example.com"));
  EXPECT_FALSE(hostnames_intersect("*.example.com", "*.example.org"));
}

TEST(Hostname, Narrower_IsTheCoveredOne) {
  EXPECT_EQ(narrower("*.example.com", "a.example.com"), "a.example.com");
  EXPECT_EQ(narrower("a.example.com", "*.example.com"), "a.example.com");
  EXPECT_EQ(narrower("*.example.com", "*.a.example.com"), "*.a.example.com");
}

TEST(Hostname, EmptySide_TakesAll) {
  model::Symbols symbols;
  const auto host = symbols.intern("a.example.com");
  EXPECT_TRUE(listener_takes_hostnames({}, {host}));
  EXPECT_TRUE(listener_takes_hostnames(host, {}));
  EXPECT_FALSE(listener_takes_hostnames(host, {symbols.intern("b.org")}));
}

}  // namespace
}  // namespace pawprint::rules
