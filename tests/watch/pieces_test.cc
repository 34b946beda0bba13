// The small parts of the edge that need no socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "watch/apply/body.h"
#include "watch/inspect.h"
#include "watch/kube/backoff.h"
#include "watch/kube/base64.h"
#include "watch/kube/paths.h"
#include "watch/kube/status.h"
#include "watch/reflect/json_span.h"
#include "watch/reflect/line_splitter.h"
#include "watch/reflect/object_head.h"
#include "watch/reflect/watch_event.h"

namespace pawprint::watch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Split {
  std::vector<std::string> lines;
  std::vector<std::pair<std::uint64_t, std::string>> oversize;
};

Split split(const std::vector<std::string>& pieces, std::uint64_t limit) {
  Split out;
  reflect::LineSplitter splitter(
      limit, [&](std::string_view line) { out.lines.emplace_back(line); },
      [&](const reflect::OversizeLine& line) {
        EXPECT_EQ(line.start.size(), limit);
        out.oversize.emplace_back(line.bytes, record::hex(line.digest));
      });
  for (const auto& piece : pieces) splitter.feed(piece);
  return out;
}

TEST(LineSplitter, EveryCutGivesTheSameLines) {
  const std::string text = "{\"a\":1}\n\n{\"bb\":\"xyz\"}\nrest-of-it\nunfinished";
  for (std::size_t first = 0; first <= text.size(); ++first) {
    for (std::size_t second = first; second <= text.size(); ++second) {
      const auto out = split(
          {text.substr(0, first), text.substr(first, second - first), text.substr(second)}, 100);
      ASSERT_THAT(out.lines, ElementsAre("{\"a\":1}", "{\"bb\":\"xyz\"}", "rest-of-it"))
          << "cuts at " << first << " and " << second;
    }
  }
}

TEST(LineSplitter, LinesAtAndOverTheLimitAtEveryCut) {
  const std::string at_limit(8, 'x'), over(9, 'y'), far_over(40, 'z');
  const std::string text = at_limit + "\n" + over + "\n" + far_over + "\nok\n";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const auto out = split({text.substr(0, cut), text.substr(cut)}, 8);
    ASSERT_THAT(out.lines, ElementsAre(at_limit, "ok")) << "cut at " << cut;
    ASSERT_EQ(out.oversize.size(), 2U);
    EXPECT_EQ(out.oversize[0], std::make_pair(std::uint64_t{9}, record::hex(record::sha256(over))));
    EXPECT_EQ(out.oversize[1],
              std::make_pair(std::uint64_t{40}, record::hex(record::sha256(far_over))));
  }
}

TEST(WatchLine, ObjectIsExactlyAsReceived) {
  const std::string object = R"({ "metadata" : {"name":"a","x":"}]\"" } , "n": 1.50e3 })";
  const std::string line = R"( {"type":"MODIFIED", "object": )" + object + "  } ";
  const auto parts = reflect::parse_watch_line(line);
  EXPECT_EQ(parts.type, reflect::LineType::kObject);
  EXPECT_EQ(parts.event, record::Event::kModified);
  EXPECT_EQ(parts.object, object);
}

TEST(WatchLine, EveryPrefixIsBadAndNeverAWholeEvent) {
  const std::string line =
      R"({"type":"ADDED","object":{"metadata":{"resourceVersion":"7","name":"n"}}})";
  ASSERT_EQ(reflect::parse_watch_line(line).type, reflect::LineType::kObject);
  for (std::size_t size = 0; size < line.size(); ++size) {
    EXPECT_EQ(reflect::parse_watch_line(line.substr(0, size)).type, reflect::LineType::kBad)
        << size;
  }
  EXPECT_EQ(reflect::parse_watch_line(line + "x").type, reflect::LineType::kBad);
}

TEST(WatchLine, VersionIsReadFromWhatIsThere) {
  const std::string line =
      R"({"type":"ADDED","object":{"kind":"K","metadata":{"name":"n","resourceVersion":"712","uid":"u"},"spec":{"long":")" +
      std::string(100, 'x');
  const auto parts = reflect::guess_watch_line(line);
  const auto head = reflect::guess_head(parts.object);
  EXPECT_EQ(head.resource_version, "712");
  EXPECT_EQ(head.name, "n");
  EXPECT_EQ(parts.event, record::Event::kAdded);
  // Cut within the number: half a version is worse than none.
  const std::string shorter = line.substr(0, line.find("712") + 2);
  const auto cut = reflect::guess_watch_line(shorter);
  EXPECT_EQ(reflect::guess_head(cut.object).resource_version, "");
}

TEST(ObjectHead, RefusesWhatIsNoObject) {
  EXPECT_FALSE(reflect::read_head("[]"));
  EXPECT_FALSE(reflect::read_head(R"({"metadata":{"name":"a"},})"));
  EXPECT_FALSE(reflect::read_head("{\"metadata\":{\"name\":\"\xff\"}}"));
  EXPECT_FALSE(reflect::read_head(R"({"kind":"X"})"));
  const std::string deep = std::string(600, '[') + std::string(600, ']');
  const auto too_deep = reflect::read_head(R"({"metadata":{"name":"a"},"spec":)" + deep + "}");
  ASSERT_FALSE(too_deep);
  EXPECT_THAT(too_deep.error().message, HasSubstr("512"));
  const auto head =
      reflect::read_head(R"({"metadata":{"name":"\u0061b","namespace":"n","uid":"u"}})");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->name, "ab");
}

TEST(ListPage, ItemsAndToken) {
  const auto page = reflect::parse_list_page(
      R"({"kind":"L","apiVersion":"v1","metadata":{"resourceVersion":"12","continue":"a\u003d=b"},"items":[{"a":1}, {"b":[1]} ]})");
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->resource_version, "12");
  EXPECT_EQ(page->next, "a==b");
  EXPECT_THAT(page->items, ElementsAre(R"({"a":1})", R"({"b":[1]})"));
  const auto empty =
      reflect::parse_list_page(R"({"metadata":{"resourceVersion":"1"},"items":null})");
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->items.empty());
  EXPECT_FALSE(
      reflect::parse_list_page(R"({"kind":"Table","metadata":{"resourceVersion":"1"},"rows":[]})"));
  EXPECT_FALSE(reflect::parse_list_page(R"({"metadata":{},"items":[]})"));
  EXPECT_FALSE(reflect::parse_list_page(R"({"metadata":{"resourceVersion":"1"},"items":[{"a":1})"));
}

TEST(Backoff, DoublesUpToTheCapAndForgets) {
  kube::Pace pace;
  pace.jitter = 0;
  kube::Backoff backoff(pace, 1);
  auto now = kube::Clock::now();
  std::vector<kube::Millis::rep> waits;
  for (int i = 0; i < 8; ++i) {
    const auto wait = backoff.next(now);
    waits.push_back(wait.count());
    now += wait;
  }
  EXPECT_THAT(waits, ElementsAre(800, 1600, 3200, 6400, 12800, 25600, 30000, 30000));
  EXPECT_EQ(backoff.next(now + std::chrono::seconds(121)).count(), 800);
}

TEST(Backoff, JitterAtMostDoublesAndRetryAfterWins) {
  kube::Backoff backoff({}, 7);
  const auto now = kube::Clock::now();
  const auto first = backoff.next(now);
  EXPECT_GE(first.count(), 800);
  EXPECT_LE(first.count(), 1600);
  EXPECT_EQ(backoff.next(now, std::chrono::seconds(20)).count(), 20000);
  EXPECT_LE(backoff.next(now, std::chrono::seconds(900)).count(), 300000);
}

TEST(RetryPolicy, HeaderAndStatuses) {
  EXPECT_EQ(kube::parse_retry_after(" 12 "), std::chrono::seconds(12));
  EXPECT_EQ(kube::parse_retry_after("99999999999999999999"), std::chrono::seconds(300));
  EXPECT_EQ(kube::parse_retry_after("Fri, 31 Dec 1999 23:59:59 GMT"), std::nullopt);
  EXPECT_EQ(kube::parse_retry_after(""), std::nullopt);
  EXPECT_EQ(kube::parse_retry_after("-1"), std::nullopt);
  for (const int status : {429, 500, 502, 503, 504})
    EXPECT_TRUE(kube::asks_retry(status)) << status;
  for (const int status : {200, 400, 401, 403, 404, 409, 410, 422})
    EXPECT_FALSE(kube::asks_retry(status)) << status;
}

TEST(Base64, RoundTripAndRefusals) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    ASSERT_EQ(kube::base64_decode(kube::base64_encode(bytes)), bytes) << i;
    bytes.push_back(static_cast<char>(i * 7));
  }
  EXPECT_EQ(kube::base64_encode("ab"), "YWI=");
  EXPECT_EQ(kube::base64_decode("YW\nI="), "ab");
  for (const char* bad : {"YWI", "YWI==", "Y===", "YW=I", "YW!=", "A"}) {
    EXPECT_EQ(kube::base64_decode(bad), std::nullopt) << bad;
  }
}

TEST(Paths, Resources) {
  const record::Discovery::Resource route{"gateway.networking.k8s.io", "v1", "HTTPRoute",
                                          "httproutes", true};
  const record::Discovery::Resource mesh{"kuma.io", "v1alpha1", "Mesh", "meshes", false};
  const record::Discovery::Resource secret{"", "v1", "Secret", "secrets", true};
  EXPECT_EQ(kube::resource_path(route, "shop", "cart"),
            "/apis/gateway.networking.k8s.io/v1/namespaces/shop/httproutes/cart");
  EXPECT_EQ(kube::resource_path(mesh, "ignored", "a/b"), "/apis/kuma.io/v1alpha1/meshes/a%2Fb");
  EXPECT_EQ(kube::resource_path(secret, ""), "/api/v1/secrets");
  EXPECT_EQ(kube::query({{"a", "x=y&z"}, {"b", "1"}}), "?a=x%3Dy%26z&b=1");
}

TEST(Status, OneCleanLine) {
  const auto text = kube::describe_answer(
      403, R"({"kind":"Status","reason":"Forbidden","message":"no\nway\u0007","code":403})");
  EXPECT_EQ(text, "Forbidden: no way (HTTP 403)");
  EXPECT_EQ(kube::describe_answer(502, "<html>"), "HTTP 502");
  EXPECT_EQ(kube::one_line(std::string(499, 'a') + "\xc3\xa9", 500), std::string(499, 'a') + "...");
  EXPECT_TRUE(
      kube::parse_status(
          R"({"kind":"Status","code":504,"details":{"causes":[{"reason":"ResourceVersionTooLarge"}]}})")
          .too_new);
}

TEST(Body, ReplacementKeepsOthersMetadata) {
  const auto body = apply::replacement(
      R"({"kind":"MeshGateway","mesh":"old","metadata":{"name":"a","uid":"u","resourceVersion":"5","labels":{"theirs":"1","ours":"old"},"annotations":{"kuma.io/display-name":"a"},"finalizers":["f"]},"spec":{"was":1},"status":{"s":1}})",
      R"({"kind":"MeshGateway","mesh":"new","metadata":{"name":"a","labels":{"ours":"new"},"annotations":{"x":"y"}},"spec":{"is":2}})");
  ASSERT_TRUE(body);
  EXPECT_EQ(
      *body,
      R"({"kind":"MeshGateway","mesh":"new","metadata":{"annotations":{"kuma.io/display-name":"a","x":"y"},"finalizers":["f"],"labels":{"ours":"new","theirs":"1"},"name":"a","resourceVersion":"5","uid":"u"},"spec":{"is":2},"status":{"s":1}})");
}

TEST(Body, SecretIsJoinedAsAsked) {
  const auto secret = [](const char* key) {
    return R"({"data":{"tls.key":")" + kube::base64_encode(key) + R"(","tls.crt":")" +
           kube::base64_encode("CRT") + "\"}}";
  };
  EXPECT_EQ(*apply::key_and_certificate(secret("KEY"), false), "KEYCRT");
  EXPECT_EQ(*apply::key_and_certificate(secret("KEY"), true), "KEY\nCRT");
  EXPECT_EQ(*apply::key_and_certificate(secret("KEY\n"), true), "KEY\nCRT");
  const auto missing = apply::key_and_certificate(R"({"data":{"tls.key":"c2VjcmV0"}})", true);
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, ::testing::Not(HasSubstr("c2VjcmV0")));
}

TEST(Lease, LiveOnlyWithinTwiceItsDuration) {
  const std::string lease =
      R"({"spec":{"holderIdentity":"kuma-cp-1","leaseDurationSeconds":15,"renewTime":"2026-08-22T10:14:00.123456Z"}})";
  const auto renewed = parse_utc("2026-08-22T10:14:00Z");
  ASSERT_TRUE(renewed);
  EXPECT_EQ(*renewed, 1787393640);
  EXPECT_EQ(live_holder(lease, *renewed + 30), "kuma-cp-1");
  EXPECT_EQ(live_holder(lease, *renewed + 31), "");
  EXPECT_EQ(live_holder(R"({"spec":{"holderIdentity":""}})", 0), "");
  EXPECT_FALSE(parse_utc("2026-02-30T00:00:00Z"));
  EXPECT_FALSE(parse_utc("yesterday"));
}

}  // namespace
}  // namespace pawprint::watch
