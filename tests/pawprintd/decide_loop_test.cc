// The decide loop with real edges, against API servers in this process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include "tests/pawprintd/loop_fixture.h"

namespace pawprint::pawprintd::tests {
namespace {

TEST_F(LoopTest, ConvergesAndTheLogReplaysExactly) {
  start();
  ASSERT_TRUE(server_->apply_yaml(route("a")).has_value());
  EXPECT_TRUE(wait_for([&] { return condition("a", "Accepted") == "True"; }));
  EXPECT_TRUE(wait_for([&] { return made().size() == 1; }));
  stop();
  expect_replay();
}

TEST_F(LoopTest, NothingIsSentThatNoDecisionOnTheRecordLists) {
  start();
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(server_->apply_yaml(route("r" + std::to_string(i))).has_value());
  EXPECT_TRUE(wait_for([&] { return made().size() == 20; }));
  stop();
  std::map<std::string, record::Seq> decided;
  for (const auto& each : records(record::Kind::kDecision)) {
    const auto decision = record::decode_decision(each.body);
    for (const auto& operation : decision->operations) decided.emplace(operation.id, each.seq);
  }
  const auto applied = records(record::Kind::kApplied);
  ASSERT_GE(applied.size(), 40U);
  for (const auto& each : applied) {
    const auto found = decided.find(record::decode_applied(each.body)->operation);
    ASSERT_NE(found, decided.end()) << each.body;
    EXPECT_LT(found->second, each.seq);
  }
}

TEST_F(LoopTest, ARestartResumesWithoutAListAndWritesNothing) {
  start();
  ASSERT_TRUE(server_->apply_yaml(route("a")).has_value());
  ASSERT_TRUE(wait_for([&] { return condition("a", "Accepted") == "True" && made().size() == 1; }));
  ASSERT_TRUE(settle());
  stop();
  server_->clear_requests();
  const std::size_t begins = records(record::Kind::kSyncBegin).size();
  start();
  ASSERT_TRUE(wait_for([&] { return server_->count("watch") >= 15; }));
  std::this_thread::sleep_for(seconds(1));
  EXPECT_EQ(server_->writes(), 0U);
  EXPECT_EQ(server_->count("list", kRoutes) + server_->count("list", kGateways) +
                server_->count("list", "services"),
            0U);
  stop();
  EXPECT_EQ(records(record::Kind::kSyncBegin).size(), begins);
}

TEST_F(LoopTest, AfterA410TheRelistFindsWhatVanished) {
  start();
  ASSERT_TRUE(server_->apply_yaml(route("a") + "---\n" + route("b")).has_value());
  ASSERT_TRUE(wait_for([&] { return made().size() == 2; }));
  ASSERT_TRUE(settle());
  stop();
  ASSERT_TRUE(server_->remove(kRoutes, "shop", "a").has_value());
  server_->compact();
  start();
  EXPECT_TRUE(wait_for([&] { return made().size() == 1; }));
  stop();
  bool vanished = false;
  for (const auto& each : records(record::Kind::kVanished))
    vanished = vanished || each.object.name == "a";
  EXPECT_TRUE(vanished);
  expect_replay();
}

TEST_F(LoopTest, HandEditsAreOverwritten) {
  start();
  ASSERT_TRUE(server_->apply_yaml(route("a")).has_value());
  ASSERT_TRUE(wait_for([&] { return made().size() == 1; }));
  ASSERT_TRUE(settle());
  Json edited = made().at(0);
  const Json wanted = edited["spec"];
  edited["spec"]["to"][0]["rules"][0]["default"]["backendRefs"][0]["weight"] = 77;
  edited["metadata"].erase("managedFields");
  ASSERT_TRUE(server_->apply(edited, "somebody").has_value());
  EXPECT_TRUE(wait_for([&] { return made().at(0)["spec"] == wanted; }, seconds(2)));
}

TEST_F(LoopTest, ManyRoutesAreFewGatewayStatusWrites) {
  constexpr int kCount = 200;
  start();
  ASSERT_TRUE(
      wait_for([&] { return server_->get("meshgateways.kuma.io", "", "edge.shop").has_value(); }));
  for (int i = 0; i < kCount; ++i)
    ASSERT_TRUE(server_->apply_yaml(route("r" + std::to_string(i))).has_value());
  EXPECT_TRUE(wait_for(
      [&] {
        const Json gateway = *server_->get(kGateways, "shop", "edge");
        return gateway["status"]["listeners"][0]["attachedRoutes"] == kCount;
      },
      seconds(60)));
  std::size_t writes = 0;
  for (const auto& [key, count] : server_->requests()) {
    if (std::get<1>(key) == std::string(kGateways) + "/status") writes += count;
  }
  EXPECT_GE(writes, 1U);
  EXPECT_LE(writes, 20U);
}

TEST_F(LoopTest, DryRunAndShadowSendNothing) {
  for (const char* mode : {"dry-run", "shadow"}) {
    server_->clear_requests();
    start(mode);
    ASSERT_TRUE(wait_for([&] { return loop_->view()->zones.at(0).state.synced; }));
    ASSERT_TRUE(wait_for([&] { return !records(record::Kind::kDecision).empty(); }));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    stop();
    EXPECT_EQ(server_->writes(), 0U) << mode;
    EXPECT_FALSE(records(record::Kind::kDecision).empty()) << mode;
  }
}

TEST_F(LoopTest, LosingTheApiServerIsNotTheEnd) {
  start();
  ASSERT_TRUE(
      wait_for([&] { return server_->get("meshgateways.kuma.io", "", "edge.shop").has_value(); }));
  server_->stop();
  std::this_thread::sleep_for(seconds(1));
  ASSERT_TRUE(server_->apply_yaml(route("late")).has_value());
  ASSERT_TRUE(server_->start_again().has_value());
  EXPECT_TRUE(wait_for([&] { return condition("late", "Accepted") == "True"; }, seconds(60)));
  EXPECT_FALSE(loop_->failure().has_value());
}

TEST_F(LoopTest, OperatorCommandsAreRecords) {
  start();
  ASSERT_TRUE(wait_for([&] { return loop_->view()->zones.at(0).state.synced; }));
  const auto seq = loop_->command({"root", "pause", "", ""});
  ASSERT_TRUE(seq.has_value());
  EXPECT_TRUE(loop_->view()->paused) << "an answered command can be seen";
  ASSERT_TRUE(server_->apply_yaml(route("a")).has_value());
  ASSERT_TRUE(wait_for(
      [&] { return loop_->view()->zones.at(0).state.routes == 1 && loop_->view()->paused; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(condition("a", "Accepted"), "");
  ASSERT_TRUE(loop_->command({"root", "resume", "", ""}).has_value());
  EXPECT_FALSE(loop_->view()->paused);
  EXPECT_TRUE(wait_for([&] { return condition("a", "Accepted") == "True"; }));
  stop();
  EXPECT_EQ(records(record::Kind::kOperator).size(), 2U);
}

/// Lets the process write no file longer than `bytes`, as a full disk would.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit now = before_;
    now.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(LoopTest, WithAFullDiskNothingIsAppliedAndItGoesOnByItself) {
  start();
  ASSERT_TRUE(
      wait_for([&] { return server_->get("meshgateways.kuma.io", "", "edge.shop").has_value(); }));
  ASSERT_TRUE(settle());
  {
    const FileSizeLimit full(1);
    server_->clear_requests();
    ASSERT_TRUE(server_->apply_yaml(route("a")).has_value());
    ASSERT_TRUE(wait_for([&] { return !loop_->view()->log_writable; }));
    std::this_thread::sleep_for(seconds(2));
    EXPECT_FALSE(loop_->view()->log_writable);
    EXPECT_EQ(condition("a", "Accepted"), "") << "applied without being on the record";
    EXPECT_FALSE(loop_->command({"root", "pause", "", ""}).has_value());
    EXPECT_FALSE(loop_->failure().has_value());
  }
  EXPECT_TRUE(wait_for([&] { return condition("a", "Accepted") == "True"; }, seconds(30)));
  EXPECT_TRUE(loop_->view()->log_writable);
  stop();
  expect_replay();
}

}  // namespace
}  // namespace pawprint::pawprintd::tests
