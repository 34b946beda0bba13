// A daemon without process, flags and HTTP, and the API server that it watches.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "replay/verify.h"
#include "tests/pawprintd/support.h"
#include "tools/pawprintd/decide_loop.h"
#include "tools/pawprintd/event_log.h"
#include "tools/pawprintd/zones.h"
#include "tools/sandbox/sandbox.h"

namespace pawprint::pawprintd::tests {

using sandbox::Json;
using std::chrono::seconds;

inline constexpr const char* kObjects = R"(
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
inline constexpr const char* kRoutes = "httproutes.gateway.networking.k8s.io";
inline constexpr const char* kGateways = "gateways.gateway.networking.k8s.io";
inline constexpr const char* kMeshRoutes = "meshhttproutes.kuma.io";

inline std::string route(const std::string& name) {
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
    begin();
  }

  /// With settings_ read and zones_ connected.
  void begin() {
    auto loop = DecideLoop::open(store(), settings_->config(zones_->settings(), false), "test", 0);
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

  std::filesystem::path store() { return on_disk_.empty() ? scratch_.path() / "store" : on_disk_; }

  std::string condition(const std::string& name, const std::string& type) {
    const auto found = server_->get(kRoutes, "shop", name);
    if (!found || !found->contains("status")) return {};
    for (const Json& each : (*found)["status"]["parents"][0]["conditions"]) {
      if (each["type"] == type) return each["status"];
    }
    return {};
  }

  /// MeshHTTPRoutes of HTTPRoutes; the floor under the Gateway is none.
  std::vector<Json> made() {
    std::vector<Json> out;
    const auto all = server_->list(kMeshRoutes);
    for (const Json& each : *all) {
      const std::string owner = each["metadata"]["labels"]["pawprint.dev/owner"];
      if (owner.starts_with("HTTPRoute.")) out.push_back(each);
    }
    return out;
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
  std::filesystem::path on_disk_;  ///< Where the store is; empty: in the scratch folder.
  std::string kubeconfig_;
  std::unique_ptr<sandbox::Sandbox> server_;
  std::unique_ptr<Settings> settings_;
  std::unique_ptr<Zones> zones_;
  std::unique_ptr<DecideLoop> loop_;
};

}  // namespace pawprint::pawprintd::tests
