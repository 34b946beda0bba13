#include "engine/record/digest.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

namespace pawprint::record {
namespace {

TEST(Digest, KnownValues) {
  // FIPS 180-2, appendix B.1, and the digest of nothing.
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Digest, HexComesBack) {
  Hash hash{};
  ASSERT_TRUE(parse_hex(hex(sha256("x")), hash));
  EXPECT_EQ(hash, sha256("x"));
  EXPECT_FALSE(parse_hex("", hash));
  EXPECT_FALSE(parse_hex(hex(hash) + "0", hash));
  std::string bad = hex(hash);
  bad[63] = 'g';
  EXPECT_FALSE(parse_hex(bad, hash));
  bad[63] = 'A';
  EXPECT_FALSE(parse_hex(bad, hash));
  EXPECT_EQ(hash, sha256("x"));
}

Hash filled(std::uint8_t byte) {
  Hash hash{};
  hash.fill(byte);
  return hash;
}

TEST(SetHash, AddsModuloTwoToThe256) {
  SetHash sum;
  EXPECT_EQ(sum.hex(), std::string(64, '0'));
  Hash one{};
  one[31] = 1;
  sum.add(filled(0xff));
  EXPECT_EQ(sum.hex(), std::string(64, 'f'));
  sum.add(one);
  EXPECT_EQ(sum.hex(), std::string(64, '0'));
  sum.remove(one);
  EXPECT_EQ(sum.hex(), std::string(64, 'f'));
  sum.add(filled(0xff));
  EXPECT_EQ(sum.hex(), std::string(63, 'f') + "e");
}

TEST(SetHash, CarriesAndBorrowsThroughFullWords) {
  // 2^192 - 1 plus 1: the carry runs through three words that are all ones.
  Hash low = filled(0xff);
  std::fill_n(low.begin(), 8, std::uint8_t{0});
  Hash one{};
  one[31] = 1;
  SetHash sum;
  sum.add(low);
  sum.add(one);
  EXPECT_EQ(sum.hex(), std::string(15, '0') + "1" + std::string(48, '0'));
  sum.remove(one);
  EXPECT_EQ(sum.hex(), std::string(16, '0') + std::string(48, 'f'));
}

TEST(SetHash, OrderDoesNotMatterAndRemovalUndoes) {
  EXPECT_TRUE(rc::check("a set, not a sequence", [](const std::vector<std::string>& elements) {
    SetHash forward;
    SetHash backward;
    SetHash extra;
    for (const auto& element : elements) forward.add(sha256(element));
    for (auto it = elements.rbegin(); it != elements.rend(); ++it) backward.add(sha256(*it));
    for (const auto& element : elements) {
      extra.add(sha256(element));
      extra.add(sha256(element + "!"));
    }
    for (const auto& element : elements) extra.remove(sha256(element + "!"));
    RC_ASSERT(forward == backward);
    RC_ASSERT(forward.hex() == backward.hex());
    RC_ASSERT(forward == extra);
  }));
}

}  // namespace
}  // namespace pawprint::record
