// Which clusters the daemon agrees to serve, and what of them it must never record.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/pawprintd/loop_fixture.h"

namespace pawprint::pawprintd::tests {
namespace {

using testing::HasSubstr;

/// RFC 3339 in microseconds, as Leases have it.
std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[64];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.000000Z", &parts);
  return text;
}

class ZonesTest : public LoopTest {
 protected:
  void hold_lease() {
    ASSERT_TRUE(
        server_
            ->apply_yaml(
                "apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: "
                "cp-leader-lease, namespace: kuma-system}\n"
                "spec: {holderIdentity: kuma-cp-7, leaseDurationSeconds: 60, renewTime: \"" +
                now_text() + "\"}\n")
            .has_value());
  }

  Result<void> connect(const std::map<std::string, std::string>& flags) {
    settings_ = std::make_unique<Settings>();
    std::map<std::string, std::string> all{{"kubeconfig", kubeconfig_},
                                           {"store", store().string()}};
    for (const auto& [flag, value] : flags) all[flag] = value;
    for (const auto& [flag, value] : all) {
      if (auto done = settings_->set_flag(flag, value); !done) return done;
    }
    if (auto done = settings_->finish(); !done) return done;
    zones_ = std::make_unique<Zones>(*settings_);
    return zones_->connect();
  }
};

TEST_F(ZonesTest, BesideALiveKumaItRefusesToApplyAndNamesTheWaysOut) {
  hold_lease();
  const auto refused = connect({{"zone", "zone-1"}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalid);
  for (const char* part : {"kuma-cp-7", "--mode shadow", "--controller-name", "v1beta1"})
    EXPECT_THAT(refused.error().message, HasSubstr(part));
  EXPECT_TRUE(connect({{"zone", "zone-1"}, {"mode", "shadow"}}).has_value());
  EXPECT_TRUE(connect({{"zone", "zone-1"}, {"mode", "dry-run"}}).has_value());
  EXPECT_FALSE(zones_->routes_only());
  EXPECT_TRUE(connect({{"zone", "zone-1"}, {"controller-name", "example.com/ours"}}).has_value());
  EXPECT_TRUE(zones_->routes_only());
}

TEST_F(ZonesTest, TheNameMustBeKumas) {
  ASSERT_TRUE(
      server_
          ->apply_yaml("apiVersion: kuma.io/v1alpha1\nkind: MeshService\nmetadata: {name: web, "
                       "namespace: shop, labels: "
                       "{kuma.io/zone: east, kuma.io/origin: zone}}\nspec: {ports: [{port: 80}]}\n")
          .has_value());
  const auto refused = connect({{"zone", "zone-1"}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(refused.error().message, HasSubstr("set --zone east"));
  ASSERT_TRUE(connect({}).has_value());
  EXPECT_EQ(zones_->settings().at(0).name, "east") << "without a name it takes Kuma's";
}

TEST_F(ZonesTest, WithoutAnyNameTheZoneIsThatOfTheStore) {
  ASSERT_TRUE(connect({}).has_value());
  EXPECT_EQ(zones_->settings().at(0).name, "default");
  start();  // As zone-1.
  stop();
  ASSERT_TRUE(connect({}).has_value());
  EXPECT_EQ(zones_->settings().at(0).name, "zone-1");
}

TEST_F(ZonesTest, AZoneThatIsDownAtTheStartIsTakenInLater) {
  sandbox::Options options;
  options.zone = "zone-2";
  auto second = std::move(*sandbox::Sandbox::start(options));
  ASSERT_TRUE(second->apply_yaml(kObjects).has_value());
  second->stop();
  const std::string file = scratch_.write(
      "config.yaml",
      "zones:\n- {name: zone-1, kubeconfig: " + kubeconfig_ +
          "}\n- {name: zone-2, kubeconfig: " + scratch_.write("second", second->kubeconfig()) +
          "}\nstore: {path: " + store().string() + "}\n");
  settings_ = std::make_unique<Settings>();
  ASSERT_TRUE(settings_->read_file(file).has_value());
  ASSERT_TRUE(settings_->finish().has_value());
  zones_ = std::make_unique<Zones>(*settings_);
  ASSERT_TRUE(zones_->connect().has_value());
  begin();
  ASSERT_TRUE(
      wait_for([&] { return server_->get("meshgateways.kuma.io", "", "edge.shop").has_value(); }));
  EXPECT_FALSE(second->get("meshgateways.kuma.io", "", "edge.shop").has_value());
  ASSERT_TRUE(second->start_again().has_value());
  EXPECT_TRUE(
      wait_for([&] { return second->get("meshgateways.kuma.io", "", "edge.shop").has_value(); },
               seconds(30)));
}

TEST_F(ZonesTest, NoByteOfASecretReachesTheStore) {
  // "top-secret-key-material-0123456789" and its base64, as tls.key and in another Secret.
  const std::string plain = "top-secret-key-material-0123456789";
  const std::string encoded = "dG9wLXNlY3JldC1rZXktbWF0ZXJpYWwtMDEyMzQ1Njc4OQ==";
  ASSERT_TRUE(
      server_
          ->apply_yaml(
              "apiVersion: v1\nkind: Secret\nmetadata: {name: cert, namespace: shop}\ntype: "
              "kubernetes.io/tls\ndata: {tls.key: " +
              encoded + ", tls.crt: " + encoded +
              "}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: other, namespace: shop}\n" +
              "data: {password: " + encoded +
              "}\n---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\n" +
              "metadata: {name: tls, namespace: shop}\nspec: {gatewayClassName: kuma, listeners: "
              "[{name: s, port: 8443, protocol: HTTPS, " +
              "tls: {certificateRefs: [{name: cert}]}}]}\n")
          .has_value());
  start();
  ASSERT_TRUE(wait_for([&] { return loop_->view()->zones.at(0).state.synced; }));
  ASSERT_TRUE(settle());
  stop();
  std::size_t secrets = 0, files = 0;
  for (const auto& each : records(record::Kind::kObserved)) {
    secrets += each.object.kind == "Secret" && each.object.ns == "shop" ? 1 : 0;
  }
  EXPECT_EQ(secrets, 2U);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(store())) {
    if (!entry.is_regular_file()) continue;
    ++files;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    EXPECT_EQ(bytes.find(plain), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find(encoded.substr(0, 24)), std::string::npos) << entry.path();
  }
  EXPECT_GT(files, 3U);
}

}  // namespace
}  // namespace pawprint::pawprintd::tests
