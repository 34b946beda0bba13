#include "replay/ref.h"

#include <gtest/gtest.h>

#include "engine/model/status.h"
#include "tests/replay/recorded.h"

namespace pawprint::replay {
namespace {

using test::kSecond;
using test::kStart;

TEST(Instant, ReadsRfc3339) {
  const auto seconds = [](std::string_view text) {
    const auto time = parse_instant(text);
    return time ? *time / kSecond : -1;
  };
  EXPECT_EQ(seconds("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(seconds("2026-03-01T10:00:00Z"), kStart / kSecond);
  EXPECT_EQ(seconds("2026-03-01T12:00:00+02:00"), kStart / kSecond);
  EXPECT_EQ(seconds("2026-03-01T04:30:00-05:30"), kStart / kSecond);
  EXPECT_EQ(*parse_instant("1970-01-01T00:00:01.5Z"), kSecond + kSecond / 2);
  EXPECT_EQ(*parse_instant("1970-01-01T00:00:00.123456789123Z"), 123456789);
  for (const char* bad :
       {"", "2026-03-01", "2026-03-01T10:00:00", "2026-02-29T00:00:00Z", "2026-03-01T24:00:00Z",
        "2026-03-01T10:60:00Z", "2026-13-01T10:00:00Z", "2026-03-01T10:00:00ZZ",
        "2026-03-01 10:00:00Z", "2O26-03-01T10:00:00Z", "2026-03-01T10:00:00+2:00"}) {
    EXPECT_FALSE(parse_instant(bad).has_value()) << bad;
  }
}

TEST(Duration, ReadsUnits) {
  EXPECT_EQ(*parse_duration("90s"), 90 * kSecond);
  EXPECT_EQ(*parse_duration("1h30m"), 5400 * kSecond);
  EXPECT_EQ(*parse_duration("2d"), 172'800 * kSecond);
  EXPECT_EQ(*parse_duration("1w"), 604'800 * kSecond);
  for (const char* bad : {"", "10", "m", "-1m", "1y", "1h30", "99999999999999999999s", "1 h"}) {
    EXPECT_FALSE(parse_duration(bad).has_value()) << bad;
  }
}

TEST(Ref, RefusesWhatIsNoMoment) {
  for (const char* bad : {"", "@", "@-1", "@1x", "@{", "@{}", "head", "HEAD~x", "HEAD^", "HEAD~-1",
                          "pin:", "boot:", "boot:1", "boot:-", "@99999999999999999999", "@1..@2"}) {
    const auto ref = parse_ref(bad);
    ASSERT_FALSE(ref.has_value()) << bad;
    EXPECT_EQ(ref.error().code, ErrorCode::kInvalid);
  }
}

/// seq: 1 Boot, 2 Config, 3 Decision, 4 Tick, 5 Decision, 6 Boot, 7 Decision, 8 Operator pin of 4,
/// 9 Operator pin of 5, 10 Tick; one a minute.
class Resolve : public ::testing::Test {
 protected:
  void SetUp() override {
    using record::Kind;
    std::vector<record::Record> records;
    for (const Kind kind :
         {Kind::kBoot, Kind::kConfig, Kind::kDecision, Kind::kTick, Kind::kDecision, Kind::kBoot,
          Kind::kDecision, Kind::kOperator, Kind::kOperator, Kind::kTick}) {
      record::Record record;
      record.kind = kind;
      record.time_ns = kStart + static_cast<std::int64_t>(records.size()) * 60 * kSecond;
      record.body = "{}";
      records.push_back(record);
    }
    records[7].body = record::encode(record::Operator{"me", "pin", "@4", "before"});
    records[8].body = record::encode(record::Operator{"me", "pin", "@5", "before"});
    test::write_store(scratch_.store(), std::move(records));
    auto opened = store::Reader::open(scratch_.store());
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    log_ = std::move(*opened);
  }

  /// The seq, or the negated error code.
  std::int64_t at(std::string_view text, std::int64_t now_ns = kStart + 3600 * kSecond) {
    const auto ref = parse_ref(text);
    EXPECT_TRUE(ref.has_value()) << text;
    const auto moment = resolve(*ref, *log_, now_ns);
    if (!moment) return -static_cast<std::int64_t>(moment.error().code);
    const auto minutes = static_cast<std::int64_t>(moment->seq) - 1;
    if (moment->seq > 0) {
      EXPECT_EQ(moment->time_ns, kStart + minutes * 60 * kSecond);
    }
    return static_cast<std::int64_t>(moment->seq);
  }

  static constexpr auto kOutside = -static_cast<std::int64_t>(ErrorCode::kCoverage);
  static constexpr auto kUnknown = -static_cast<std::int64_t>(ErrorCode::kNotFound);
  test::Scratch scratch_;
  std::unique_ptr<store::Reader> log_;
};

TEST_F(Resolve, Seqs) {
  EXPECT_EQ(at("@1"), 1);
  EXPECT_EQ(at("@10"), 10);
  EXPECT_EQ(at("@0"), 0);
  EXPECT_EQ(at("@11"), kOutside);
}

TEST_F(Resolve, DecisionsBack) {
  EXPECT_EQ(at("HEAD"), 10);
  EXPECT_EQ(at("HEAD~0"), 10);
  EXPECT_EQ(at("HEAD~1"), 5);
  EXPECT_EQ(at("HEAD~"), 5);
  EXPECT_EQ(at("HEAD~2"), 3);
  EXPECT_EQ(at("HEAD~3"), kOutside);
}

TEST_F(Resolve, Times) {
  EXPECT_EQ(at("@{2026-03-01T10:00:00Z}"), 1);
  EXPECT_EQ(at("@{2026-03-01T10:02:59Z}"), 3);
  EXPECT_EQ(at("@{2026-03-01T10:03:00Z}"), 4);
  EXPECT_EQ(at("@{2026-03-01T10:30:00Z}"), 10);
  EXPECT_EQ(at("@{2026-03-01T09:59:59Z}"), kOutside);
  EXPECT_EQ(at("@{2026-03-01T11:00:01Z}"), kOutside);
  EXPECT_EQ(at("@{1h}"), 1);
  EXPECT_EQ(at("@{57m}"), 4);
  EXPECT_EQ(at("@{10m}"), 10);
  EXPECT_EQ(at("@{2h}"), kOutside);
}

TEST_F(Resolve, PinsAndBoots) {
  EXPECT_EQ(at("pin:before"), 5);
  EXPECT_EQ(at("pin:after"), kUnknown);
  EXPECT_EQ(at("boot:0"), 6);
  EXPECT_EQ(at("boot:-1"), 1);
  EXPECT_EQ(at("boot:-2"), kOutside);
}

TEST_F(Resolve, Ranges) {
  const auto ends = [&](std::string_view text) {
    const auto range = parse_range(text);
    EXPECT_TRUE(range.has_value()) << text;
    const auto from = resolve(range->from, *log_, kStart);
    const auto to = resolve(range->to, *log_, kStart);
    EXPECT_TRUE(from && to) << text;
    return std::pair(from->seq, to->seq);
  };
  EXPECT_EQ(ends("@2..@5"), std::pair(record::Seq{2}, record::Seq{5}));
  EXPECT_EQ(ends("HEAD~1.."), std::pair(record::Seq{5}, record::Seq{10}));
  EXPECT_EQ(ends("..HEAD~1"), std::pair(record::Seq{0}, record::Seq{5}));
  EXPECT_EQ(ends(".."), std::pair(record::Seq{0}, record::Seq{10}));
  EXPECT_FALSE(parse_range("@1").has_value());
  EXPECT_FALSE(parse_range("@1..x").has_value());
  EXPECT_FALSE(parse_range("@1...@2").has_value());
}

TEST(EmptyLog, HasOnlyItsBeginning) {
  test::Scratch scratch;
  test::write_store(scratch.store(), {});
  auto log = store::Reader::open(scratch.store());
  ASSERT_TRUE(log.has_value()) << log.error().message;
  const auto head = resolve(Ref{}, **log, kStart);
  ASSERT_TRUE(head.has_value()) << head.error().message;
  EXPECT_EQ(head->seq, 0U);
  const auto first = resolve(*parse_ref("@1"), **log, kStart);
  ASSERT_FALSE(first.has_value());
  EXPECT_EQ(first.error().code, ErrorCode::kCoverage);
}

}  // namespace
}  // namespace pawprint::replay
