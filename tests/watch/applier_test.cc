// Operations against a scripted API server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "tests/watch/fixture.h"
#include "watch/apply/applier.h"
#include "watch/kube/base64.h"

namespace pawprint::watch::tests {
namespace {

using namespace std::chrono_literals;
using plan::Operation;
using plan::Verb;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kKuma = "kuma.io";

Operation operation(Verb verb, const std::string& name,
                    const std::string& body = R"({"spec":{"n":1}})") {
  Operation out;
  out.id = "1-" + name;
  out.digest = "planned-" + name;
  out.verb = verb;
  out.object = {"z", kKuma, "MeshHTTPRoute", "kuma-system", name};
  out.api_version = "kuma.io/v1alpha1";
  out.body = verb == Verb::kDelete ? "" : body;
  if (verb != Verb::kCreate) {
    out.uid = "u1";
    out.resource_version = "5";
  }
  return out;
}

std::string live(const std::string& uid, const std::string& version) {
  return R"({"apiVersion":"kuma.io/v1alpha1","kind":"MeshHTTPRoute","metadata":{"name":"a","namespace":"kuma-system","uid":")" +
         uid + R"(","resourceVersion":")" + version + R"(","labels":{"l":"1"}},"spec":{"n":0}})";
}

class Bench {
 public:
  explicit Bench(ScriptedServer::Handler handler, int writers = 2, bool read_only = false)
      : zone(std::move(handler)) {
    options.zone = "z";
    options.writers = writers;
    options.read_only = read_only;
    applier = std::make_unique<apply::Applier>(options, zone.access, zone.catalog, zone.secrets,
                                               zone.sink, kube::Pace{20ms, 100ms, 2s, 0.0});
  }
  /// Submits and waits for `count` answers.
  std::vector<record::Applied> run(std::vector<Operation> operations, int count) {
    applier->submit(std::move(operations));
    EXPECT_TRUE(zone.sink.wait_for(NoticeKind::kApplied, count));
    return answers();
  }
  record::Applied one(Operation single) { return run({std::move(single)}, 1).at(0); }
  std::vector<record::Applied> answers() {
    std::vector<record::Applied> out;
    for (const auto& notice : zone.sink.of(NoticeKind::kApplied)) {
      out.push_back(*record::decode_applied(notice.record.body));
    }
    return out;
  }

  Zone zone;
  ZoneOptions options;
  std::unique_ptr<apply::Applier> applier;
};

TEST(Applier, CreateIsServerSideApply) {
  std::string type, body;
  Bench bench([&](Exchange& exchange) {
    type = exchange.headers["content-type"];
    body = exchange.body;
    exchange.reply(201, live("u9", "17"));
  });
  const auto applied = bench.one(operation(Verb::kCreate, "a"));
  EXPECT_EQ(bench.zone.server.requests().at(0),
            "PATCH /apis/kuma.io/v1alpha1/namespaces/kuma-system/meshhttproutes/a"
            "?fieldManager=pawprint&fieldValidation=Strict&force=true");
  EXPECT_EQ(type, "application/apply-patch+yaml");
  EXPECT_EQ(body, R"({"spec":{"n":1}})");
  EXPECT_EQ(applied.outcome, "done");
  EXPECT_EQ(applied.operation, "1-a");
  EXPECT_EQ(applied.verb, "create");
  EXPECT_EQ(applied.status, 201);
  EXPECT_EQ(applied.uid, "u9");
  EXPECT_EQ(applied.resource_version, "17");
  EXPECT_EQ(applied.digest, "planned-a");
  EXPECT_EQ(applied.attempt, 1U);
  EXPECT_GT(applied.latency_us, 0);
}

TEST(Applier, ReplacePutsOverTheLiveObject) {
  std::string body;
  Bench bench([&](Exchange& exchange) {
    if (exchange.method == "PUT") body = exchange.body;
    exchange.reply(200, live("u1", exchange.method == "PUT" ? "6" : "5"));
  });
  const auto applied = bench.one(operation(Verb::kReplace, "a"));
  EXPECT_EQ(applied.outcome, "done");
  EXPECT_EQ(applied.resource_version, "6");
  EXPECT_THAT(body, HasSubstr(R"("labels":{"l":"1"})"));
  EXPECT_THAT(body, HasSubstr(R"("resourceVersion":"5")"));
  EXPECT_THAT(body, HasSubstr(R"("spec":{"n":1})"));
}

TEST(Applier, ReplaceOfAChangedOrGoneObjectIsAConflictWithTheFreshOne) {
  for (const auto& [uid, version] : {std::pair{"u2", "5"}, std::pair{"u1", "7"}}) {
    Bench bench([&](Exchange& exchange) { exchange.reply(200, live(uid, version)); });
    EXPECT_EQ(bench.one(operation(Verb::kReplace, "a")).outcome, "conflict");
    ASSERT_TRUE(bench.zone.sink.wait_for(NoticeKind::kFresh));
    const auto fresh = bench.zone.sink.of(NoticeKind::kFresh).at(0).record;
    EXPECT_EQ(fresh.body, live(uid, version));
    EXPECT_EQ(fresh.event, record::Event::kModified);
    EXPECT_EQ(bench.zone.server.count("PUT "), 0);
  }
  Bench bench([&](Exchange& exchange) { exchange.refuse(404, "NotFound", "gone"); });
  EXPECT_EQ(bench.one(operation(Verb::kReplace, "a")).outcome, "conflict");
  ASSERT_TRUE(bench.zone.sink.wait_for(NoticeKind::kFresh));
  EXPECT_EQ(bench.zone.sink.of(NoticeKind::kFresh).at(0).record.event, record::Event::kDeleted);
  EXPECT_EQ(bench.zone.sink.of(NoticeKind::kFresh).at(0).record.object.name, "a");
}

TEST(Applier, DeleteHasPreconditionsAndTakesGoneForDone) {
  std::string body;
  Bench bench([&](Exchange& exchange) {
    body = exchange.body;
    exchange.refuse(404, "NotFound", "gone");
  });
  const auto applied = bench.one(operation(Verb::kDelete, "a"));
  EXPECT_EQ(
      body,
      R"({"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"resourceVersion":"5","uid":"u1"}})");
  EXPECT_EQ(applied.outcome, "done");
  EXPECT_EQ(applied.status, 404);
  EXPECT_THAT(applied.reason, HasSubstr("gone"));
}

TEST(Applier, StatusAndFinalizerAreMergePatches) {
  std::string types;
  Bench bench(
      [&](Exchange& exchange) {
        if (exchange.method == "GET") return exchange.reply(200, live("u1", "8"));
        types += exchange.headers["content-type"] + " ";
        if (exchange.target.find("/status") != std::string::npos)
          return exchange.refuse(409, "Conflict", "changed");
        exchange.reply(200, live("u1", "9"));
      },
      1);
  const auto applied =
      bench.run({operation(Verb::kStatus, "a"), operation(Verb::kFinalizer, "a")}, 2);
  EXPECT_EQ(applied.at(0).outcome, "conflict");
  EXPECT_EQ(applied.at(0).status, 409);
  EXPECT_EQ(applied.at(1).outcome, "done");  // A finalizer does not supersede a status.
  EXPECT_EQ(types, "application/merge-patch+json application/merge-patch+json ");
  EXPECT_EQ(bench.zone.server.count("meshhttproutes/a/status?fieldManager=pawprint-status"), 1);
  EXPECT_EQ(bench.zone.server.count("meshhttproutes/a?fieldManager=pawprint"), 1);
  EXPECT_EQ(bench.zone.sink.of(NoticeKind::kFresh).at(0).record.resource_version, "8");
}

TEST(Applier, RefusalsAreFinal) {
  for (const int status : {400, 403, 422}) {
    Bench bench([&](Exchange& exchange) { exchange.refuse(status, "Nope", "because\nof this"); });
    const auto applied = bench.one(operation(Verb::kCreate, "a"));
    EXPECT_EQ(applied.outcome, "refused");
    EXPECT_EQ(applied.status, status);
    EXPECT_THAT(applied.reason, HasSubstr("Nope: because of this"));
    std::this_thread::sleep_for(100ms);
    EXPECT_EQ(bench.zone.server.requests().size(), 1U);
  }
}

TEST(Applier, ServerErrorsThatAreVerdictsAreFinal) {
  for (const char* message :
       {"failed to create typed patch object (a/b; kuma.io/v1alpha1, Kind=X): .spec.x: field not "
        "declared in schema",
        "admission webhook \"validator.kuma-admission.kuma.io\" denied the request: no"}) {
    Bench bench([&](Exchange& exchange) { exchange.refuse(500, "", message); });
    const auto applied = bench.one(operation(Verb::kCreate, "a"));
    EXPECT_EQ(applied.outcome, "refused");
    EXPECT_THAT(applied.reason, HasSubstr(message));
  }
}

TEST(Applier, RetriesHonourRetryAfterAndCount) {
  std::atomic<int> tries{0};
  Bench bench(
      [&](Exchange& exchange) {
        ++tries;
        if (tries == 1) return exchange.refuse(500, "InternalError", "failed calling webhook");
        if (tries == 2)
          return exchange.refuse(429, "TooManyRequests", "later", "Retry-After: 1\r\n");
        if (tries == 3 || tries == 4) return exchange.reset();
        exchange.reply(200, live("u1", "6"));
      },
      1);
  const auto before = std::chrono::steady_clock::now();
  const auto applied = bench.one(operation(Verb::kCreate, "a"));
  EXPECT_GE(std::chrono::steady_clock::now() - before, 1s);
  EXPECT_EQ(applied.outcome, "done");
  // A reset of an idle connection is made good within the same try; the next one is an honest loss.
  EXPECT_EQ(applied.attempt, 4U);
  EXPECT_EQ(tries, 5);
  EXPECT_THAT(bench.zone.sink.of(NoticeKind::kTrouble).at(0).reason,
              HasSubstr("failed calling webhook"));
}

TEST(Applier, NewerOperationSupersedesAWaitingRetry) {
  std::atomic<bool> up{false};
  Bench bench([&](Exchange& exchange) {
    if (!up) return exchange.refuse(503, "ServiceUnavailable", "down");
    exchange.reply(200, live("u1", "6"));
  });
  bench.applier->submit({operation(Verb::kCreate, "a", R"({"spec":{"n":1}})")});
  ASSERT_TRUE(bench.zone.sink.wait_for(NoticeKind::kTrouble));
  auto newer = operation(Verb::kCreate, "a", R"({"spec":{"n":2}})");
  newer.id = "2-a";
  up = true;
  const auto applied = bench.run({newer}, 2);
  ASSERT_EQ(applied.size(), 2U);
  // They are reported by two threads: in either order.
  const std::size_t newer_at = applied[0].operation == "2-a" ? 0 : 1;
  EXPECT_EQ(applied[newer_at].operation, "2-a");
  EXPECT_EQ(applied[newer_at].outcome, "done");
  const auto& older = applied[1 - newer_at];
  EXPECT_EQ(older.operation, "1-a");
  // The retry may win the race with the newer one.
  EXPECT_THAT(older.outcome, ::testing::AnyOf("superseded", "done"));
}

TEST(Applier, QueuedOperationOnABusyObjectIsSuperseded) {
  std::atomic<bool> release{false};
  std::atomic<int> in_flight{0}, most{0};
  Bench bench(
      [&](Exchange& exchange) {
        most = std::max(most.load(), ++in_flight);
        while (!release) std::this_thread::sleep_for(5ms);
        --in_flight;
        exchange.reply(200, live("u1", "6"));
      },
      4);
  bench.applier->submit({operation(Verb::kCreate, "a")});
  for (int i = 0; i < 100 && in_flight == 0; ++i) std::this_thread::sleep_for(10ms);
  auto second = operation(Verb::kCreate, "a"), third = operation(Verb::kDelete, "a");
  second.id = "2";
  third.id = "3";
  bench.applier->submit({second});
  bench.applier->submit({third});
  release = true;
  ASSERT_TRUE(bench.zone.sink.wait_for(NoticeKind::kApplied, 3));
  std::vector<std::string> outcomes;
  for (const auto& applied : bench.answers())
    outcomes.push_back(applied.operation + " " + applied.outcome);
  EXPECT_THAT(outcomes, ElementsAre("2 superseded", "1-a done", "3 done"));
  EXPECT_EQ(most, 1);
}

TEST(Applier, ObjectsGoInParallel) {
  std::atomic<int> in_flight{0}, most{0};
  Bench bench(
      [&](Exchange& exchange) {
        const int now = ++in_flight;
        int seen = most.load();
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        std::this_thread::sleep_for(50ms);
        --in_flight;
        exchange.reply(200, live("u1", "6"));
      },
      4);
  std::vector<Operation> many;
  for (int i = 0; i < 16; ++i) many.push_back(operation(Verb::kCreate, "o" + std::to_string(i)));
  EXPECT_EQ(bench.run(many, 16).size(), 16U);
  EXPECT_EQ(most, 4);
  EXPECT_LE(bench.zone.server.connections(), 4);
}

Operation secret_copy(const std::string& digest) {
  Operation copy = operation(Verb::kCreate, "gapi-shop-cert",
                             R"({"kind":"Secret","type":"system.kuma.io/secret"})");
  copy.object = {"z", "", "Secret", "kuma-system", "gapi-shop-cert"};
  copy.api_version = "v1";
  copy.secret_ns = "shop";
  copy.secret_name = "cert";
  copy.secret_joined = true;
  copy.secret_digest = digest;
  return copy;
}

TEST(Applier, SecretCopyChecksTheDigestAndSendsLiveBytes) {
  std::string sent;
  const std::string source =
      R"({"metadata":{"name":"cert","namespace":"shop"},"data":{"tls.key":")" +
      kube::base64_encode("KEY") + R"(","tls.crt":")" + kube::base64_encode("CRT") + "\"}}";
  const auto serve = [&](Exchange& exchange) {
    if (exchange.method == "GET") return exchange.reply(200, source);
    sent = exchange.body;
    exchange.reply(
        201, R"({"metadata":{"uid":"u","resourceVersion":"2"},"data":{"value":"S0VZCkNSVA=="}})");
  };
  const auto digest = test_secret_functions().digest("KEY\nCRT");
  Bench good(serve);
  const auto applied = good.one(secret_copy(digest));
  EXPECT_EQ(applied.outcome, "done");
  EXPECT_EQ(applied.uid, "u");
  EXPECT_THAT(sent, HasSubstr(R"("data":{"value":"S0VZCkNSVA=="})"));
  EXPECT_EQ(applied.digest, "planned-gapi-shop-cert");

  Bench changed(serve);
  sent.clear();
  const auto refused = changed.one(secret_copy("test:other"));
  EXPECT_EQ(refused.outcome, "conflict");
  EXPECT_EQ(refused.reason, "source Secret changed");
  EXPECT_EQ(sent, "");
  ASSERT_TRUE(changed.zone.sink.wait_for(NoticeKind::kFresh));
  const auto fresh = changed.zone.sink.of(NoticeKind::kFresh).at(0).record;
  EXPECT_EQ(fresh.encoding, record::Encoding::kSecretFacts);
  EXPECT_EQ(fresh.object.name, "cert");
}

TEST(Applier, MessagesAboutSecretsAreNotKept) {
  const std::string source =
      R"({"data":{"tls.key":")" + kube::base64_encode("KEY") + R"(","tls.crt":"Q1JU"}})";
  Bench bench([&](Exchange& exchange) {
    if (exchange.method == "GET") return exchange.reply(200, source);
    exchange.refuse(422, "Invalid", "data.value: S0VZ is bad");
  });
  const auto applied = bench.one(secret_copy(test_secret_functions().digest("KEY\nCRT")));
  EXPECT_EQ(applied.outcome, "refused");
  EXPECT_EQ(applied.reason, "Invalid (HTTP 422)");
}

TEST(Applier, ReadOnlySendsNothing) {
  Bench bench([](Exchange& exchange) { exchange.reply(200, "{}"); }, 2, true);
  EXPECT_EQ(bench.one(operation(Verb::kCreate, "a")).outcome, "dry-run");
  EXPECT_TRUE(bench.zone.server.requests().empty());
}

TEST(Applier, StopAnswersForEverythingWithinTwoSeconds) {
  Bench bench([](Exchange& exchange) { exchange.stay(20s); }, 1);
  bench.applier->submit(
      {operation(Verb::kCreate, "in-flight"), operation(Verb::kCreate, "waiting")});
  for (int i = 0; i < 100 && bench.zone.server.requests().empty(); ++i)
    std::this_thread::sleep_for(10ms);
  const auto before = std::chrono::steady_clock::now();
  bench.applier->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
  std::vector<std::string> outcomes;
  for (const auto& applied : bench.answers())
    outcomes.push_back(applied.operation + " " + applied.outcome);
  EXPECT_THAT(outcomes, ElementsAre("1-waiting failed", "1-in-flight unknown"));
  bench.applier->submit({operation(Verb::kCreate, "late")});
  EXPECT_EQ(bench.answers().size(), 3U);
}

}  // namespace
}  // namespace pawprint::watch::tests
