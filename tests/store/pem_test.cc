// Which blocks Go finds. Each case was checked against Go 1.26's encoding/pem.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/pem_blocks.h"

namespace pawprint::store {
namespace {

/// "type=bytes" of each block, joined by spaces.
std::string found(const std::string& text) {
  std::string out;
  for (const PemBlock& block : pem_blocks(text)) {
    if (!out.empty()) out += ' ';
    out += block.type + "=" + block.bytes;
  }
  return out;
}

const std::string kA = "-----BEGIN A-----\nQUJD\n-----END A-----";  // ABC
const std::string kB = "-----BEGIN B-----\nREVG\n-----END B-----";  // DEF

TEST(Pem, BlocksInOrder) {
  EXPECT_EQ(found(kA), "A=ABC");
  EXPECT_EQ(found(kA + "\n" + kB + "\n"), "A=ABC B=DEF");
  EXPECT_EQ(found("before\n" + kA + "\nbetween\n" + kB + "\nafter"), "A=ABC B=DEF");
  EXPECT_EQ(found(kA + " \t\r\n" + kB), "A=ABC B=DEF");
  EXPECT_EQ(found("-----BEGIN A-----\r\nQU\r\nJD\r\n-----END A-----\r\n"), "A=ABC");
  EXPECT_EQ(found("-----BEGIN A-----\n-----END A-----\n"), "A=");
  EXPECT_EQ(found(""), "");
}

// A key without a line end before the certificate: neither of the two is found, a third one is.
TEST(Pem, GluedBlocksAreLost) {
  EXPECT_EQ(found(kA + kB), "");
  EXPECT_EQ(found(kA + kB + "\n" + kA), "A=ABC");
  EXPECT_EQ(found(kA + "x\n" + kB), "B=DEF");
}

TEST(Pem, WhatIsNoBlockIsSkipped) {
  EXPECT_EQ(found("x" + kA), "");
  EXPECT_EQ(found(" " + kA + "\n" + kB), "B=DEF");
  EXPECT_EQ(found("-----BEGIN A-----\nQUJD\n-----END B-----\n" + kB), "B=DEF");
  EXPECT_EQ(found("-----BEGIN A-----\n!!!!\n-----END A-----\n" + kB), "B=DEF");
  EXPECT_EQ(found("-----BEGIN A-----\nQUJ\n-----END A-----\n" + kB), "B=DEF");
  EXPECT_EQ(found("-----BEGIN A----\nQUJD\n-----END A-----\n" + kB), "B=DEF");
  EXPECT_EQ(found("-----BEGIN A-----\nQUJD\n-----END A----\n" + kB), "B=DEF");
  EXPECT_EQ(found("-----BEGIN A-----\nQUJD"), "");
  EXPECT_EQ(found("-----BEGIN A-----\nQUJD\n" + kB), "B=DEF");
  EXPECT_EQ(found("-----END A-----\n" + kA), "A=ABC");
}

TEST(Pem, HeadersAreSkipped) {
  EXPECT_EQ(found("-----BEGIN A-----\nProc-Type: 4,X\nB: c\n\nQUJD\n-----END A-----\n"), "A=ABC");
  // Without the line end that ends the headers the END line counts as one.
  EXPECT_EQ(found("-----BEGIN A-----\nB: c\n-----END A-----\n" + kB), "B=DEF");
  EXPECT_EQ(found("-----BEGIN A-----\nB: c\n-----END A-----: x\n" + kB), "");
}

TEST(Pem, Base64) {
  EXPECT_EQ(decode_base64(""), "");
  EXPECT_EQ(decode_base64("QUJD"), "ABC");
  EXPECT_EQ(decode_base64("QU\nI=\r\n"), "AB");
  EXPECT_EQ(decode_base64("QQ=="), "A");
  EXPECT_EQ(decode_base64("QR=="), "A");  // Bits that do not count, as Go has it.
  EXPECT_EQ(decode_base64("+/+/"), "\xfb\xff\xbf");
  for (const char* bad :
       {"Q", "QQ", "QQ=", "QQ===", "Q===", "=", "QUJD=", "QQ==QUJD", "QU JD", "QU-D", "Q=Q="}) {
    EXPECT_FALSE(decode_base64(bad)) << bad;
  }
}

}  // namespace
}  // namespace pawprint::store
