// The facade: connecting, questions and the order in which a zone is listed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <ctime>

#include "tests/watch/fixture.h"
#include "watch/edge.h"

namespace pawprint::watch::tests {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

std::string resources_json(std::string_view group) {
  std::string list;
  for (const auto& kind : watched_kinds()) {
    if (kind.group != group) continue;
    list += (list.empty() ? "" : ",") + std::string(R"({"namespaced":false,"name":")") +
            std::string(kind.plural) + R"(","kind":")" + std::string(kind.kind) + "\"}";
  }
  return R"({"resources":[)" + list + "]}";
}

std::string now_utc() {
  const std::time_t now = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.000000Z", std::gmtime(&now));
  return text;
}

/// Serves all watched kinds, empty, in v1 and v1beta1.
struct Api {
  std::atomic<bool> lease_live{false}, deny_lists{false};
  std::string kuma_zone;

  bool discovery(Exchange& exchange) const {
    const std::string path = exchange.path();
    if (path == "/version") exchange.reply(200, R"({"gitVersion":"v1.34.4"})");
    else if (path == "/apis")
      exchange.reply(
          200,
          R"({"groups":[{"name":"gateway.networking.k8s.io","versions":[{"version":"v1"},{"version":"v1beta1"}]},{"name":"kuma.io","versions":[{"version":"v1alpha1"}]},{"name":"authorization.k8s.io","versions":[{"version":"v1"}]}]})");
    else if (path == "/api/v1") exchange.reply(200, resources_json(""));
    else if (path == "/apis/kuma.io/v1alpha1") exchange.reply(200, resources_json("kuma.io"));
    else if (path == "/apis/gateway.networking.k8s.io/v1" ||
             path == "/apis/gateway.networking.k8s.io/v1beta1")
      exchange.reply(200, resources_json("gateway.networking.k8s.io"));
    else return false;
    return true;
  }

  void operator()(Exchange& exchange) const {
    const std::string path = exchange.path();
    if (discovery(exchange)) return;
    if (path.find("customresourcedefinitions") != std::string::npos) {
      return exchange.reply(
          200,
          R"({"metadata":{"annotations":{"gateway.networking.k8s.io/bundle-version":"v1.6.1"}}})");
    }
    if (path.find("/leases/") != std::string::npos) {
      if (!lease_live) return exchange.refuse(404, "NotFound", "no lease");
      return exchange.reply(
          200, R"({"spec":{"holderIdentity":"kuma-cp-1","leaseDurationSeconds":15,"renewTime":")" +
                   now_utc() + "\"}}");
    }
    if (path.find("selfsubjectaccessreviews") != std::string::npos) {
      const bool no = exchange.body.find("meshgatewayinstances") != std::string::npos &&
                      exchange.body.find("\"delete\"") != std::string::npos;
      return exchange.reply(
          201, no ? R"({"status":{"allowed":false}})" : R"({"status":{"allowed":true}})");
    }
    if (exchange.target.find("labelSelector") != std::string::npos) {
      if (path != "/apis/kuma.io/v1alpha1/meshservices" || kuma_zone.empty())
        return exchange.reply(200, list_of("1", {}));
      return exchange.reply(
          200, list_of("1", {R"({"metadata":{"labels":{"kuma.io/zone":")" + kuma_zone + "\"}}}"}));
    }
    if (exchange.parameter("watch") == "1") {
      exchange.begin_stream();
      exchange.stay(20s);
      return;
    }
    exchange.reply(200, list_of("7", {}));
  }
};

struct Connected {
  Api api;
  Scratch scratch;
  Collector sink;
  ScriptedServer server{[this](Exchange& exchange) { api(exchange); }};
  std::unique_ptr<Edge> edge;

  Result<void> connect() {
    ZoneOptions options;
    options.zone = "zone-1";
    options.kubeconfig = scratch.kubeconfig(server.url());
    options.controller_name = "gateways.kuma.io/controller";
    options.system_namespace = "kuma-system";
    auto made = Edge::connect(options, test_secret_functions(), sink);
    if (!made) return tl::unexpected(made.error());
    edge = std::move(*made);
    return {};
  }
};

TEST(Edge, DiscoveryPrefersV1) {
  Connected zone;
  ASSERT_TRUE(zone.connect());
  const auto& discovery = zone.edge->discovery();
  EXPECT_EQ(discovery.resources.size(), watched_kinds().size());
  EXPECT_EQ(discovery.bundle_version, "v1.6.1");
  EXPECT_TRUE(std::is_sorted(discovery.resources.begin(), discovery.resources.end(),
                             [](const auto& a, const auto& b) {
                               return std::tie(a.group, a.kind) < std::tie(b.group, b.kind);
                             }));
  for (const auto& resource : discovery.resources)
    EXPECT_NE(resource.version, "v1beta1") << resource.kind;
  EXPECT_EQ(zone.edge->describe(), "v1.34.4 at " + zone.server.url());
}

TEST(Edge, FirstListsComeInOrderAndStopIsQuick) {
  Connected zone;
  ASSERT_TRUE(zone.connect());
  zone.edge->start({{"", "Service", "33"}});
  ASSERT_TRUE(zone.sink.wait([](const auto& notices) {
    int synced = 0;
    for (const auto& notice : notices) {
      synced +=
          notice.notice == NoticeKind::kListEnd || notice.notice == NoticeKind::kResumed ? 1 : 0;
    }
    return synced == static_cast<int>(watched_kinds().size());
  }));
  const auto all = zone.sink.all();
  EXPECT_EQ(all[0].notice, NoticeKind::kDiscovery);
  std::vector<std::string> begun, expected;
  for (const auto& notice : all) {
    if (notice.notice == NoticeKind::kListBegin || notice.notice == NoticeKind::kResumed)
      begun.push_back(notice.kind);
  }
  for (const auto& kind : watched_kinds()) expected.emplace_back(kind.kind);
  EXPECT_EQ(begun, expected);
  EXPECT_EQ(zone.server.count("GET /api/v1/services?limit"), 0);
  const auto before = std::chrono::steady_clock::now();
  zone.edge->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
}

TEST(Edge, LiveKumaAndZoneName) {
  Connected zone;
  ASSERT_TRUE(zone.connect());
  EXPECT_EQ(*zone.edge->live_kuma_controller(), "");
  EXPECT_EQ(*zone.edge->kuma_zone_name(), "");
  zone.api.lease_live = true;
  zone.api.kuma_zone = "zone-2";
  EXPECT_EQ(*zone.edge->live_kuma_controller(), "kuma-cp-1");
  EXPECT_EQ(*zone.edge->kuma_zone_name(), "zone-2");
}

TEST(Edge, CheckFindsWhatIsWrong) {
  Connected zone;
  zone.api.lease_live = true;
  zone.api.kuma_zone = "zone-2";
  ASSERT_TRUE(zone.connect());
  std::vector<std::string> wrong;
  for (const auto& finding : zone.edge->check()) {
    EXPECT_EQ((finding.what + finding.detail).find('\n'), std::string::npos);
    if (!finding.ok) wrong.push_back(finding.what + ": " + finding.detail);
  }
  ASSERT_EQ(wrong.size(), 3U) << ::testing::PrintToString(wrong);
  EXPECT_THAT(wrong[0], HasSubstr("meshgatewayinstances.kuma.io: delete denied"));
  EXPECT_THAT(wrong[1], HasSubstr("Kuma calls this zone zone-2"));
  EXPECT_THAT(wrong[2], HasSubstr("kuma-cp kuma-cp-1 reconciles the same objects"));
}

TEST(Edge, ConnectErrorsAreOneLine) {
  Collector sink;
  ZoneOptions options;
  options.kubeconfig = "/no/such/file";
  auto edge = Edge::connect(options, test_secret_functions(), sink);
  ASSERT_FALSE(edge);
  EXPECT_EQ(edge.error().code, ErrorCode::kUnreachable);
  EXPECT_THAT(edge.error().message, HasSubstr("/no/such/file"));

  for (const int status : {401, 403}) {
    ScriptedServer server(
        [&](Exchange& exchange) { exchange.refuse(status, "Reason", "not you"); });
    const Scratch scratch;
    options.kubeconfig = scratch.kubeconfig(server.url());
    edge = Edge::connect(options, test_secret_functions(), sink);
    ASSERT_FALSE(edge);
    EXPECT_EQ(edge.error().code, ErrorCode::kDenied);
    EXPECT_THAT(edge.error().message, HasSubstr("not you"));
    EXPECT_THAT(edge.error().message, ::testing::Not(HasSubstr("t0ken")));
    options.context = "other";
    edge = Edge::connect(options, test_secret_functions(), sink);
    ASSERT_FALSE(edge);
    EXPECT_EQ(edge.error().code, ErrorCode::kInvalid);
    options.context.clear();
  }

  ScriptedServer html([](Exchange& exchange) { exchange.reply(200, "<html>"); });
  const Scratch scratch;
  options.kubeconfig = scratch.kubeconfig(html.url());
  edge = Edge::connect(options, test_secret_functions(), sink);
  ASSERT_FALSE(edge);
  EXPECT_THAT(edge.error().message, HasSubstr("not answered as a Kubernetes API server"));
}

}  // namespace
}  // namespace pawprint::watch::tests
