// The edge against the sandbox, and against a real kube-apiserver when
// PAWPRINT_APISERVER_KUBECONFIG names its administrator's kubeconfig (tools/dev/kube-apiserver
// makes one).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/watch/collector.h"
#include "tests/watch/scratch.h"
#include "tools/sandbox/sandbox.h"
#include "watch/edge.h"
#include "watch/kinds.h"
#include "watch/kube/base64.h"
#include "watch/kube/client.h"

namespace pawprint::watch::tests {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using plan::Operation;
using plan::Verb;
using ::testing::HasSubstr;

constexpr const char* kRoutes =
    "/apis/gateway.networking.k8s.io/v1/namespaces/watch-live/httproutes/";
constexpr const char* kClasses = "/apis/gateway.networking.k8s.io/v1/gatewayclasses/";
constexpr const char* kMeshRoutes = "/apis/kuma.io/v1alpha1/namespaces/kuma-system/meshhttproutes/";

constexpr const char* kVariable = "PAWPRINT_APISERVER_KUBECONFIG";

class Live : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "Real") {
      kubeconfig = std::getenv(kVariable);
    } else {
      auto started = sandbox::Sandbox::start({});
      ASSERT_TRUE(started) << started.error().message;
      cluster = std::move(*started);
      kubeconfig = scratch.write("sandbox", cluster->kubeconfig());
    }
    client = std::make_unique<kube::Client>(*kube::Client::open(kubeconfig));
    ok(client->apply("/api/v1/namespaces/watch-live",
                     R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"watch-live"}})",
                     "test"));
    for (const std::string& path_of :
         {std::string(kMeshRoutes) + "live", std::string(kRoutes) + "live",
          std::string(kClasses) + "watch-live",
          std::string("/api/v1/namespaces/kuma-system/secrets/gapi-live"),
          std::string("/api/v1/namespaces/watch-live/secrets/cert")}) {
      (void)client->patch(path_of, R"({"metadata":{"finalizers":null}})");
      (void)client->del(path_of);
    }
    connect();
  }

  void connect() {
    ZoneOptions options;
    options.zone = "zone-1";
    options.kubeconfig = kubeconfig;
    options.controller_name = "gateways.kuma.io/controller";
    options.system_namespace = "kuma-system";
    sink = std::make_unique<Collector>();
    auto made = Edge::connect(options, test_secret_functions(), *sink);
    ASSERT_TRUE(made) << made.error().message;
    edge = std::move(*made);
  }

  void start(const std::vector<ResumePoint>& cursors = {}) {
    edge->start(cursors);
    ASSERT_TRUE(sink->wait(
        [](const auto& notices) {
          std::size_t done = 0;
          for (const auto& notice : notices) {
            done += notice.notice == NoticeKind::kListEnd ||
                            notice.notice == NoticeKind::kResumed ||
                            notice.notice == NoticeKind::kAbsent
                        ? 1
                        : 0;
          }
          return done >= watched_kinds().size();
        },
        20s));
  }

  static kube::Response ok(const Result<kube::Response>& response) {
    EXPECT_TRUE(response) << (response ? "" : response.error().message);
    if (!response) return {};
    EXPECT_TRUE(response->ok()) << response->status << " " << response->body;
    return *response;
  }

  /// The answer to one operation.
  record::Applied run(Operation operation) {
    static int counter = 0;
    operation.id = "live-" + std::to_string(++counter);
    record::Applied found;
    edge->submit({operation});
    EXPECT_TRUE(sink->wait([&](const auto& notices) {
      for (const auto& notice : notices) {
        if (notice.notice != NoticeKind::kApplied) continue;
        found = *record::decode_applied(notice.record.body);
        if (found.operation == operation.id) return true;
      }
      return false;
    }));
    return found;
  }

  bool wait_event(const std::string& name, record::Event event) {
    return sink->wait([&](const auto& notices) {
      for (const auto& notice : notices) {
        if (notice.notice == NoticeKind::kEvent && notice.record.object.name == name &&
            notice.record.event == event)
          return true;
      }
      return false;
    });
  }

  static Operation mesh_route(Verb verb, int port, const record::Applied& known = {}) {
    Operation out;
    out.verb = verb;
    out.object = {"zone-1", "kuma.io", "MeshHTTPRoute", "kuma-system", "live"};
    out.api_version = "kuma.io/v1alpha1";
    out.uid = known.uid;
    out.resource_version = known.resource_version;
    if (verb == Verb::kDelete) return out;
    const json rule{
        {"matches", {{{"path", {{"type", "PathPrefix"}, {"value", "/"}}}}}},
        {"default",
         {{"backendRefs",
           {{{"kind", "MeshService"}, {"name", "b"}, {"port", port}, {"weight", 1}}}}}}};
    out.body =
        json{{"apiVersion", "kuma.io/v1alpha1"},
             {"kind", "MeshHTTPRoute"},
             {"metadata",
              {{"name", "live"},
               {"namespace", "kuma-system"},
               {"labels", {{"kuma.io/mesh", "default"}}}}},
             {"spec",
              {{"targetRef", {{"kind", "Mesh"}}},
               {"to",
                {{{"targetRef", {{"kind", "MeshService"}, {"name", "b"}}}, {"rules", {rule}}}}}}}}
            .dump();
    return out;
  }

  Scratch scratch;
  std::unique_ptr<sandbox::Sandbox> cluster;
  std::string kubeconfig;
  std::unique_ptr<kube::Client> client;
  std::unique_ptr<Collector> sink;
  std::unique_ptr<Edge> edge;
};

TEST_P(Live, GeneratedObjectThroughItsLife) {
  start();
  const auto created = run(mesh_route(Verb::kCreate, 80));
  ASSERT_EQ(created.outcome, "done") << created.reason;
  EXPECT_TRUE(created.status == 201 || created.status == 200);
  ASSERT_TRUE(wait_event("live", record::Event::kAdded));
  const auto again = run(mesh_route(Verb::kCreate, 80));
  EXPECT_EQ(again.resource_version, created.resource_version);  // Applying the same is no write.

  ok(client->patch(
      std::string(kMeshRoutes) + "live",
      R"({"metadata":{"labels":{"theirs":"1"}},"spec":{"targetRef":{"kind":"MeshSubset","tags":{"a":"b"}}}})"));
  const auto stale = run(mesh_route(Verb::kReplace, 81, created));
  EXPECT_EQ(stale.outcome, "conflict");
  ASSERT_TRUE(sink->wait_for(NoticeKind::kFresh));
  auto fresh = created;
  fresh.resource_version = sink->of(NoticeKind::kFresh).back().record.resource_version;
  EXPECT_NE(fresh.resource_version, created.resource_version);
  const auto replaced = run(mesh_route(Verb::kReplace, 81, fresh));
  ASSERT_EQ(replaced.outcome, "done") << replaced.reason;
  const auto now = json::parse(ok(client->get(std::string(kMeshRoutes) + "live")).body);
  EXPECT_EQ(now["metadata"]["labels"]["theirs"], "1");
  EXPECT_EQ(now["spec"]["targetRef"],
            (json{{"kind", "Mesh"}}));  // What others added to it is gone.

  EXPECT_EQ(run(mesh_route(Verb::kDelete, 0, created)).outcome, "conflict");
  EXPECT_EQ(run(mesh_route(Verb::kDelete, 0, replaced)).outcome, "done");
  ASSERT_TRUE(wait_event("live", record::Event::kDeleted));
  EXPECT_EQ(run(mesh_route(Verb::kDelete, 0, replaced)).outcome, "done");
  EXPECT_EQ(run(mesh_route(Verb::kReplace, 82, replaced)).outcome, "conflict");
}

TEST_P(Live, InvalidObjectsAreRefusedWithTheServersReason) {
  auto unknown_field = mesh_route(Verb::kCreate, 80);
  auto body = json::parse(unknown_field.body);
  body["spec"]["nonsense"] = true;
  unknown_field.body = body.dump();
  const auto refused = run(unknown_field);
  EXPECT_EQ(refused.outcome, "refused");
  EXPECT_THAT(refused.reason, HasSubstr("nonsense"));
  const auto wrong_type = run([] {
    auto operation = mesh_route(Verb::kCreate, 80);
    auto wrong = json::parse(operation.body);
    wrong["spec"]["to"] = "text";
    operation.body = wrong.dump();
    return operation;
  }());
  EXPECT_EQ(wrong_type.outcome, "refused");
  EXPECT_GE(wrong_type.status, 400);
}

TEST_P(Live, StatusAndFinalizerAreLockedByVersion) {
  start();
  const auto applied = ok(client->apply(
      std::string(kClasses) + "watch-live",
      R"({"apiVersion":"gateway.networking.k8s.io/v1","kind":"GatewayClass","metadata":{"name":"watch-live"},"spec":{"controllerName":"gateways.kuma.io/other"}})",
      "test"));
  const auto version = json::parse(applied.body)["metadata"]["resourceVersion"].get<std::string>();
  Operation finalizer;
  finalizer.verb = Verb::kFinalizer;
  finalizer.object = {"zone-1", "gateway.networking.k8s.io", "GatewayClass", "", "watch-live"};
  finalizer.api_version = "gateway.networking.k8s.io/v1";
  finalizer.body = json{{"metadata",
                         {{"resourceVersion", version},
                          {"finalizers", {"gateway-exists-finalizer.gateway.networking.k8s.io"}}}}}
                       .dump();
  const auto locked = run(finalizer);
  ASSERT_EQ(locked.outcome, "done") << locked.reason;
  Operation status = finalizer;
  status.verb = Verb::kStatus;
  const json condition{{"type", "Accepted"},      {"status", "True"},
                       {"reason", "Accepted"},    {"message", "m"},
                       {"observedGeneration", 1}, {"lastTransitionTime", "2026-01-01T00:00:00Z"}};
  const auto body = [&](const std::string& at) {
    return json{{"metadata", {{"resourceVersion", at}}}, {"status", {{"conditions", {condition}}}}}
        .dump();
  };
  status.body = body(version);
  const auto stale = run(status);
  EXPECT_EQ(stale.outcome, "conflict");
  EXPECT_EQ(stale.status, 409);
  status.body = body(locked.resource_version);
  const auto written = run(status);
  EXPECT_EQ(written.outcome, "done") << written.reason;
  const auto now = json::parse(ok(client->get(std::string(kClasses) + "watch-live")).body);
  EXPECT_EQ(now["status"]["conditions"][0]["status"], "True");
  EXPECT_EQ(now["metadata"]["finalizers"].size(), 1U);
}

TEST_P(Live, SecretCopy) {
  start();
  const json source{
      {"apiVersion", "v1"},
      {"kind", "Secret"},
      {"type", "kubernetes.io/tls"},
      {"metadata", {{"name", "cert"}, {"namespace", "watch-live"}}},
      {"data", {{"tls.key", kube::base64_encode("KEY")}, {"tls.crt", kube::base64_encode("CRT")}}}};
  ok(client->apply("/api/v1/namespaces/watch-live/secrets/cert", source.dump(), "test"));
  ASSERT_TRUE(wait_event("cert", record::Event::kAdded));
  Operation copy;
  copy.object = {"zone-1", "", "Secret", "kuma-system", "gapi-live"};
  copy.api_version = "v1";
  copy.body =
      R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"gapi-live","namespace":"kuma-system"},"type":"system.kuma.io/secret"})";
  copy.secret_ns = "watch-live";
  copy.secret_name = "cert";
  copy.secret_digest = test_secret_functions().digest("KEYCRT");
  const auto done = run(copy);
  ASSERT_EQ(done.outcome, "done") << done.reason;
  const auto now =
      json::parse(ok(client->get("/api/v1/namespaces/kuma-system/secrets/gapi-live")).body);
  EXPECT_EQ(now["data"]["value"], kube::base64_encode("KEYCRT"));
  copy.secret_digest = "test:other";
  EXPECT_EQ(run(copy).outcome, "conflict");
  for (const auto& notice : sink->all()) {
    EXPECT_EQ(notice.record.body.find(kube::base64_encode("KEY")), std::string::npos);
  }
}

TEST_P(Live, RestartResumesAndAnOldCursorLists) {
  start();
  std::string version;
  for (const auto& notice : sink->of(NoticeKind::kListEnd)) {
    if (notice.kind == "HTTPRoute") version = notice.resource_version;
  }
  edge->stop();
  ok(client->apply(
      std::string(kRoutes) + "live",
      R"({"apiVersion":"gateway.networking.k8s.io/v1","kind":"HTTPRoute","metadata":{"name":"live","namespace":"watch-live"},"spec":{"parentRefs":[{"name":"g"}]}})",
      "test"));
  connect();
  start({{"gateway.networking.k8s.io", "HTTPRoute", version}});
  ASSERT_TRUE(wait_event("live", record::Event::kAdded));  // What happened while nobody watched.
  for (const auto& notice : sink->of(NoticeKind::kListBegin)) EXPECT_NE(notice.kind, "HTTPRoute");
}

TEST_P(Live, CheckFindsNothingMissingForAnAdministrator) {
  for (const auto& finding : edge->check())
    EXPECT_TRUE(finding.ok) << finding.what << ": " << finding.detail;
  EXPECT_EQ(*edge->live_kuma_controller(), "");
  EXPECT_THAT(edge->describe(), HasSubstr("v1."));
}

std::vector<std::string> servers() {
  if (std::getenv(kVariable) != nullptr) return {"Sandbox", "Real"};
  return {"Sandbox"};
}

INSTANTIATE_TEST_SUITE_P(Servers, Live, ::testing::ValuesIn(servers()),
                         [](const auto& server) { return server.param; });

}  // namespace
}  // namespace pawprint::watch::tests
