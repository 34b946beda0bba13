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

TEST(Hostname, MoreSpecific_IsStrict) {
  EXPECT_TRUE(more_specific("a.example.com", "*.example.com"));
  EXPECT_TRUE(more_specific("*.a.example.com", "*.example.com"));
  EXPECT_TRUE(more_specific("*.example.com", ""));
  EXPECT_FALSE(more_specific("*.example.com", "*.example.com"));
  EXPECT_FALSE(more_specific("*.example.com", "a.example.com"));
  EXPECT_FALSE(more_specific("", "*.example.com"));
  EXPECT_FALSE(more_specific("", ""));
  EXPECT_FALSE(more_specific("example.com", "*.example.com"));
}

TEST(Hostname, OfAListener_HasShortLabelsAndIsNoAddress) {
  const std::string label(63, 'a');
  EXPECT_TRUE(listener_hostname("example.com"));
  EXPECT_TRUE(listener_hostname("*.com"));
  EXPECT_TRUE(listener_hostname("1.2.3.example"));
  EXPECT_TRUE(listener_hostname("1.2.3"));
  EXPECT_TRUE(listener_hostname(label + ".com"));
  EXPECT_FALSE(listener_hostname(label + "a.com"));
  EXPECT_FALSE(listener_hostname("192.0.2.1"));
  EXPECT_FALSE(listener_hostname(""));
  EXPECT_FALSE(listener_hostname("*"));
  EXPECT_FALSE(listener_hostname("a..b"));
  EXPECT_FALSE(listener_hostname("-a.b"));
  EXPECT_FALSE(listener_hostname(label + "." + label + "." + label + "." + label + ".com"));
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
