// Keys as bytes: order and separation.
#include "store/layout.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "engine/record/digest.h"

namespace pawprint::store {
namespace {

record::ObjectKey any_key() {
  // Few letters, so that prefixes and equal parts are common.
  const auto text = [] {
    return *rc::gen::container<std::string>(rc::gen::element('\0', '\1', 'a', '\xff'));
  };
  return {text(), text(), text(), text(), text()};
}

TEST(Layout, HistoryKeysSortLikeObjectKeysAndNeverOverlap) {
  EXPECT_TRUE(rc::check("order and separation", [] {
    const auto a = any_key();
    const auto b = any_key();
    const auto left = history_prefix(a);
    const auto right = history_prefix(b);
    RC_ASSERT((left < right) == (a < b));
    RC_ASSERT((left == right) == (a == b));
    RC_ASSERT(a == b || !history_key(b, 1).starts_with(left));
  }));
}

TEST(Layout, TimeKeysSortLikeTimes) {
  EXPECT_TRUE(rc::check("order", [](std::int64_t a, std::int64_t b, record::Seq s, record::Seq t) {
    RC_ASSERT((time_key(a, s) < time_key(b, t)) == (std::pair(a, s) < std::pair(b, t)));
    RC_ASSERT(time_of_key(time_key(a, s)) == a);
    RC_ASSERT(seq_of_key(time_key(a, s)) == s);
  }));
}

TEST(Layout, CursorsComeBack) {
  EXPECT_TRUE(rc::check("decode(encode(c)) == c", [] {
    const auto key = any_key();
    const Cursor cursor{key.zone, key.group, key.kind, key.name};
    RC_ASSERT(decode_cursor(cursor_key(cursor), cursor.resource_version) == cursor);
  }));
  EXPECT_FALSE(decode_cursor("cursor/abc", "1"));
  EXPECT_FALSE(decode_cursor("commit", "1"));
}

TEST(Layout, TheEndOfTheLogComesBack) {
  EXPECT_TRUE(rc::check("decode(encode(h)) == h", [](std::uint64_t commit, record::Seq seq,
                                                     std::int64_t time, std::int64_t clamped) {
    const StoredHead head{commit, {seq, time, record::sha256("x")}, clamped};
    const std::string bytes = encode_head(head);
    const auto back = decode_head(bytes);
    RC_ASSERT(back.has_value());
    RC_ASSERT(encode_head(*back) == bytes);
    RC_ASSERT(back->head.seq == seq);
    RC_ASSERT(back->commit == commit);
    RC_ASSERT(back->clamped_ns == clamped);
    RC_ASSERT(!decode_head(bytes.substr(1)));
  }));
}

}  // namespace
}  // namespace pawprint::store
