// List and watch of one kind against a server that misbehaves on purpose.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "tests/watch/fixture.h"

namespace pawprint::watch::tests {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

bool is_watch(const Exchange& exchange) { return exchange.parameter("watch") == "1"; }

/// An idle watch stream.
void idle(Exchange& exchange) {
  exchange.begin_stream();
  exchange.stay(20s);
}

std::vector<std::string> names(const std::vector<Notice>& notices) {
  std::vector<std::string> out;
  for (const auto& notice : notices) out.push_back(notice.record.object.name);
  return out;
}

TEST(Reflector, ListsPageByPageAndWatchesFromTheFirstPagesVersion) {
  Zone zone([](Exchange& exchange) {
    if (is_watch(exchange)) return idle(exchange);
    const auto next = exchange.parameter("continue");
    if (next.empty())
      return exchange.reply(200, list_of("70", {route("a", "5"), route("b", "6")}, "t1"));
    if (next == "t1") return exchange.reply(200, list_of("70", {}, "t2"));
    exchange.reply(200, list_of("70", {route("c", "7")}));
  });
  zone.reflect_routes();
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kListEnd));
  EXPECT_EQ(zone.sink.of(NoticeKind::kListBegin).at(0).reason, "start");
  const auto items = zone.sink.of(NoticeKind::kListItem);
  EXPECT_THAT(names(items), ElementsAre("a", "b", "c"));
  EXPECT_EQ(items[0].record.body, route("a", "5"));
  EXPECT_EQ(items[0].record.kind, record::Kind::kObserved);
  EXPECT_EQ(items[0].record.event, record::Event::kAdded);
  EXPECT_EQ(items[0].record.uid, "u-a");
  EXPECT_EQ(items[0].record.api_version, "gateway.networking.k8s.io/v1");
  EXPECT_EQ(items[0].record.object,
            (record::ObjectKey{"z", "gateway.networking.k8s.io", "HTTPRoute", "shop", "a"}));
  EXPECT_GT(items[0].record.time_ns, 0);
  const auto end = zone.sink.of(NoticeKind::kListEnd).at(0);
  EXPECT_EQ(end.items, 3U);
  EXPECT_EQ(end.resource_version, "70");
  for (int i = 0; i < 100 && zone.server.count("watch=1") == 0; ++i)
    std::this_thread::sleep_for(20ms);
  EXPECT_EQ(zone.server.count("limit=500&continue="), 2);
  EXPECT_EQ(zone.server.count("allowWatchBookmarks=true&resourceVersion=70&timeoutSeconds="), 1);
}

TEST(Reflector, ResumesFromTheCursorWithoutAList) {
  Zone zone([](Exchange& exchange) {
    ASSERT_TRUE(is_watch(exchange));
    EXPECT_EQ(exchange.parameter("resourceVersion"), "41");
    exchange.begin_stream();
    exchange.line(event("MODIFIED", route("a", "42")));
    exchange.stay(20s);
  });
  zone.reflect_routes("41");
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kEvent));
  const auto all = zone.sink.all();
  EXPECT_EQ(all[0].notice, NoticeKind::kResumed);
  EXPECT_EQ(all[0].resource_version, "41");
  EXPECT_EQ(all[1].record.event, record::Event::kModified);
  EXPECT_EQ(all[1].record.body, route("a", "42"));
}

TEST(Reflector, EventIsDeliveredWhenItsLineEndsHoweverItIsCut) {
  Zone zone([](Exchange& exchange) {
    exchange.begin_stream();
    for (const char c : event("ADDED", route("slow", "2")) + "\n") {
      exchange.chunk(std::string(1, c));
    }
    std::this_thread::sleep_for(50ms);
    exchange.chunk(event("ADDED", route("x", "3")) + "\n" + event("DELETED", route("y", "4")) +
                   "\n");
    exchange.stay(20s);
  });
  zone.reflect_routes("1");
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kEvent, 3));
  EXPECT_THAT(names(zone.sink.of(NoticeKind::kEvent)), ElementsAre("slow", "x", "y"));
  EXPECT_THAT(zone.sink.batches(), ElementsAre(1, 1, 2));  // Resumed, a lone event, two at once.
  EXPECT_EQ(zone.sink.of(NoticeKind::kEvent)[2].record.event, record::Event::kDeleted);
}

TEST(Reflector, BookmarksMoveTheCursorAcrossANormalEnd) {
  std::atomic<int> watches{0};
  Zone zone([&](Exchange& exchange) {
    ++watches;
    exchange.begin_stream();
    if (watches == 1) {
      exchange.line(bookmark("90"));
      return exchange.end_stream();
    }
    exchange.stay(20s);
  });
  zone.reflect_routes("10");
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kBookmark));
  EXPECT_EQ(zone.sink.of(NoticeKind::kBookmark).at(0).resource_version, "90");
  for (int i = 0; i < 100 && watches < 2; ++i) std::this_thread::sleep_for(20ms);
  EXPECT_EQ(zone.server.count("resourceVersion=90&"), 1);
  EXPECT_EQ(zone.server.count("limit="), 0);
  EXPECT_TRUE(zone.sink.of(NoticeKind::kTrouble).empty());
}

TEST(Reflector, GoneListsNotOlderThanTheCursorThenAnything) {
  Zone zone([](Exchange& exchange) {
    if (is_watch(exchange)) {
      if (exchange.parameter("resourceVersion") == "200") return idle(exchange);
      return exchange.refuse(410, "Expired", "too old");
    }
    if (!exchange.parameter("resourceVersion").empty())
      return exchange.refuse(410, "Expired", "still too old");
    exchange.reply(200, list_of("200", {route("a", "150")}));
  });
  zone.reflect_routes("30");
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kListEnd));
  EXPECT_EQ(zone.sink.of(NoticeKind::kListBegin).at(0).reason, "gone");
  EXPECT_EQ(zone.server.count("limit=500&resourceVersion=30&resourceVersionMatch=NotOlderThan"), 1);
  EXPECT_TRUE(zone.sink.of(NoticeKind::kTrouble).empty());
}

TEST(Reflector, ErrorEvent410ListsAgain) {
  Zone zone([](Exchange& exchange) {
    if (!is_watch(exchange)) return exchange.reply(200, list_of("60", {}));
    if (exchange.parameter("resourceVersion") == "60") return idle(exchange);
    exchange.begin_stream();
    // Apart from the header, so that all three lines arrive in one piece.
    std::this_thread::sleep_for(50ms);
    exchange.chunk(event("ADDED", route("kept", "31")) + "\n" + error_event(410, "Expired") + "\n" +
                   event("ADDED", route("after-error", "32")) + "\n");
    exchange.end_stream();
  });
  zone.reflect_routes("30");
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kListEnd));
  EXPECT_THAT(names(zone.sink.of(NoticeKind::kEvent)), ElementsAre("kept"));
  EXPECT_EQ(zone.server.count("resourceVersion=31&resourceVersionMatch=NotOlderThan"), 1);
}

TEST(Reflector, TooManyRequestsWatchesTheSameVersionAgain) {
  std::atomic<int> watches{0};
  Zone zone([&](Exchange& exchange) {
    ++watches;
    if (watches == 1) return exchange.refuse(429, "TooManyRequests", "later", "Retry-After: 1\r\n");
    if (watches == 2) {
      exchange.begin_stream();
      exchange.line(error_event(429, "TooManyRequests"));
      return exchange.end_stream();
    }
    idle(exchange);
  });
  const auto before = std::chrono::steady_clock::now();
  zone.reflect_routes("77");
  for (int i = 0; i < 300 && watches < 3; ++i) std::this_thread::sleep_for(20ms);
  EXPECT_GE(std::chrono::steady_clock::now() - before, 1s);
  EXPECT_EQ(zone.server.count("resourceVersion=77&"), 3);
  EXPECT_EQ(zone.server.count("limit="), 0);
  EXPECT_THAT(zone.sink.of(NoticeKind::kTrouble).at(0).reason,
              HasSubstr("TooManyRequests: later (HTTP 429)"));
}

TEST(Reflector, ServerErrorsListOnlyAfterThree) {
  std::atomic<int> watches{0};
  Zone zone([&](Exchange& exchange) {
    if (!is_watch(exchange)) return exchange.reply(200, list_of("60", {}));
    if (++watches > 4) return idle(exchange);
    exchange.begin_stream();
    exchange.line(error_event(500, "InternalError"));
    exchange.end_stream();
  });
  zone.reflect_routes("50");
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kListEnd));
  EXPECT_EQ(zone.sink.of(NoticeKind::kListBegin).at(0).reason, "error");
  EXPECT_EQ(zone.server.count("watch=1&allowWatchBookmarks=true&resourceVersion=50"), 4);
}

TEST(Reflector, ResetInMidLineGoesOnFromTheCursor) {
  std::atomic<int> watches{0};
  Zone zone([&](Exchange& exchange) {
    ++watches;
    exchange.begin_stream();
    if (watches == 1) {
      exchange.line(event("ADDED", route("a", "11")));
      exchange.chunk(event("ADDED", route("b", "12")).substr(0, 40));
      std::this_thread::sleep_for(50ms);
      return exchange.reset();
    }
    exchange.line(event("ADDED", route("b", "12")));
    exchange.stay(20s);
  });
  zone.reflect_routes("10");
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kEvent, 2));
  EXPECT_THAT(names(zone.sink.of(NoticeKind::kEvent)), ElementsAre("a", "b"));
  EXPECT_EQ(zone.server.count("resourceVersion=11&"), 1);
  EXPECT_FALSE(zone.sink.of(NoticeKind::kTrouble).empty());
}

TEST(Reflector, PoisonLineIsQuarantinedAndTheWatchGoesOn) {
  const std::string poison =
      R"({"type":"MODIFIED","object":{"kind":"HTTPRoute","metadata":{"name":"p","namespace":"shop","resourceVersion":"12"},"spec":tru}})";
  const std::string broken = R"({"type":"MODIFIED","object":{"metadata":{"name":"q")";
  Zone zone([&](Exchange& exchange) {
    exchange.begin_stream();
    exchange.chunk(poison + "\n" + broken + "\n" + event("ADDED", route("good", "13")) + "\n");
    exchange.stay(20s);
  });
  zone.reflect_routes("10");
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kEvent, 3));
  const auto events = zone.sink.of(NoticeKind::kEvent);
  EXPECT_EQ(events[0].record.kind, record::Kind::kQuarantined);
  EXPECT_EQ(events[0].record.encoding, record::Encoding::kRaw);
  EXPECT_THAT(events[0].record.body, HasSubstr("\"spec\":tru}"));
  EXPECT_EQ(events[0].record.object.name, "p");
  EXPECT_EQ(events[0].record.resource_version, "12");
  EXPECT_THAT(events[0].reason, HasSubstr("not JSON"));
  EXPECT_EQ(events[1].record.kind, record::Kind::kQuarantined);
  EXPECT_EQ(events[1].record.body, broken);
  EXPECT_EQ(events[2].record.kind, record::Kind::kObserved);
  EXPECT_EQ(zone.server.requests().size(), 1U);
}

TEST(Reflector, OversizeEventIsQuarantinedAndMovesTheCursor) {
  std::atomic<int> watches{0};
  const std::string huge =
      event("MODIFIED", route("huge", "20", R"(,"spec":")" + std::string(300'000, 'x') + "\""));
  Zone zone([&](Exchange& exchange) {
    exchange.begin_stream();
    if (++watches == 1) {
      exchange.line(huge);
      return exchange.end_stream();
    }
    exchange.stay(20s);
  });
  zone.event_bytes = 100'000;
  zone.reflect_routes("10");
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kEvent));
  const auto notice = zone.sink.of(NoticeKind::kEvent).at(0);
  EXPECT_EQ(notice.record.kind, record::Kind::kQuarantined);
  EXPECT_EQ(notice.record.object.name, "huge");
  EXPECT_EQ(notice.record.resource_version, "20");
  EXPECT_THAT(notice.record.body, HasSubstr("sha256:" + record::hex(record::sha256(huge))));
  EXPECT_LT(notice.record.body.size(), 500U);
  for (int i = 0; i < 100 && watches < 2; ++i) std::this_thread::sleep_for(20ms);
  EXPECT_EQ(zone.server.count("resourceVersion=20&"), 1);
}

TEST(Reflector, WatchBodiesHaveNoLimit) {
  // More than the 8 MiB at which Beast would stop by default, in one stream.
  Zone zone([&](Exchange& exchange) {
    exchange.begin_stream();
    for (int i = 1; i <= 120; ++i) {
      exchange.line(event("MODIFIED", route("r", std::to_string(i),
                                            R"(,"spec":")" + std::string(100'000, 'x') + "\"")));
    }
    exchange.stay(20s);
  });
  zone.reflect_routes("10");
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kEvent, 120, 30s));
  EXPECT_EQ(zone.server.requests().size(), 1U);
}

TEST(Reflector, ExpiredPageTokenStartsTheListOver) {
  std::atomic<int> expired{0};
  Zone zone([&](Exchange& exchange) {
    if (is_watch(exchange)) return idle(exchange);
    if (exchange.parameter("continue").empty()) {
      return exchange.reply(
          200, list_of(expired == 0 ? "5" : "9", {route("a", "1")}, expired == 0 ? "t" : ""));
    }
    ++expired;
    exchange.refuse(410, "Expired", "token");
  });
  zone.reflect_routes();
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kListEnd));
  EXPECT_EQ(zone.sink.of(NoticeKind::kListBegin).size(), 2U);
  EXPECT_EQ(zone.sink.of(NoticeKind::kListEnd).at(0).resource_version, "9");
  EXPECT_EQ(zone.sink.of(NoticeKind::kListEnd).at(0).items, 1U);
}

TEST(Reflector, LaterPagesAreWorthSomePatience) {
  std::atomic<int> tries{0};
  Zone zone([&](Exchange& exchange) {
    if (is_watch(exchange)) return idle(exchange);
    if (exchange.parameter("continue").empty())
      return exchange.reply(200, list_of("5", {route("a", "1")}, "t"));
    ++tries;
    if (tries == 1) return exchange.refuse(500, "InternalError", "hiccup");
    if (tries == 2) return exchange.reset();
    exchange.reply(200, list_of("5", {route("b", "2")}));
  });
  zone.reflect_routes();
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kListEnd));
  EXPECT_EQ(zone.sink.of(NoticeKind::kListBegin).size(), 1U);
  EXPECT_EQ(zone.sink.of(NoticeKind::kListEnd).at(0).items, 2U);
  EXPECT_TRUE(zone.sink.of(NoticeKind::kTrouble).empty());
}

TEST(Reflector, FailedFirstPageIsSaidAtOnceAndTriedAgain) {
  std::atomic<int> tries{0};
  Zone zone([&](Exchange& exchange) {
    if (is_watch(exchange)) return idle(exchange);
    if (++tries == 1) return exchange.refuse(503, "ServiceUnavailable", "starting");
    exchange.reply(200, list_of("5", {}));
  });
  zone.reflect_routes();
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kListEnd));
  EXPECT_THAT(zone.sink.of(NoticeKind::kTrouble).at(0).reason,
              HasSubstr("list of HTTPRoute: ServiceUnavailable: starting"));
  EXPECT_EQ(zone.sink.of(NoticeKind::kListBegin).size(), 1U);
}

TEST(Reflector, SecretBytesNeverReachANotice) {
  const std::string secret =
      R"({"metadata":{"name":"cert","namespace":"shop","uid":"u","resourceVersion":"3"},"data":{"tls.key":"U0VDUkVU"}})";
  Zone zone([&](Exchange& exchange) {
    if (!is_watch(exchange)) return exchange.reply(200, list_of("3", {secret}));
    exchange.begin_stream();
    exchange.chunk(event("MODIFIED", secret) + "\n" +
                   R"({"type":"MODIFIED","object":{"data":{"tls.key":"U0VDUkVU")" + "\n" +
                   R"({"type":"MODIFIED","object":{"metadata":{"name":"n"},"data":U0VDUkVU}})" +
                   "\n");
    exchange.stay(20s);
  });
  zone.reflect("", "Secret");
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kEvent, 3));
  EXPECT_EQ(zone.sink.of(NoticeKind::kListItem).at(0).record.encoding,
            record::Encoding::kSecretFacts);
  EXPECT_EQ(zone.sink.of(NoticeKind::kListItem).at(0).record.api_version, "v1");
  for (const auto& notice : zone.sink.all()) {
    EXPECT_EQ((notice.record.body + notice.reason).find("U0VDUkVU"), std::string::npos);
    EXPECT_EQ((notice.record.body + notice.reason).find("SECRET"), std::string::npos);
  }
  EXPECT_EQ(zone.sink.of(NoticeKind::kEvent)[1].record.kind, record::Kind::kQuarantined);
}

TEST(Reflector, DeniedSecretsCountAsAbsentAndComeLater) {
  std::atomic<bool> allowed{false};
  Zone zone([&](Exchange& exchange) {
    if (is_watch(exchange)) return idle(exchange);
    if (!allowed) return exchange.refuse(403, "Forbidden", "secrets is forbidden");
    exchange.reply(200, list_of("8", {}));
  });
  zone.reflect("", "Secret");
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kAbsent));
  EXPECT_THAT(zone.sink.of(NoticeKind::kTrouble).at(0).reason, HasSubstr("Forbidden (HTTP 403)"));
  allowed = true;
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kListEnd));
  EXPECT_EQ(zone.sink.of(NoticeKind::kAbsent).size(), 1U);
}

TEST(Reflector, SeveralNamespacesAreOneListAndOneKind) {
  std::atomic<int> gone{0};
  Zone zone([&](Exchange& exchange) {
    const bool first = exchange.path() == "/api/v1/namespaces/one/secrets";
    const std::string name = first ? "a" : "b";
    const std::string secret = R"({"metadata":{"name":")" + name +
                               R"(","namespace":"x","uid":"u","resourceVersion":"3"}})";
    if (exchange.path() == "/api/v1/namespaces/three/secrets")
      return exchange.refuse(403, "Forbidden", "no");
    if (!is_watch(exchange)) return exchange.reply(200, list_of(first ? "21" : "20", {secret}));
    if (!first && gone++ == 0) return exchange.refuse(410, "Expired", "old");
    idle(exchange);
  });
  zone.reflect("", "Secret", "17", {"one", "two", "three"});
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kListEnd, 2));
  const auto all = zone.sink.all();
  EXPECT_TRUE(zone.sink.of(NoticeKind::kResumed).empty());  // One cursor cannot stand for several.
  EXPECT_EQ(zone.sink.of(NoticeKind::kListEnd).at(0).items, 2U);
  for (const auto& notice : all)
    EXPECT_EQ(notice.resource_version, "") << static_cast<int>(notice.notice);
  EXPECT_EQ(zone.sink.of(NoticeKind::kListBegin).at(1).reason, "gone");
  EXPECT_TRUE(zone.sink.of(NoticeKind::kAbsent).empty());
}

TEST(Reflector, KindThatGoesIsAbsentOnlyWhenDiscoveryAgrees) {
  std::atomic<bool> served{false};
  Zone zone([&](Exchange& exchange) {
    if (exchange.path() == "/version") return exchange.reply(200, R"({"gitVersion":"v1"})");
    if (exchange.path() == "/apis") {
      return exchange.reply(
          200,
          R"({"groups":[{"name":"gateway.networking.k8s.io","versions":[{"version":"v1beta1"}]}]})");
    }
    if (exchange.path() == "/apis/gateway.networking.k8s.io/v1beta1" && served) {
      return exchange.reply(
          200,
          R"({"resources":[{"name":"httproutes","kind":"HTTPRoute","namespaced":true},{"name":"httproutes/status","kind":"HTTPRoute","namespaced":true}]})");
    }
    if (exchange.path() == "/apis/gateway.networking.k8s.io/v1beta1/httproutes") {
      if (is_watch(exchange)) return idle(exchange);
      return exchange.reply(200, list_of("4", {}));
    }
    exchange.refuse(404, "NotFound", "not here");
  });
  zone.reflect_routes("3");
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kAbsent));
  EXPECT_TRUE(zone.sink.of(NoticeKind::kListBegin).empty());
  served = true;
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kListEnd));
  EXPECT_EQ(zone.sink.of(NoticeKind::kAbsent).size(), 1U);
  EXPECT_EQ(zone.catalog.find("gateway.networking.k8s.io", "HTTPRoute")->version, "v1beta1");
}

TEST(Reflector, SilentConnectionIsGivenUp) {
  std::atomic<int> watches{0};
  Zone zone([&](Exchange& exchange) {
    ++watches;
    idle(exchange);
  });
  zone.timing.silence = 100ms;
  zone.reflect_routes("5");
  for (int i = 0; i < 200 && watches < 2; ++i) std::this_thread::sleep_for(20ms);
  EXPECT_GE(watches, 2);
  EXPECT_EQ(zone.server.count("limit="), 0);
}

TEST(Reflector, StopsWithinTwoSeconds) {
  Zone zone([](Exchange& exchange) { idle(exchange); });
  zone.reflect_routes("5");
  ASSERT_TRUE(zone.sink.wait_for(NoticeKind::kResumed));
  std::this_thread::sleep_for(100ms);
  const auto before = std::chrono::steady_clock::now();
  zone.stop.request_stop();
  zone.threads.clear();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 500ms);
}

}  // namespace
}  // namespace pawprint::watch::tests
