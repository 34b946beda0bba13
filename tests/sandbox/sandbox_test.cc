// What only the sandbox has: faults, compaction, kinds that come and go, restarts, counters.
#include "tools/sandbox/sandbox.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/sandbox/client.h"
#include "tools/sandbox/table.h"

namespace pawprint::sandbox::test {
namespace {

constexpr const char* kRoutes = "httproutes.gateway.networking.k8s.io";
constexpr const char* kPath = "/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes";

Json route(const std::string& name) {
  return {{"apiVersion", "gateway.networking.k8s.io/v1"},
          {"kind", "HTTPRoute"},
          {"metadata", {{"name", name}, {"namespace", "default"}}},
          {"spec", {{"hostnames", Json::array({"a.example.com"})}}}};
}

class SandboxTest : public ::testing::Test {
 protected:
  void SetUp() override { start({}); }

  void start(Options options) {
    sandbox_.reset();
    auto started = Sandbox::start(std::move(options));
    ASSERT_TRUE(started.has_value()) << started.error().message;
    sandbox_ = std::move(*started);
    endpoint_ = read_kubeconfig(sandbox_->kubeconfig());
  }

  Watch watch(const std::string& query = "") {
    return Watch(endpoint_, std::string(kPath) + "?watch=1&timeoutSeconds=30" + query);
  }

  static std::string shown(const Json& event) {
    return text(event, "type") + " " + text(member(member(event, "object"), "metadata"), "name");
  }

  std::unique_ptr<Sandbox> sandbox_;
  Endpoint endpoint_;
};

TEST_F(SandboxTest, DirectCallsAndTheSocketSeeTheSame) {
  auto applied = sandbox_->apply(route("a"));
  ASSERT_TRUE(applied.has_value()) << applied.error().message;
  Reply over_http = send(endpoint_, {"GET", std::string(kPath) + "/a", ""});
  EXPECT_EQ(over_http.body, *applied);
  EXPECT_EQ(*sandbox_->get(kRoutes, "default", "a"), *applied);
  EXPECT_EQ(sandbox_->list(kRoutes)->size(), 1U);
  EXPECT_EQ(sandbox_->list(kRoutes, "kube-system")->size(), 0U);
  ASSERT_TRUE(sandbox_->remove(kRoutes, "default", "a").has_value());
  EXPECT_EQ(sandbox_->get(kRoutes, "default", "a").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(sandbox_->list("nothings").error().code, ErrorCode::kNotFound);
}

TEST_F(SandboxTest, YamlDocumentsAreAppliedInOrder) {
  auto applied = sandbox_->apply_yaml(
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n"
      "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: shop}\n"
      "spec: {ports: [{port: 80, name: \"80\"}]}\n");
  ASSERT_TRUE(applied.has_value()) << applied.error().message;
  EXPECT_EQ((*sandbox_->get("services", "shop", "s"))["spec"]["ports"][0]["name"], "80");
  auto bad =
      sandbox_->apply_yaml("apiVersion: example.com/v1\nkind: Nobody\nmetadata: {name: x}\n");
  EXPECT_EQ(bad.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(sandbox_->apply_yaml("a: [b").error().code, ErrorCode::kInvalid);
}

TEST_F(SandboxTest, AppliedStatusGoesThroughTheSubresource) {
  Json gateway_class = {{"apiVersion", "gateway.networking.k8s.io/v1"},
                        {"kind", "GatewayClass"},
                        {"metadata", {{"name", "c"}}},
                        {"spec", {{"controllerName", "example.com/c"}}}};
  Json condition = {{"type", "Accepted"},
                    {"status", "True"},
                    {"reason", "Accepted"},
                    {"message", ""},
                    {"lastTransitionTime", "2024-01-01T00:00:00Z"}};
  gateway_class["status"]["conditions"] = Json::array({condition});
  auto applied = sandbox_->apply(gateway_class);
  ASSERT_TRUE(applied.has_value()) << applied.error().message;
  EXPECT_EQ((*applied)["status"]["conditions"][0]["reason"], "Accepted");
}

TEST_F(SandboxTest, RequestsAreCounted) {
  sandbox_->clear_requests();
  send(endpoint_, {"GET", kPath, ""});
  send(endpoint_, {"GET", std::string(kPath) + "/none", ""});
  ASSERT_TRUE(sandbox_->apply(route("a")).has_value());
  EXPECT_EQ(sandbox_->count("list", kRoutes), 1U);
  RequestCounts expected = {
      {{"list", kRoutes, 200}, 1}, {{"get", kRoutes, 404}, 1}, {{"patch", kRoutes, 201}, 1}};
  EXPECT_EQ(sandbox_->requests(), expected);
  EXPECT_EQ(sandbox_->writes(), 1U);
  sandbox_->clear_requests();
  EXPECT_EQ(sandbox_->writes(), 0U);
}

TEST_F(SandboxTest, FaultsAnswerInsteadAndAreUsedUp) {
  Fault busy;
  busy.method = "GET";
  busy.path_prefix = kPath;
  busy.count = 2;
  busy.status = 429;
  busy.retry_after = 3;
  sandbox_->set_fault(busy);
  EXPECT_EQ(send(endpoint_, {"GET", "/api/v1/namespaces", ""}).status, 200);
  for (int i = 0; i < 2; ++i) {
    Reply reply = send(endpoint_, {"GET", kPath, ""});
    EXPECT_EQ(reply.status, 429);
    EXPECT_EQ(reply.headers["retry-after"], "3");
    EXPECT_EQ(reply.body["reason"], "TooManyRequests");
  }
  EXPECT_EQ(send(endpoint_, {"GET", kPath, ""}).status, 200);
}

TEST_F(SandboxTest, ResetsLoseTheRequestOrOnlyTheAnswer) {
  Fault reset;
  reset.method = "POST";
  sandbox_->set_fault(reset);
  Call create{"POST", kPath, route("a").dump()};
  EXPECT_EQ(send(endpoint_, create).status, 0);
  EXPECT_FALSE(sandbox_->get(kRoutes, "default", "a").has_value());
  reset.after_write = true;
  sandbox_->set_fault(reset);
  EXPECT_EQ(send(endpoint_, create).status, 0);
  EXPECT_TRUE(sandbox_->get(kRoutes, "default", "a").has_value());
}

TEST_F(SandboxTest, AnswersCanBeCutAnywhere) {
  Fault cut;
  cut.method = "PATCH";
  cut.cut_after = 40;
  sandbox_->set_fault(cut);
  Call change{"PATCH", std::string(kPath) + "/a?fieldManager=m", route("a").dump(),
              "application/apply-patch+yaml"};
  EXPECT_EQ(send(endpoint_, change).status, 0);
  EXPECT_TRUE(sandbox_->get(kRoutes, "default", "a").has_value());
  cut.method = "GET";
  cut.cut_after = 400;  // in the middle of the first event
  sandbox_->set_fault(cut);
  Watch stream = watch();
  EXPECT_EQ(stream.status(), 200);
  EXPECT_TRUE(stream.next().is_null());
  EXPECT_FALSE(stream.ended_cleanly());
}

TEST_F(SandboxTest, AnswersCanBeReplaced) {
  Fault odd;
  odd.status = 302;
  odd.body = "elsewhere";
  odd.content_type = "text/plain";
  odd.headers = {{"Location", "http://127.0.0.1:1/"}};
  sandbox_->set_fault(odd);
  Reply reply = send(endpoint_, {"GET", kPath, ""});
  EXPECT_EQ(reply.status, 302);
  EXPECT_EQ(reply.text, "elsewhere");
  EXPECT_EQ(reply.headers["location"], "http://127.0.0.1:1/");
}

TEST_F(SandboxTest, WatchesCanCarryAnything) {
  ASSERT_TRUE(sandbox_->apply(route("a")).has_value());
  Watch stream = watch();
  EXPECT_EQ(shown(stream.next()), "ADDED a");
  sandbox_->inject_into_watches("{\"type\":\"STRANGE\",\"object\":{}}\n");
  EXPECT_EQ(text(stream.next(), "type"), "STRANGE");
  ASSERT_TRUE(sandbox_->apply(route("b")).has_value());
  EXPECT_EQ(shown(stream.next()), "ADDED b");
}

TEST_F(SandboxTest, DelayedAnswersComeLate) {
  Fault slow;
  slow.status = 503;
  slow.delay = std::chrono::milliseconds(200);
  sandbox_->set_fault(slow);
  auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(send(endpoint_, {"GET", kPath, ""}).status, 503);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(200));
}

TEST_F(SandboxTest, DroppedWatchesBreak) {
  Watch stream = watch();
  ASSERT_EQ(stream.status(), 200);
  sandbox_->drop_watches();
  EXPECT_TRUE(stream.next().is_null());
  EXPECT_FALSE(stream.ended_cleanly());
}

TEST_F(SandboxTest, CompactionMakesCursorsExpire) {
  auto first = sandbox_->apply(route("a"));
  std::string cursor = text((*first)["metadata"], "resourceVersion");
  ASSERT_TRUE(sandbox_->apply(route("b")).has_value());
  EXPECT_EQ(shown(watch("&resourceVersion=" + cursor).next()), "ADDED b");
  sandbox_->compact();
  Json event = watch("&resourceVersion=" + cursor).next();
  EXPECT_EQ(event["object"]["code"], 410);
  Reply page = send(endpoint_, {"GET", std::string(kPath) + "?limit=1", ""});
  ASSERT_TRUE(sandbox_->apply(route("c")).has_value());
  sandbox_->compact();
  Reply next =
      send(endpoint_,
           {"GET", std::string(kPath) + "?limit=1&continue=" + page.metadata("continue"), ""});
  EXPECT_EQ(next.status, 410);
  EXPECT_EQ(next.body["reason"], "Expired");
}

TEST_F(SandboxTest, TheHistoryWindowIsBounded) {
  Options options;
  options.history = 3;
  start(options);
  auto first = sandbox_->apply(route("a"));
  std::string cursor = text((*first)["metadata"], "resourceVersion");
  for (const char* name : {"b", "c", "d"}) ASSERT_TRUE(sandbox_->apply(route(name)).has_value());
  EXPECT_EQ(shown(watch("&resourceVersion=" + cursor).next()), "ADDED b");
  ASSERT_TRUE(sandbox_->apply(route("e")).has_value());
  EXPECT_EQ(text(watch("&resourceVersion=" + cursor).next(), "type"), "ERROR");
}

TEST_F(SandboxTest, BookmarksComeInTheirInterval) {
  Options options;
  options.bookmark_interval = std::chrono::milliseconds(50);
  start(options);
  ASSERT_TRUE(sandbox_->apply(route("a")).has_value());
  std::string version =
      text((*sandbox_->get(kRoutes, "default", "a"))["metadata"], "resourceVersion");
  Watch with = watch("&allowWatchBookmarks=true&resourceVersion=" + version);
  EXPECT_EQ(text(with.next(), "type"), "BOOKMARK");
  EXPECT_EQ(text(with.next(), "type"), "BOOKMARK");
  Watch without = watch("&resourceVersion=" + version);
  EXPECT_TRUE(without.next(std::chrono::milliseconds(300)).is_null());
}

TEST_F(SandboxTest, KindsCanBeWithdrawn) {
  ASSERT_TRUE(sandbox_->apply(route("a")).has_value());
  Watch stream = watch();
  EXPECT_EQ(shown(stream.next()), "ADDED a");
  ASSERT_TRUE(sandbox_->serve(kRoutes, false).has_value());
  EXPECT_EQ(shown(stream.next()), "DELETED a");
  EXPECT_TRUE(stream.next().is_null());
  EXPECT_TRUE(stream.ended_cleanly());
  EXPECT_EQ(send(endpoint_, {"GET", kPath, ""}).status, 404);
  Reply resources = send(endpoint_, {"GET", "/apis/gateway.networking.k8s.io/v1", ""});
  EXPECT_EQ(resources.text.find("httproutes"), std::string::npos);
  ASSERT_TRUE(sandbox_->serve(kRoutes, true).has_value());
  Reply list = send(endpoint_, {"GET", kPath, ""});
  EXPECT_EQ(list.body["items"], Json::array());
  EXPECT_EQ(sandbox_->serve("nothings", true).error().code, ErrorCode::kNotFound);
}

TEST_F(SandboxTest, StateSurvivesARestart) {
  auto before = sandbox_->apply(route("a"));
  std::string cursor = text((*before)["metadata"], "resourceVersion");
  std::uint16_t port = sandbox_->port();
  Watch stream = watch();
  EXPECT_EQ(shown(stream.next()), "ADDED a");
  sandbox_->stop();
  EXPECT_TRUE(stream.next().is_null());
  EXPECT_FALSE(stream.ended_cleanly());
  EXPECT_EQ(send(endpoint_, {"GET", kPath, ""}).status, 0);
  ASSERT_TRUE(sandbox_->apply(route("b")).has_value()) << "direct calls work while stopped";
  ASSERT_TRUE(sandbox_->start_again().has_value());
  EXPECT_EQ(sandbox_->port(), port);
  EXPECT_EQ(send(endpoint_, {"GET", std::string(kPath) + "/a", ""}).body, *before);
  EXPECT_EQ(shown(watch("&resourceVersion=" + cursor).next()), "ADDED b");
}

TEST_F(SandboxTest, TheTokenIsDemanded) {
  Options options;
  options.token = "sesame";
  start(options);
  EXPECT_EQ(send(endpoint_, {"GET", kPath, ""}).status, 200);
  endpoint_.token = "guess";
  Reply refused = send(endpoint_, {"GET", kPath, ""});
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.body["reason"], "Unauthorized");
}

TEST_F(SandboxTest, RecordingsAreShownAsTheyWere) {
  Options options;
  options.read_only = true;
  options.initial_namespaces = false;
  start(options);
  EXPECT_EQ(sandbox_->list("namespaces")->size(), 0U);
  Json recorded = route("a");
  recorded["metadata"]["uid"] = "11111111-2222-4333-8444-555555555555";
  recorded["metadata"]["resourceVersion"] = "70000";
  recorded["status"]["parents"] = Json::array();
  Watch stream = watch();
  ASSERT_TRUE(sandbox_->place(recorded).has_value());
  EXPECT_EQ(stream.next()["object"], recorded);
  EXPECT_EQ(send(endpoint_, {"GET", std::string(kPath) + "/a", ""}).body, recorded);
  EXPECT_EQ(send(endpoint_, {"DELETE", std::string(kPath) + "/a", ""}).status, 403);
  EXPECT_EQ(send(endpoint_, {"POST", kPath, route("b").dump()}).status, 403);
  ASSERT_TRUE(sandbox_->displace(recorded).has_value());
  EXPECT_EQ(shown(stream.next()), "DELETED a");
  EXPECT_EQ(sandbox_->displace(recorded).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(sandbox_->place(recorded).has_value());
  EXPECT_EQ(text(stream.next()["object"]["metadata"], "resourceVersion"), "70002");
}

TEST_F(SandboxTest, GatewayInstancesGetAnAddress) {
  Json instance = {{"apiVersion", "kuma.io/v1alpha1"},
                   {"kind", "MeshGatewayInstance"},
                   {"metadata", {{"name", "i"}, {"namespace", "default"}}},
                   {"spec", {{"replicas", 1}}}};
  ASSERT_TRUE(sandbox_->apply(instance).has_value());
  Json stored = *sandbox_->get("meshgatewayinstances.kuma.io", "default", "i");
  EXPECT_EQ(text(stored["status"]["loadBalancer"]["ingress"][0], "ip").substr(0, 6), "10.89.");
  Options options;
  options.assign_addresses = false;
  start(options);
  ASSERT_TRUE(sandbox_->apply(instance).has_value());
  EXPECT_FALSE(sandbox_->get("meshgatewayinstances.kuma.io", "default", "i")->contains("status"));
}

TEST_F(SandboxTest, TheClockIsTheCallers) {
  Options options;
  options.clock = [] { return std::int64_t{1'700'000'000} * 1'000'000'000; };
  start(options);
  EXPECT_EQ((*sandbox_->apply(route("a")))["metadata"]["creationTimestamp"],
            "2023-11-14T22:13:20Z");
}

TEST_F(SandboxTest, DeletedNamespacesAreEmptiedAndEnd) {
  ASSERT_TRUE(sandbox_->apply_yaml("apiVersion: v1\nkind: Namespace\nmetadata: {name: gone}\n"));
  Json inside = route("a");
  inside["metadata"]["namespace"] = "gone";
  ASSERT_TRUE(sandbox_->apply(inside).has_value());
  Watch stream(endpoint_, "/apis/gateway.networking.k8s.io/v1/httproutes?watch=1");
  EXPECT_EQ(shown(stream.next()), "ADDED a");
  ASSERT_TRUE(sandbox_->remove("namespaces", "", "gone").has_value());
  EXPECT_EQ(shown(stream.next()), "DELETED a");
  EXPECT_EQ(sandbox_->get("namespaces", "", "gone").error().code, ErrorCode::kNotFound);
}

TEST_F(SandboxTest, ManyWritersLoseNoEvent) {
  Watch stream =
      watch("&resourceVersion=" +
            text(send(endpoint_, {"GET", kPath, ""}).body["metadata"], "resourceVersion"));
  std::vector<std::thread> writers;
  writers.reserve(4);
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([this, writer] {
      for (int i = 0; i < 25; ++i) {
        EXPECT_TRUE(sandbox_->apply(route("w" + std::to_string(writer) + "-" + std::to_string(i))));
      }
    });
  }
  unsigned long long last = 0;
  for (int i = 0; i < 100; ++i) {
    Json event = stream.next();
    ASSERT_EQ(text(event, "type"), "ADDED");
    unsigned long long now = std::stoull(text(event["object"]["metadata"], "resourceVersion"));
    EXPECT_GT(now, last);
    last = now;
  }
  for (std::thread& writer : writers) writer.join();
}

TEST(Table, AgesAreShort) {
  EXPECT_EQ(human_duration(-5), "0s");
  EXPECT_EQ(human_duration(119), "119s");
  EXPECT_EQ(human_duration(200), "3m20s");
  EXPECT_EQ(human_duration(3600), "60m");
  EXPECT_EQ(human_duration(14400), "4h");
  EXPECT_EQ(human_duration(180000), "2d2h");
  EXPECT_EQ(human_duration(34560000), "400d");
  EXPECT_EQ(human_duration(94694400), "3y1d");
}

TEST(SandboxStart, BadOptionsAreRefused) {
  Options nowhere;
  nowhere.crd_directory = "/nonexistent/crds";
  EXPECT_EQ(Sandbox::start(nowhere).error().code, ErrorCode::kNotFound);
  auto first = Sandbox::start({});
  ASSERT_TRUE(first.has_value());
  Options taken;
  taken.port = (*first)->port();
  EXPECT_EQ(Sandbox::start(taken).error().code, ErrorCode::kUnreachable);
}

TEST(SandboxStart, CrdFilesGiveTheCompiledInKinds) {
  Options options;
  options.crd_directory = PAWPRINT_CRDS;
  auto from_files = Sandbox::start(options);
  ASSERT_TRUE(from_files.has_value()) << from_files.error().message;
  auto compiled = Sandbox::start({});
  Request all;
  all.method = "GET";
  all.target = "/apis";
  all.accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  EXPECT_EQ((*from_files)->call(all).body, (*compiled)->call(all).body);
}

}  // namespace
}  // namespace pawprint::sandbox::test
