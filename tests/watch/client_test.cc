// The client against real sockets: TLS verification, retries, deadlines, stopping.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/watch/scratch.h"
#include "tests/watch/scripted_server.h"
#include "watch/kube/base64.h"
#include "watch/kube/client.h"

namespace pawprint::watch::kube {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using tests::Exchange;
using tests::Scratch;
using tests::ScriptedServer;

void answer_ok(Exchange& exchange) { exchange.reply(200, R"({"ok":true})"); }

Client client_for(const std::string& kubeconfig, ClientOptions options = {}) {
  auto client = Client::open(kubeconfig, "", std::move(options));
  EXPECT_TRUE(client) << (client ? "" : client.error().message);
  return std::move(*client);
}

std::string ca_line(const tests::Identity& authority) {
  return "    certificate-authority-data: " + base64_encode(authority.certificate) + "\n";
}

/// Connects with TLS and returns the error, or "" when it worked.
std::string tls_error(const std::vector<std::string>& names, const std::string& cluster_lines,
                      const tests::Identity& authority, int days = 1) {
  ScriptedServer server(answer_ok, tests::make_certificate(authority, names, days));
  const Scratch scratch;
  auto client = client_for(scratch.kubeconfig(server.url(), cluster_lines));
  const auto response = client.get("/");
  if (response) return response->status == 200 ? "" : "status";
  EXPECT_EQ(response.error().code, ErrorCode::kUnreachable);
  EXPECT_EQ(response.error().message.find('\n'), std::string::npos);
  return response.error().message;
}

TEST(Tls, AddressesAndNamesAreVerified) {
  const auto ca = tests::make_authority("ca"), other = tests::make_authority("other");
  EXPECT_EQ(tls_error({"IP:127.0.0.1"}, ca_line(ca), ca), "");
  EXPECT_EQ(tls_error({"DNS:api.test"}, ca_line(ca) + "    tls-server-name: api.test\n", ca), "");
  EXPECT_THAT(tls_error({"IP:127.0.0.1"}, ca_line(other), ca),
              HasSubstr("certificate verify failed"));
  EXPECT_THAT(tls_error({"IP:127.0.0.1"}, "", ca), HasSubstr("certificate verify failed"));
  EXPECT_THAT(tls_error({"IP:127.0.0.2"}, ca_line(ca), ca),
              HasSubstr("certificate verify failed: IP address mismatch"));
  EXPECT_THAT(tls_error({"DNS:api.test"}, ca_line(ca), ca), HasSubstr("certificate verify failed"));
  EXPECT_THAT(tls_error({"DNS:api.test"}, ca_line(ca) + "    tls-server-name: not.test\n", ca),
              HasSubstr("certificate verify failed: hostname mismatch"));
  EXPECT_THAT(tls_error({"IP:127.0.0.1"}, ca_line(ca), ca, -1),
              HasSubstr("certificate has expired"));
  EXPECT_EQ(tls_error({"DNS:x"}, "    insecure-skip-tls-verify: true\n", ca), "");
}

TEST(Tls, ClientCertificate) {
  const auto ca = tests::make_authority("ca");
  ScriptedServer server(answer_ok, tests::make_certificate(ca, {"IP:127.0.0.1"}), ca.certificate);
  const Scratch scratch;
  const auto mine = tests::make_certificate(ca, {});
  const std::string user = "    client-certificate-data: " + base64_encode(mine.certificate) +
                           "\n    client-key-data: " + base64_encode(mine.key) + "\n";
  auto with = client_for(scratch.kubeconfig(server.url(), ca_line(ca), user));
  auto response = with.get("/");
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, R"({"ok":true})");
  auto without = client_for(scratch.kubeconfig(server.url(), ca_line(ca)));
  EXPECT_FALSE(without.get("/"));
  const auto stranger = tests::make_certificate(ca, {});
  const std::string mixed = "    client-certificate-data: " + base64_encode(mine.certificate) +
                            "\n    client-key-data: " + base64_encode(stranger.key) + "\n";
  const auto refused = Client::open(scratch.kubeconfig(server.url(), ca_line(ca), mixed));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message,
              HasSubstr("client-key does not belong to client-certificate"));
}

TEST(Client, SendsWhatItShould) {
  std::string seen;
  ScriptedServer server([&](Exchange& exchange) {
    seen = exchange.headers["authorization"] + "|" + exchange.headers["accept"] + "|" +
           exchange.headers["accept-encoding"] + "|" + exchange.headers["content-type"] + "|" +
           exchange.body;
    exchange.reply(201, "{}");
  });
  const Scratch scratch;
  auto client = client_for(scratch.kubeconfig(server.url() + "/base"));
  const auto response = client.apply("/apis/x", "{\"a\":1}", "pawprint");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(seen, "Bearer t0ken|application/json|identity|application/apply-patch+yaml|{\"a\":1}");
  EXPECT_EQ(server.requests().at(0), "PATCH /base/apis/x?fieldManager=pawprint&force=true");
}

TEST(Client, OneConnectionIsUsedAgainAndReplacedWhenClosed) {
  std::atomic<int> served{0};
  ScriptedServer server([&](Exchange& exchange) {
    answer_ok(exchange);
    if (++served == 3) exchange.reset();
  });
  const Scratch scratch;
  auto client = client_for(scratch.kubeconfig(server.url()));
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(client.get("/")) << i;
  EXPECT_EQ(server.connections(), 2);
}

TEST(Client, RetriesOnlyWithRetryAfter) {
  std::atomic<int> served{0};
  ScriptedServer server([&](Exchange& exchange) {
    if (exchange.target == "/plain") return exchange.refuse(503, "X", "no header");
    if (++served < 2) return exchange.refuse(429, "TooManyRequests", "slow", "Retry-After: 1\r\n");
    answer_ok(exchange);
  });
  const Scratch scratch;
  auto client = client_for(scratch.kubeconfig(server.url()), {.retries = 3});
  const auto before = Clock::now();
  EXPECT_EQ(client.get("/limited")->status, 200);
  EXPECT_GE(Clock::now() - before, 1s);
  EXPECT_EQ(client.get("/plain")->status, 503);
  EXPECT_EQ(server.count("/plain"), 1);
}

TEST(Client, UnauthorizedReadsTheTokenAgainOnce) {
  const Scratch scratch;
  scratch.write("token", "old");
  ScriptedServer server([&](Exchange& exchange) {
    if (exchange.headers["authorization"] == "Bearer new") return answer_ok(exchange);
    scratch.write("token", "new");
    exchange.refuse(401, "Unauthorized", "no");
  });
  auto client = client_for(scratch.kubeconfig(server.url(), "", "    tokenFile: token\n"));
  EXPECT_EQ(client.get("/")->status, 200);
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST(Client, RefusedConnectionIsOneLine) {
  const Scratch scratch;
  int port = 0;
  {
    ScriptedServer gone(answer_ok);
    port = gone.port();
  }
  auto client = client_for(scratch.kubeconfig("http://127.0.0.1:" + std::to_string(port)));
  const auto response = client.get("/");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kUnreachable);
  EXPECT_THAT(response.error().message, HasSubstr("Connection refused"));
  EXPECT_FALSE(client.sent());
}

TEST(Client, UnknownHostIsOneLine) {
  const Scratch scratch;
  auto client = client_for(scratch.kubeconfig("http://no-such-host.invalid"));
  const auto response = client.get("/");
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, HasSubstr("cannot look up no-such-host.invalid"));
}

TEST(Client, DeadlineAndStopEndAHangingRequest) {
  ScriptedServer server([](Exchange& exchange) { exchange.stay(20s); });
  const Scratch scratch;
  const auto kubeconfig = scratch.kubeconfig(server.url());
  auto impatient = client_for(kubeconfig);
  Request request;
  request.target = "/";
  request.timeout = 200ms;
  auto before = Clock::now();
  const auto late = impatient.send(request);
  ASSERT_FALSE(late);
  EXPECT_THAT(late.error().message, HasSubstr("no answer in time"));
  EXPECT_LT(Clock::now() - before, 1500ms);

  std::stop_source stop;
  auto client = client_for(kubeconfig, {.retries = 5, .stop = stop.get_token()});
  std::jthread stopper([&] {
    std::this_thread::sleep_for(200ms);
    stop.request_stop();
  });
  before = Clock::now();
  EXPECT_FALSE(client.get("/"));
  EXPECT_LT(Clock::now() - before, 1500ms);
}

TEST(Client, BodyOverTheLimitIsRefused) {
  ScriptedServer server([](Exchange& exchange) { exchange.reply(200, std::string(100'000, 'x')); });
  const Scratch scratch;
  auto small = client_for(scratch.kubeconfig(server.url()), {.body_bytes = 99'999});
  const auto response = small.get("/");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kExhausted);
  auto enough = client_for(scratch.kubeconfig(server.url()), {.body_bytes = 100'000});
  EXPECT_EQ(enough.get("/")->body.size(), 100'000U);
}

}  // namespace
}  // namespace pawprint::watch::kube
