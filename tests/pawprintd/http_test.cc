// The HTTP server over real sockets, with a made-up source.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/pawprintd/support.h"
#include "tools/serve/metrics.h"
#include "tools/serve/query.h"
#include "tools/serve/server.h"

namespace pawprint::serve::tests {
namespace {

using pawprintd::tests::Scratch;
using testing::HasSubstr;
using Json = nlohmann::json;

class FakeSource final : public Source {
 public:
  explicit FakeSource(std::filesystem::path store) : store_(std::move(store)) {
    ZoneView zone;
    zone.state.name = "zone-1";
    zone.state.synced = zone.connected = true;
    view_.zones = {zone};
    view_.head.seq = 7;
    view_.oldest = 1;
  }
  [[nodiscard]] std::shared_ptr<const View> view() const override {
    return std::make_shared<View>(view_);
  }
  Result<std::unique_ptr<store::Reader>> reader() const override {
    return store::Reader::open(store_);
  }
  [[nodiscard]] std::string metrics() const override { return "x 1\n"; }

  View view_;

 private:
  std::filesystem::path store_;
};

class HttpTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = Server::start("127.0.0.1", 0, source_);
    ASSERT_TRUE(started.has_value());
    server_ = std::move(*started);
  }

  /// Sends raw bytes and reads until the server closes.
  std::string raw(const std::string& request) {
    const int socket = connect();
    ::send(socket, request.data(), request.size(), MSG_NOSIGNAL);
    std::string answer = rest(socket);
    ::close(socket);
    return answer;
  }
  std::string get(const std::string& target, const std::string& host = "localhost") {
    return raw("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
  }
  static int status(const std::string& answer) {
    return answer.size() < 12 ? 0 : std::stoi(answer.substr(9, 3));
  }
  static Json body(const std::string& answer) {
    return Json::parse(answer.substr(answer.find("\r\n\r\n") + 4));
  }

  int connect() {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->port());
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    EXPECT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const timeval limit{20, 0};
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return socket;
  }
  static std::string rest(int socket) {
    std::string out;
    char part[4096];
    for (ssize_t got = 0; (got = ::recv(socket, part, sizeof part, 0)) > 0;)
      out.append(part, static_cast<std::size_t>(got));
    return out;
  }

  Scratch scratch_;
  FakeSource source_{scratch_.path() / "store"};
  std::unique_ptr<Server> server_;
};

TEST_F(HttpTest, ReadyNeedsAWritableLogAndOneSyncedZone) {
  EXPECT_EQ(status(get("/readyz")), 200);
  source_.view_.log_writable = false;
  source_.view_.log_error = "no space";
  EXPECT_EQ(status(get("/readyz")), 503);
  EXPECT_THAT(get("/readyz"), HasSubstr("[-] log writable: no space"));
  source_.view_.log_writable = true;
  source_.view_.zones[0].state.synced = false;
  EXPECT_EQ(status(get("/readyz")), 503);
  ZoneView second = source_.view_.zones[0];
  second.state.name = "zone-2";
  second.state.synced = true;
  source_.view_.zones.push_back(second);
  EXPECT_EQ(status(get("/readyz")), 200) << "one zone is enough";
  EXPECT_THAT(get("/readyz?verbose"), HasSubstr("[-] zone zone-1: not synced\n[+] zone zone-2"));
  source_.view_.stopping = true;
  EXPECT_EQ(status(get("/readyz")), 503);
  EXPECT_EQ(status(get("/livez")), 200);
  EXPECT_EQ(status(get("/startupz")), 200);
}

TEST_F(HttpTest, StatusAndZonesAreTheAnswersOfTheCommandLine) {
  const Json answer = body(get("/api/v1/status"));
  EXPECT_EQ(answer["kind"], "Status");
  EXPECT_EQ(answer["head"]["seq"], 7);
  EXPECT_EQ(answer["coverage"], "full");
  EXPECT_EQ(answer["zones"], Json({"zone-1"}));
  const Json zones = body(get("/api/v1/zones"));
  EXPECT_EQ(zones["zones"][0]["name"], "zone-1");
  EXPECT_EQ(zones["zones"][0]["synced"], true);
  EXPECT_EQ(status(get("/api/v1/zones?name=zone-9")), 404);
}

TEST_F(HttpTest, GetReadsTheLogAndFollowsIt) {
  auto writer = store::Writer::open(scratch_.path() / "store");
  ASSERT_TRUE(writer.has_value());
  std::vector<record::Record> group(1);
  group[0].kind = record::Kind::kConfig;
  record::Config config = pawprintd::tests::config_of_zone();
  config.assume_synced = true;
  group[0].body = record::encode(config);
  group.push_back(pawprintd::tests::service("a", "ua", "5"));
  ASSERT_TRUE((*writer)->append(group).has_value());
  EXPECT_EQ(body(get("/api/v1/get?type=services"))["items"].size(), 1U);
  std::vector<record::Record> more{pawprintd::tests::service("b", "ub", "6")};
  ASSERT_TRUE((*writer)->append(more).has_value());
  EXPECT_EQ(body(get("/api/v1/get?type=services"))["items"].size(), 2U);
  EXPECT_EQ(body(get("/api/v1/get?type=services&at=@2"))["items"].size(), 1U);
  EXPECT_EQ(body(get("/api/v1/get?type=service&name=b&n=shop"))["metadata"]["name"], "b");
  EXPECT_EQ(status(get("/api/v1/get?type=service&name=c&n=shop")), 404);
  EXPECT_EQ(status(get("/api/v1/get?type=services&at=@99")), 416);
  EXPECT_EQ(status(get("/api/v1/get?type=servces")), 400);
  EXPECT_EQ(status(get("/api/v1/get?typ=services")), 400);
  EXPECT_THAT(get("/api/v1/get?typ=services"), HasSubstr("did you mean type?"));
}

TEST_F(HttpTest, OnlyGetIsAnswered) {
  for (const char* method : {"POST", "PUT", "DELETE", "HEAD", "OPTIONS"}) {
    EXPECT_EQ(status(raw(std::string(method) +
                         " /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")),
              405)
        << method;
  }
}

TEST_F(HttpTest, OnLoopbackTheHostMustBeLoopback) {
  for (const char* good : {"localhost", "127.0.0.1:8420", "[::1]:1", "[::1]"})
    EXPECT_EQ(status(get("/livez", good)), 200) << good;
  for (const char* bad :
       {"evil.example", "127.0.0.1.evil.example", "localhost.evil:80", "", "[::2]"}) {
    EXPECT_EQ(status(get("/livez", bad)), 403) << bad;
  }
}

TEST_F(HttpTest, RefusesWhatIsTooLargeOrBroken) {
  EXPECT_EQ(status(raw("GET /livez HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(9000, 'a') +
                       "\r\n\r\n")),
            431);
  EXPECT_EQ(status(raw("GET /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello")),
            413);
  EXPECT_EQ(status(raw("GET /livez HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
                       "chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n")),
            400);
  EXPECT_EQ(status(raw("nonsense\r\n\r\n")), 400);
  EXPECT_EQ(status(get("/api/v1/get?type=%zz")), 400);
  EXPECT_EQ(status(get("/livez")), 200) << "it still answers";
}

TEST_F(HttpTest, TheConnectionsAreLimited) {
  std::vector<int> open;
  open.reserve(64);
  for (int i = 0; i < 64; ++i) open.push_back(connect());
  ASSERT_TRUE(pawprintd::tests::wait_for([&] { return get("/livez").empty(); }));
  for (const int socket : open) ::close(socket);
  EXPECT_TRUE(pawprintd::tests::wait_for([&] { return status(get("/livez")) == 200; }));
}

TEST_F(HttpTest, AConnectionThatSaysNothingIsClosed) {
  const auto began = std::chrono::steady_clock::now();
  const int silent = connect();
  EXPECT_EQ(rest(silent), "");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(15));
  ::close(silent);
}

TEST_F(HttpTest, AnswersCarryTheProtectiveHeaders) {
  const std::string answer = get("/livez");
  for (const char* header :
       {"X-Content-Type-Options: nosniff", "Content-Security-Policy: default-src 'none'",
        "Referrer-Policy: no-referrer", "Cache-Control: no-store"}) {
    EXPECT_THAT(answer, HasSubstr(header));
  }
  EXPECT_THAT(answer, testing::Not(HasSubstr("Access-Control")));
}

TEST(HttpStart, ATakenPortIsOneLine) {
  const Scratch scratch;
  FakeSource source(scratch.path());
  auto first = Server::start("127.0.0.1", 0, source);
  ASSERT_TRUE(first.has_value());
  const auto second = Server::start("127.0.0.1", (*first)->port(), source);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kUnreachable);
  EXPECT_FALSE(Server::start("localhost.invalid", 0, source).has_value());
}

TEST(Query, DecodesAndRefuses) {
  const auto target = parse_target("/a%20b?x=1+2&y=%41&flag");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->path, "/a b");
  EXPECT_EQ(target->get("x"), "1 2");
  EXPECT_EQ(target->get("y"), "A");
  EXPECT_TRUE(target->has("flag"));
  for (const char* bad : {"/%", "/%4", "/%g0", "/?a=%0a", "/?a=1&a=2"})
    EXPECT_FALSE(parse_target(bad).has_value()) << bad;
}

TEST(MetricsText, IsPrometheusExposition) {
  Metrics metrics;
  metrics.declare("b_total", Metrics::Type::kCounter, "B.");
  metrics.declare("a_seconds", Metrics::Type::kHistogram, "A.");
  metrics.add("b_total", {{"zone", "a\"b\\c\n"}});
  metrics.add("b_total", {{"zone", "a\"b\\c\n"}}, 2);
  metrics.observe("a_seconds", 0.0004);
  metrics.observe("a_seconds", 99);
  const std::string text = metrics.text();
  EXPECT_THAT(
      text,
      HasSubstr("# HELP b_total B.\n# TYPE b_total counter\nb_total{zone=\"a\\\"b\\\\c\\n\"} 3\n"));
  EXPECT_THAT(text,
              HasSubstr("a_seconds_bucket{le=\"0.00025\"} 0\na_seconds_bucket{le=\"0.0005\"} 1\n"));
  EXPECT_THAT(
      text,
      HasSubstr("a_seconds_bucket{le=\"+Inf\"} 2\na_seconds_sum 99.0004\na_seconds_count 2\n"));
}

}  // namespace
}  // namespace pawprint::serve::tests
