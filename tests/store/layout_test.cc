// Keys and values as bytes: order, separation, and the fixed points of store/log_format.md.
#include "store/layout.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "engine/record/codec.h"
#include "tests/record/generate.h"

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

TEST(Layout, RecordsComeBackAndDamageIsSeen) {
  EXPECT_TRUE(rc::check("values", [] {
    record::Record record = record::any_record();
    record.body = *record::any_text();
    const std::string header = record::encode_header(record);
    const auto hash = chain(record::sha256("before"), header, record.body);
    const std::string value = record_prefix(hash, header) + record.body;
    const auto stored = decode_record(record_key(record.seq), value);
    RC_ASSERT(stored.has_value());
    RC_ASSERT(stored->record == record);
    RC_ASSERT(stored->hash == hash);
    RC_ASSERT(!decode_record(record_key(record.seq + 1), value));
    const auto cut = *rc::gen::inRange<std::size_t>(0, 37 + header.size());
    RC_ASSERT(!decode_record(record_key(record.seq), value.substr(0, cut)));
    std::string other_form = value;
    other_form[0] = 1;
    RC_ASSERT(!decode_record(record_key(record.seq), other_form));
  }));
}

// Computed by another program (Python's hashlib) from the description alone.
TEST(Layout, TheChainIsTheDescribedOne) {
  record::Record record;
  record.seq = 1;
  record.kind = record::Kind::kTick;
  record.time_ns = 5;
  record.boot = 1;
  record.body = "{}";
  const std::string header = record::encode_header(record);
  EXPECT_EQ(record::hex(chain(record::Hash{}, header, record.body)),
            "5d993f6030726affc0ceddce4759766894de8fd5fd5466830ed81f9fd566450d");
}

}  // namespace
}  // namespace pawprint::store
