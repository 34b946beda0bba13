#include "tools/pawprintd/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/pawprintd/support.h"

namespace pawprint::pawprintd::tests {
namespace {

using record::Kind;
using testing::ElementsAre;

constexpr std::int64_t kNow = 5'000'000'000;

class LedgerTest : public testing::Test {
 protected:
  std::unique_ptr<Ledger> open(std::uint64_t snapshot_every = 0) {
    auto ledger = Ledger::open(scratch_.path() / "store", snapshot_every);
    EXPECT_TRUE(ledger.has_value()) << (ledger ? "" : ledger.error().message);
    return ledger ? std::move(*ledger) : nullptr;
  }

  static void commit(Ledger& ledger, Group group) {
    ASSERT_TRUE(ledger.write(group).has_value());
    ledger.fold(group);
  }

  static std::vector<Kind> kinds(const Group& group) {
    std::vector<Kind> out;
    for (const auto& record : group.records) out.push_back(record.kind);
    return out;
  }

  static record::Config imported() {
    record::Config config = config_of_zone();
    config.assume_synced = true;  // So that a class alone makes a status.
    return config;
  }

  static record::Record gateway_class(const std::string& version = "3") {
    record::Record record = service("kuma", "u1", version);
    record.object = {"zone-1", "gateway.networking.k8s.io", "GatewayClass", "", "kuma"};
    record.api_version = "gateway.networking.k8s.io/v1";
    record.body =
        R"({"apiVersion":"gateway.networking.k8s.io/v1","kind":"GatewayClass","metadata":{"name":"kuma","uid":"u1","generation":1,"resourceVersion":")" +
        version + R"("},"spec":{"controllerName":"gateways.kuma.io/controller"}})";
    return record;
  }

  Scratch scratch_;
};

TEST_F(LedgerTest, AFirstStartWritesBootAndConfig) {
  auto ledger = open();
  const Group group = ledger->opening(config_of_zone(), "test", kNow);
  ASSERT_THAT(kinds(group), ElementsAre(Kind::kBoot, Kind::kConfig));
  const auto boot = record::decode_boot(group.records[0].body);
  EXPECT_TRUE(boot->clean);
  EXPECT_EQ(boot->previous_seq, 0U);
  EXPECT_EQ(boot->reducer, kReducerVersion);
}

TEST_F(LedgerTest, ACleanRestartWithTheSameSettingsWritesBootOnly) {
  {
    auto ledger = open();
    commit(*ledger, ledger->opening(config_of_zone(), "test", kNow));
    ASSERT_TRUE(ledger->writer().close().has_value());
  }
  auto ledger = open();
  EXPECT_FALSE(ledger->crashed());
  const Group group = ledger->opening(config_of_zone(), "test", kNow);
  ASSERT_THAT(kinds(group), ElementsAre(Kind::kBoot));
  EXPECT_EQ(record::decode_boot(group.records[0].body)->previous_seq, 2U);
  commit(*ledger, group);
  EXPECT_EQ(ledger->writer().boot(), 2U);
}

TEST_F(LedgerTest, OtherSettingsAreRecorded) {
  {
    auto ledger = open();
    commit(*ledger, ledger->opening(config_of_zone(), "test", kNow));
    ASSERT_TRUE(ledger->writer().close().has_value());
  }
  auto ledger = open();
  EXPECT_THAT(kinds(ledger->opening(config_of_zone("zone-2"), "test", kNow)),
              ElementsAre(Kind::kBoot, Kind::kConfig));
}

TEST_F(LedgerTest, ADecisionNamesWhatChangedAndWhatIsToBeSent) {
  auto ledger = open();
  commit(*ledger, ledger->opening(imported(), "test", kNow));
  EXPECT_FALSE(ledger->decide(kNow).has_value());
  const std::string before = ledger->reducer().output_digest();
  commit(*ledger, {{gateway_class()}, {}});
  const auto group = ledger->decide(kNow);
  ASSERT_TRUE(group.has_value());
  const auto decision = record::decode_decision(group->records[0].body);
  EXPECT_EQ(decision->upto, 3U);
  EXPECT_THAT(decision->triggers, ElementsAre(3U));
  EXPECT_EQ(decision->digest_before, before);
  EXPECT_EQ(decision->digest_after, ledger->reducer().output_digest());
  ASSERT_EQ(decision->changed.size(), 1U);
  EXPECT_EQ(decision->changed[0].kind, "GatewayClass");
  ASSERT_EQ(decision->operations.size(), 1U);
  EXPECT_EQ(decision->operations[0].verb, "status");
  EXPECT_EQ(decision->operations[0].digest.size(), 64U);
  commit(*ledger, *group);
  EXPECT_FALSE(ledger->decide(kNow).has_value()) << "nothing changed since";
}

TEST_F(LedgerTest, ADecisionThatACrashKeptFromBeingWrittenIsMadeAtTheNextStart) {
  {
    auto ledger = open();
    commit(*ledger, ledger->opening(imported(), "test", kNow));
    commit(*ledger, {{gateway_class()}, {}});
  }
  auto ledger = open();
  EXPECT_TRUE(ledger->crashed());
  commit(*ledger, ledger->opening(imported(), "test", kNow));
  const auto group = ledger->decide(kNow);
  ASSERT_TRUE(group.has_value());
  const auto decision = record::decode_decision(group->records[0].body);
  EXPECT_THAT(decision->triggers, ElementsAre(3U));
  EXPECT_NE(decision->digest_before, decision->digest_after);
  EXPECT_EQ(decision->changed.size(), 1U);
}

TEST_F(LedgerTest, AfterACrashOperationsWithoutAnEndAreUnknown) {
  std::string id;
  {
    auto ledger = open();
    commit(*ledger, ledger->opening(imported(), "test", kNow));
    commit(*ledger, {{gateway_class()}, {}});
    auto decision = ledger->decide(kNow);
    ASSERT_TRUE(decision.has_value());
    id = record::decode_decision(decision->records[0].body)->operations.at(0).id;
    commit(*ledger, *decision);
  }
  auto ledger = open();
  const Group group = ledger->opening(imported(), "test", kNow);
  ASSERT_THAT(kinds(group), ElementsAre(Kind::kBoot, Kind::kApplied));
  EXPECT_FALSE(record::decode_boot(group.records[0].body)->clean);
  const auto applied = record::decode_applied(group.records[1].body);
  EXPECT_EQ(applied->outcome, "unknown");
  EXPECT_EQ(applied->operation, id);
  commit(*ledger, group);
  EXPECT_EQ(ledger->reducer().pending_operations().size(), 1U) << "it is still wanted";
}

TEST_F(LedgerTest, OperatorsPauseAndResume) {
  auto ledger = open();
  commit(*ledger, ledger->opening(imported(), "test", kNow));
  record::Record record;
  record.kind = Kind::kOperator;
  record.body = record::encode(record::Operator{"root", "pause", "", ""});
  commit(*ledger, {{record}, {}});
  EXPECT_TRUE(ledger->paused());
  commit(*ledger, {{gateway_class()}, {}});
  EXPECT_TRUE(ledger->reducer().pending_operations().empty());
  record.body = record::encode(record::Operator{"root", "resume", "", ""});
  commit(*ledger, {{record}, {}});
  EXPECT_FALSE(ledger->paused());
  EXPECT_EQ(ledger->reducer().pending_operations().size(), 1U);
}

TEST_F(LedgerTest, AStartFromASnapshotIsTheStartFromTheWholeLog) {
  record::Record pause;
  pause.kind = Kind::kOperator;
  pause.body = record::encode(record::Operator{"root", "pause", "", ""});
  {
    auto ledger = open(3);
    commit(*ledger, ledger->opening(imported(), "test", kNow));
    commit(*ledger, {{gateway_class(), pause, service("web", "u2", "4")}, {}});
    ASSERT_TRUE(ledger->take_snapshot(kNow).has_value());
    EXPECT_EQ(ledger->reducer().head(), 5U) << "not while something is undecided";
    auto decision = ledger->decide(kNow);
    ASSERT_TRUE(decision.has_value());
    commit(*ledger, *decision);
    ASSERT_TRUE(ledger->take_snapshot(kNow).has_value());
    ASSERT_EQ(ledger->reducer().head(), 7U);
    ASSERT_TRUE(ledger->take_snapshot(kNow).has_value());
    EXPECT_EQ(ledger->reducer().head(), 7U) << "none is due";
    commit(*ledger, {{service("web", "u2", "5")}, {}});
    ASSERT_TRUE(ledger->writer().close().has_value());
  }
  auto ledger = open(3);
  EXPECT_TRUE(ledger->paused());
  EXPECT_TRUE(ledger->configured());
  EXPECT_EQ(ledger->decisions(), 1U);
  EXPECT_EQ(ledger->reducer().head(), 8U);
  EXPECT_EQ(ledger->reducer().statuses().size(), 1U);
  const auto group = ledger->decide(kNow);
  ASSERT_TRUE(group.has_value()) << "what is still to be sent is listed again";
  const auto decision = record::decode_decision(group->records[0].body);
  EXPECT_EQ(decision->operations.size(), 1U);
  EXPECT_TRUE(decision->changed.empty());
  EXPECT_EQ(decision->digest_before, decision->digest_after);
  ledger.reset();
  Reducer whole;
  whole.enable_plan();
  auto log = store::Reader::open(scratch_.path() / "store");
  ASSERT_TRUE(log.has_value());
  ASSERT_TRUE((*log)
                  ->scan(1, 8,
                         [&](const record::Record& record) {
                           whole.fold(record);
                           return true;
                         })
                  .has_value());
  EXPECT_EQ(whole.output_digest(), open(3)->reducer().output_digest());
}

TEST_F(LedgerTest, ASecondWriterIsRefused) {
  auto ledger = open();
  auto second = Ledger::open(scratch_.path() / "store", 0);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kUnreachable);
}

}  // namespace
}  // namespace pawprint::pawprintd::tests
