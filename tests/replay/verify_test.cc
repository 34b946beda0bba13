#include "replay/verify.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "engine/record/bodies.h"
#include "tests/replay/recorded.h"

namespace pawprint::replay {
namespace {

class Verify : public ::testing::Test {
 protected:
  void SetUp() override {
    records_ = test::decided(test::history_of({"route-weight-change"}, "kuma-2.14-compat"));
  }

  /// The last Decision, changed by `edit`.
  void edit_last(const std::function<void(record::Decision&)>& edit) {
    for (auto each = records_.rbegin(); each != records_.rend(); ++each) {
      if (each->kind != record::Kind::kDecision) continue;
      auto decision = record::decode_decision(each->body);
      ASSERT_TRUE(decision.has_value());
      edit(*decision);
      each->body = record::encode(*decision);
      edited_ = each->seq;
      return;
    }
    FAIL() << "no Decision";
  }

  Verification run(record::Seq from = 0) {
    test::write_store(scratch_.store(), records_);
    auto log = store::Reader::open(scratch_.store());
    EXPECT_TRUE(log.has_value());
    Reducer reducer;
    auto out = verify(**log, reducer, {from, 0}, {(*log)->head().seq, 0}, true);
    EXPECT_TRUE(out.has_value());
    return out.value_or(Verification{});
  }

  std::vector<record::Record> records_;
  record::Seq edited_ = 0;
  test::Scratch scratch_;
};

TEST_F(Verify, AgreesWithItself) {
  const Verification out = run();
  EXPECT_EQ(out.records, records_.size());
  EXPECT_GE(out.decisions, 4U);
  EXPECT_EQ(out.skipped, 0U);
  EXPECT_TRUE(out.divergences.empty());
}

TEST_F(Verify, CountsOnlyTheRange) {
  const Verification all = run();
  Verification part;
  {
    auto log = store::Reader::open(scratch_.store());
    ASSERT_TRUE(log.has_value());
    Reducer reducer;
    part = *verify(**log, reducer, {records_.size() - 2, 0}, {records_.size(), 0}, true);
  }
  EXPECT_EQ(part.records, 2U);
  EXPECT_EQ(part.decisions, 1U);
  EXPECT_EQ(part.output_digest, all.output_digest);
}

TEST_F(Verify, AnotherDigestDiverges) {
  edit_last([](record::Decision& decision) { decision.digest_after[0] ^= 1; });
  const Verification out = run();
  ASSERT_EQ(out.divergences.size(), 1U);
  EXPECT_EQ(out.divergences[0].seq, edited_);
  EXPECT_EQ(out.divergences[0].kind, "digest");
  EXPECT_EQ(out.divergences[0].actual, out.output_digest);
}

TEST_F(Verify, AnotherSetOfObjectsDiverges) {
  record::ObjectKey lost;
  edit_last([&](record::Decision& decision) {
    lost = decision.changed.back();
    decision.changed.back().name = "unheard-of";
  });
  const Verification out = run();
  ASSERT_EQ(out.divergences.size(), 2U);
  EXPECT_EQ(out.divergences[0].kind, "changed");
  EXPECT_EQ(out.divergences[0].actual, "unchanged");
  EXPECT_NE(out.divergences[0].object.find("unheard-of"), std::string::npos);
  EXPECT_EQ(out.divergences[1].object, record::display(lost));
}

TEST_F(Verify, OtherReducersAreSkipped) {
  edit_last([](record::Decision& decision) {
    decision.reducer = "0";
    decision.digest_after.assign(64, '0');
  });
  const Verification out = run();
  EXPECT_EQ(out.skipped, 1U);
  EXPECT_TRUE(out.divergences.empty());
}

TEST_F(Verify, AChangedInputDiverges) {
  for (record::Record& each : records_) {
    const std::size_t at = each.body.find("\"weight\":90");
    if (at != std::string::npos) each.body.replace(at, 11, "\"weight\":91");
  }
  const Verification out = run();
  ASSERT_FALSE(out.divergences.empty());
  EXPECT_EQ(out.divergences[0].kind, "digest");
}

/// A log of a daemon holds the object as the API server showed it: it tells which field differs.
TEST_F(Verify, NamesTheFieldThatDiffers) {
  record::ObjectKey route;
  edit_last([&](record::Decision& decision) {
    for (const record::ObjectKey& key : decision.changed) {
      if (key.kind == "MeshHTTPRoute") route = key;
    }
    decision.operations.push_back({"1-1o", "replace", route, ""});
    decision.digest_after.assign(64, 'a');
  });
  Reducer reducer;
  for (const record::Record& each : records_) reducer.fold(each);
  record::Record shown;
  shown.kind = record::Kind::kObserved;
  shown.event = record::Event::kModified;
  shown.zone = "zone-1";
  shown.object = route;
  shown.api_version = "kuma.io/v1alpha1";
  shown.body = reducer.output(route)->body;
  const std::size_t at = shown.body.find("\"weight\":100");
  ASSERT_NE(at, std::string::npos);
  shown.body.replace(at, 12, "\"weight\":99");
  records_.push_back(shown);
  const Verification out = run();
  ASSERT_EQ(out.divergences.size(), 1U);
  const Divergence& found = out.divergences[0];
  EXPECT_EQ(found.kind, "content");
  EXPECT_EQ(found.object, record::display(route));
  EXPECT_EQ(found.path, ".spec.to[0].rules[0].default.backendRefs[1].weight");
  EXPECT_EQ(found.rule, "backend_reference/weight");
  EXPECT_EQ(found.expected + ' ' + found.actual, "99 100");
}

TEST_F(Verify, AnUnreadableDecisionDiverges) {
  records_.back().body = "{";
  ASSERT_EQ(records_.back().kind, record::Kind::kDecision);
  const Verification out = run();
  ASSERT_EQ(out.divergences.size(), 1U);
  EXPECT_EQ(out.divergences[0].kind, "record");
}

/// What was folded before a crash has no Decision; the next one covers it.
TEST_F(Verify, AMissingDecisionIsNoDivergence) {
  const auto first = std::find_if(records_.begin(), records_.end(), [](const auto& each) {
    return each.kind == record::Kind::kDecision;
  });
  ASSERT_NE(first, records_.end());
  first->kind = record::Kind::kTick;
  first->body = "{}";
  const Verification out = run();
  EXPECT_TRUE(out.divergences.empty());
  EXPECT_GE(out.decisions, 3U);
}

}  // namespace
}  // namespace pawprint::replay
