// The daemon is killed and stopped at odd moments of a busy cluster: nothing acknowledged is lost,
// the watches resume without a list, the state converges, and the log replays.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "engine/reducer.h"
#include "replay/verify.h"
#include "store/log.h"
#include "tests/pawprintd/support.h"
#include "tools/pawprintd/demo_stage.h"

namespace pawprint::pawprintd::tests {
namespace {

using sandbox::Json;
using std::chrono::milliseconds;

constexpr int kRounds = 12, kRoutes = 12;
constexpr const char* kMeshRoutes = "meshhttproutes.kuma.io";
constexpr const char* kHttpRoutes = "httproutes.gateway.networking.k8s.io";

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

class CrashTest : public testing::Test {
 protected:
  void SetUp() override {
    auto stage = Stage::set((scratch_.path() / "store").string(), "", PAWPRINT_DAEMON);
    ASSERT_TRUE(stage.has_value()) << stage.error().message;
    stage_ = std::move(*stage);
    ASSERT_TRUE(stage_->zone(1).apply_yaml(kObjects).has_value());
    ASSERT_TRUE(stage_->zone(2).apply_yaml(kObjects).has_value());
  }

  void set_weight(int route, int weight) {
    const std::string name = "r" + std::to_string(route);
    const auto done = stage_->zone(1).apply_yaml(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: " + name +
        ", namespace: shop}\nspec: {parentRefs: [{name: edge}], rules: [{backendRefs: [{name: web, "
        "port: 80, weight: " +
        std::to_string(weight) + "}]}]}\n");
    ASSERT_TRUE(done.has_value()) << done.error().message;
    wanted_[name] = weight;
  }

  void remove(int route) {
    const std::string name = "r" + std::to_string(route);
    if (wanted_.erase(name) == 0) return;
    ASSERT_TRUE(stage_->zone(1).remove(kHttpRoutes, "shop", name).has_value());
  }

  /// Weight by name of the route that each generated object belongs to.
  std::map<std::string, int> generated() {
    std::map<std::string, int> out;
    const auto all = stage_->zone(1).list(kMeshRoutes);
    for (const Json& each : *all) {
      const std::string owner = each["metadata"]["labels"]["pawprint.dev/owner"];
      if (!owner.starts_with("HTTPRoute.")) continue;  // What Gateways get of their own.
      out[owner.substr(owner.rfind('.') + 1)] =
          each["spec"]["to"][0]["rules"][0]["default"]["backendRefs"][0]["weight"];
    }
    return out;
  }

  std::size_t lists() {
    std::size_t out = 0;
    for (int zone = 1; zone <= 2; ++zone) {
      for (const char* type :
           {kHttpRoutes, "gateways.gateway.networking.k8s.io", "services", "namespaces"}) {
        out += stage_->zone(zone).count("list", type);
      }
    }
    return out;
  }

  bool statuses_right() {
    const auto gateway = stage_->zone(1).get("gateways.gateway.networking.k8s.io", "shop", "edge");
    if (!gateway->contains("status") || !(*gateway)["status"].contains("listeners")) return false;
    return (*gateway)["status"]["listeners"][0]["attachedRoutes"] == wanted_.size();
  }

  Scratch scratch_;
  std::unique_ptr<Stage> stage_;
  std::map<std::string, int> wanted_;
};

TEST_F(CrashTest, KilledAndStoppedAtAnyTimeItConvergesWithoutALostRecord) {
  std::mt19937 random(7);
  const auto below = [&](unsigned limit) { return static_cast<int>(random() % limit); };
  ASSERT_TRUE(stage_->start_daemon().has_value());
  ASSERT_TRUE(wait_for(
      [&] { return stage_->zone(1).get("meshgateways.kuma.io", "", "edge.shop").has_value(); }));
  ASSERT_TRUE(wait_for(
      [&] { return stage_->zone(2).get("meshgateways.kuma.io", "", "edge.shop").has_value(); }));
  const std::size_t first_lists = lists();
  record::Seq acknowledged = 0;
  for (int round = 0; round < kRounds; ++round) {
    for (int change = 0; change < 15; ++change) {
      if (below(4) == 0) remove(below(kRoutes));
      else set_weight(below(kRoutes), 1 + below(1000));
    }
    std::this_thread::sleep_for(milliseconds(below(120)));
    if (round % 3 == 2) {
      const auto stopped = stage_->stop_daemon();
      ASSERT_TRUE(stopped.has_value()) << stopped.error().message;
    } else {
      stage_->kill_daemon();
    }
    auto log = store::Reader::open(stage_->store());
    ASSERT_TRUE(log.has_value()) << log.error().message;
    EXPECT_GE((*log)->head().seq, acknowledged) << "round " << round;
    acknowledged = (*log)->head().seq;
    log->reset();
    set_weight(below(kRoutes), 1 + below(1000));
    ASSERT_TRUE(stage_->start_daemon().has_value());
    std::this_thread::sleep_for(milliseconds(below(200)));
  }
  EXPECT_TRUE(wait_for([&] { return generated() == wanted_ && statuses_right(); },
                       std::chrono::seconds(60)));
  EXPECT_EQ(lists(), first_lists) << "a restart listed instead of resuming";
  ASSERT_TRUE(stage_->stop_daemon().has_value());

  const auto report = store::fsck(stage_->store());
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(report->problems.empty());
  auto log = store::Reader::open(stage_->store());
  ASSERT_TRUE(log.has_value());
  Reducer reducer;
  const store::Head head = (*log)->head();
  const auto result = replay::verify(**log, reducer, {}, {head.seq, head.time_ns}, true);
  ASSERT_TRUE(result.has_value());
  EXPECT_GT(result->decisions, 20U);
  EXPECT_TRUE(result->divergences.empty());
  const auto boots = (*log)->of_kind(record::Kind::kBoot);
  EXPECT_GT(boots->size(), static_cast<std::size_t>(kRounds) / 2);  // Some die before their Boot.
}

}  // namespace
}  // namespace pawprint::pawprintd::tests
