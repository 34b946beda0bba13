#include "engine/record/codec.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "engine/record/digest.h"
#include "tests/record/generate.h"

namespace pawprint::record {
namespace {

TEST(Codec, EveryHeaderComesBack) {
  EXPECT_TRUE(rc::check("decode(encode(r)) == r without body", [] {
    const Record record = any_record();
    const auto decoded = decode_header(encode_header(record));
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(*decoded == record);
  }));
}

TEST(Codec, NoCutHeaderIsTaken) {
  EXPECT_TRUE(rc::check("a shorter or longer header is refused", [] {
    const std::string bytes = encode_header(any_record());
    const auto cut = *rc::gen::inRange<std::size_t>(0, bytes.size());
    RC_ASSERT(!decode_header(bytes.substr(0, cut)).has_value());
    RC_ASSERT(!decode_header(bytes + "x").has_value());
  }));
}

TEST(Codec, DifferentRecordsHaveDifferentBytes) {
  EXPECT_TRUE(rc::check("encoding is injective", [] {
    const Record a = any_record();
    const Record b = any_record();
    RC_ASSERT((encode_header(a) == encode_header(b)) == (a == b));
  }));
}

TEST(Codec, UnknownNumbersAreRefused) {
  Record record;
  record.seq = 1;
  std::string bytes = encode_header(record);
  constexpr std::size_t kKindAt = 8;
  constexpr std::size_t kEncodingAt =
      8 + 1 + 8 + 4 + 4;  // After seq, kind, time, boot, empty zone.
  for (const auto& [at, value] : {std::pair<std::size_t, char>{kKindAt, '\0'},
                                  {kKindAt, '\x11'},
                                  {kEncodingAt, '\0'},
                                  {kEncodingAt, '\x04'},
                                  {kEncodingAt + 1, '\x04'}}) {
    std::string changed = bytes;
    changed[at] = value;
    const auto decoded = decode_header(changed);
    ASSERT_FALSE(decoded.has_value()) << at << " " << static_cast<int>(value);
    EXPECT_EQ(decoded.error().code, ErrorCode::kDamaged);
  }
}

// The layout is part of the chain: whoever changes it changes every hash ever written.
TEST(Codec, LayoutIsFixed) {
  Record record;
  record.seq = 0x0102030405060708;
  record.kind = Kind::kObserved;
  record.time_ns = -2;
  record.boot = 7;
  record.zone = "z";
  record.event = Event::kModified;
  record.object = {"z", "g", "K", "ns", "n"};
  record.api_version = "g/v1";
  record.uid = "u";
  record.resource_version = "42";
  const std::string bytes = encode_header(record);
  EXPECT_EQ(bytes.size(), 73U);
  EXPECT_EQ(bytes.substr(0, 9), std::string("\x08\x07\x06\x05\x04\x03\x02\x01\x06", 9));
  EXPECT_EQ(hex(sha256(bytes)), "6536c19c8aed8636e71d856eec70f1a0ce223b800b4b24199162c1095b97e00e");
}

}  // namespace
}  // namespace pawprint::record
