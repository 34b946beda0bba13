// The decide loop with real edges, against API servers in this process.
#include "tools/pawprintd/decide_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <nlohmann/json.hpp>

#include "replay/verify.h"
#include "tests/pawprintd/support.h"
#include "tools/pawprintd/event_log.h"
#include "tools/pawprintd/zones.h"
#include "tools/sandbox/sandbox.h"

namespace pawprint::pawprintd::tests {
namespace {

using sandbox::Json;
using std::chrono::seconds;

constexpr const char* kObjects = R"(
{apiVersion: kuma.io/v1alpha1, kind: Mesh, metadata: {name: default}, spec: {}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: kuma}, spec: {controllerName: gateways.kuma.io/controller}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {ports: [{name: http, port: 80, protocol: TCP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec: {gatewayClassName: kuma, listeners: [{name: http, port: 8080, protocol: HTTP}]}
)";
constexpr const char* kRoutes = "httproutes.gateway.networking.k8s.io";
constexpr const char* kGateways = "gateways.gateway.networking.k8s.io";
constexpr const char* kMeshRoutes = "meshhttproutes.kuma.io";

std::string route(const std::string& name) {
  return "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: " + name +
         ", namespace: shop}\nspec: {parentRefs: [{name: edge}], rules: [{backendRefs: [{name: "
         "web, port: 80}]}]}\n";
}

/// One sandbox, and a daemon without process, flags and HTTP.
class LoopTest : public testing::Test {
 protected:
  void SetUp() override {
    silence_log();
    sandbox::Options options;
    options.zone = "zone-1";
    server_ = std::move(*sandbox::Sandbox::start(options));
    ASSERT_TRUE(server_->apply_yaml(kObjects).has_value());
    kubeconfig_ = scratch_.write("kubeconfig", server_->kubeconfig());
  }
  void TearDown() override { stop(); }

  void start(const std::string& mode = "apply") {
    settings_ = std::make_unique<Settings>();
    for (const auto& [flag, value] :
         std::map<std::string, std::string>{{"mode", mode},
                                            {"kubeconfig", kubeconfig_},
                                            {"zone", "zone-1"},
                                            {"store", store().string()}}) {
      ASSERT_TRUE(settings_->set_flag(flag, value).has_value());
    }
    ASSERT_TRUE(settings_->finish().has_value());
    zones_ = std::make_unique<Zones>(*settings_);
    const auto connected = zones_->connect();
    ASSERT_TRUE(connected.has_value()) << connected.error().message;
    auto loop = DecideLoop::open(store(), settings_->config(zones_->settings(), false), "test");
    ASSERT_TRUE(loop.has_value()) << loop.error().message;
    loop_ = std::move(*loop);
    loop_->start();
    zones_->start(*loop_);
  }

  void stop() {
    if (!loop_) return;
    loop_->stop_applying();
    zones_->stop();
    const auto stopped = loop_->stop();
    EXPECT_TRUE(stopped.has_value()) << (stopped ? "" : stopped.error().message);
    loop_.reset();
    zones_.reset();
  }

  std::filesystem::path store() { return scratch_.path() / "store"; }

  std::string condition(const std::string& name, const std::string& type) {
    const auto found = server_->get(kRoutes, "shop", name);
    if (!found || !found->contains("status")) return {};
    for (const Json& each : (*found)["status"]["parents"][0]["conditions"]) {
      if (each["type"] == type) return each["status"];
    }
    return {};
  }

  std::vector<record::Record> records(record::Kind kind) {
    std::vector<record::Record> out;
    auto log = store::Reader::open(store());
    EXPECT_TRUE(log.has_value());
    const auto seqs = (*log)->of_kind(kind);
    EXPECT_TRUE(seqs.has_value());
    for (const record::Seq seq : *seqs) out.push_back(*(*log)->get(seq));
    return out;
  }

  /// Until nothing is due and the log has not grown for a second.
  bool settle() {
    record::Seq head = 0;
    auto since = Clock::now();
    return wait_for([&] {
      const auto view = loop_->view();
      if (view->head.seq != head || view->zones.at(0).state.pending_operations > 0) {
        head = view->head.seq;
        since = Clock::now();
      }
      return Clock::now() - since > seconds(1);
    });
  }

  void expect_replay() {
    auto log = store::Reader::open(store());
    ASSERT_TRUE(log.has_value());
    Reducer reducer;
    const auto head = (*log)->head();
    const auto result = replay::verify(**log, reducer, {}, {head.seq, head.time_ns}, true);
    ASSERT_TRUE(result.has_value());
    EXPECT_GT(result->decisions, 0U);
    EXPECT_TRUE(result->divergences.empty());
  }

  Scratch scratch_;
  std::string kubeconfig_;
  std::unique_ptr<sandbox::Sandbox> server_;
  std::unique_ptr<Settings> settings_;
  std::unique_ptr<Zones> zones_;
  std::unique_ptr<DecideLoop> loop_;
};

TEST_F(LoopTest, ConvergesAndTheLogReplaysExactly) {
  start();
  ASSERT_TRUE(server_->apply_yaml(route("a")).has_value());
  EXPECT_TRUE(wait_for([&] { return condition("a", "Accepted") == "True"; }));
  EXPECT_TRUE(wait_for([&] { return server_->list(kMeshRoutes)->size() == 1; }));
  stop();
  expect_replay();
}

TEST_F(LoopTest, NothingIsSentThatNoDecisionOnTheRecordLists) {
  start();
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(server_->apply_yaml(route("r" + std::to_string(i))).has_value());
  EXPECT_TRUE(wait_for([&] { return server_->list(kMeshRoutes)->size() == 20; }));
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
  ASSERT_TRUE(wait_for([&] {
    return condition("a", "Accepted") == "True" && server_->list(kMeshRoutes)->size() == 1;
  }));
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
  ASSERT_TRUE(wait_for([&] { return server_->list(kMeshRoutes)->size() == 2; }));
  ASSERT_TRUE(settle());
  stop();
  ASSERT_TRUE(server_->remove(kRoutes, "shop", "a").has_value());
  server_->compact();
  start();
  EXPECT_TRUE(wait_for([&] { return server_->list(kMeshRoutes)->size() == 1; }));
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
  ASSERT_TRUE(wait_for([&] { return server_->list(kMeshRoutes)->size() == 1; }));
  ASSERT_TRUE(settle());
  Json made = (*server_->list(kMeshRoutes))[0];
  const Json wanted = made["spec"];
  made["spec"]["to"][0]["rules"][0]["default"]["backendRefs"][0]["weight"] = 77;
  made["metadata"].erase("managedFields");
  ASSERT_TRUE(server_->apply(made, "somebody").has_value());
  EXPECT_TRUE(
      wait_for([&] { return (*server_->list(kMeshRoutes))[0]["spec"] == wanted; }, seconds(2)));
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
  ASSERT_TRUE(server_->apply_yaml(route("a")).has_value());
  ASSERT_TRUE(wait_for(
      [&] { return loop_->view()->zones.at(0).state.routes == 1 && loop_->view()->paused; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(condition("a", "Accepted"), "");
  ASSERT_TRUE(loop_->command({"root", "resume", "", ""}).has_value());
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
