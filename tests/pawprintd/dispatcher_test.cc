#include "tools/pawprintd/dispatcher.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/pawprintd/support.h"

namespace pawprint::pawprintd::tests {
namespace {

using std::chrono::milliseconds;

class DispatcherTest : public testing::Test {
 protected:
  static plan::Operation operation(const std::string& id, plan::Verb verb, const std::string& kind,
                                   const std::string& version = "") {
    plan::Operation out;
    out.id = id;
    out.verb = verb;
    out.object = {"zone-1", "g", kind, "shop", "x"};
    out.resource_version = version;
    return out;
  }

  static record::Applied applied(const std::string& id, const std::string& outcome = "done",
                                 const std::string& version = "") {
    record::Applied out;
    out.operation = id;
    out.outcome = outcome;
    out.resource_version = version;
    return out;
  }

  /// Lists what is new, takes everything else as gone, and tells how many are sent.
  std::size_t next(const std::vector<plan::Operation>& due) {
    std::vector<plan::Operation> fresh;
    for (const auto& each : due) {
      if (listed_.insert(each.id).second) fresh.push_back(each);
    }
    dispatcher_->add(fresh);
    last_ = dispatcher_->next(
        [&](const plan::Operation& operation) {
          for (const auto& each : due) {
            if (each.id == operation.id)
              return paused_ ? plan::Standing::kWaits : plan::Standing::kDue;
          }
          return plan::Standing::kGone;
        },
        [this](const std::string&) { return connected_; }, now_);
    std::size_t sent = 0;
    for (const auto& [zone, operations] : last_.by_zone) sent += operations.size();
    return sent;
  }

  std::set<std::string> listed_;
  bool paused_ = false;
  std::optional<Dispatcher> dispatcher_{std::in_place};
  Dispatch last_;
  Clock::time_point now_ = Clock::now();
  bool connected_ = true;
};

TEST_F(DispatcherTest, SendsAnOperationOnceUntilItEnds) {
  const auto create = operation("1-1o", plan::Verb::kCreate, "MeshGateway");
  EXPECT_EQ(next({create}), 1U);
  EXPECT_EQ(next({create}), 0U);
  EXPECT_EQ(dispatcher_->in_flight("zone-1"), 1U);
  dispatcher_->ended(applied("1-1o"), now_);
  EXPECT_EQ(dispatcher_->in_flight("zone-1"), 0U);
}

TEST_F(DispatcherTest, RepeatsWhatFailedWithGrowingPauses) {
  const auto create = operation("1-1o", plan::Verb::kCreate, "MeshGateway");
  EXPECT_EQ(next({create}), 1U);
  for (const int seconds : {1, 2, 4}) {
    dispatcher_->ended(applied("1-1o", "unknown"), now_);
    now_ += milliseconds(seconds * 1000 - 1);
    EXPECT_EQ(next({create}), 0U) << seconds;
    ASSERT_TRUE(last_.wake.has_value());
    now_ = *last_.wake;
    EXPECT_EQ(next({create}), 1U) << seconds;
  }
}

TEST_F(DispatcherTest, KeepsOperationsForAZoneThatIsNotConnected) {
  connected_ = false;
  const auto create = operation("1-1o", plan::Verb::kCreate, "MeshGateway");
  EXPECT_EQ(next({create}), 0U);
  connected_ = true;
  EXPECT_EQ(next({create}), 1U);
}

TEST_F(DispatcherTest, KeepsWhatIsPausedAndDropsWhatIsGone) {
  const auto create = operation("1-1o", plan::Verb::kCreate, "MeshGateway");
  paused_ = true;
  EXPECT_EQ(next({create}), 0U);
  paused_ = false;
  EXPECT_EQ(next({create}), 1U);
  dispatcher_->ended(applied("1-1o"), now_);
  EXPECT_EQ(next({}), 0U);
  now_ += std::chrono::hours(1);
  EXPECT_EQ(next({create}), 0U) << "it was gone; the engine would give it another id";
}

TEST_F(DispatcherTest, KeepsTheOrderAndALimitInFlight) {
  dispatcher_.emplace(2);
  std::vector<plan::Operation> due;
  for (int i = 0; i < 5; ++i) {
    due.push_back(operation(std::to_string(i) + "-1o", plan::Verb::kCreate, "MeshHTTPRoute"));
    due.back().object.name = std::to_string(i);
  }
  EXPECT_EQ(next(due), 2U);
  EXPECT_EQ(last_.by_zone.at("zone-1").at(1).id, "1-1o");
  EXPECT_EQ(next(due), 0U);
  dispatcher_->ended(applied("0-1o"), now_);
  due.erase(due.begin());
  EXPECT_EQ(next(due), 1U);
  EXPECT_EQ(last_.by_zone.at("zone-1").at(0).id, "2-1o");
}

TEST_F(DispatcherTest, AFirstGatewayStatusGoesAtOnceAndTheNextHalfASecondLater) {
  EXPECT_EQ(next({operation("1-1s", plan::Verb::kStatus, "Gateway", "5")}), 1U);
  dispatcher_->ended(applied("1-1s", "done", "6"), now_);
  now_ += milliseconds(499);
  EXPECT_EQ(next({operation("2-1s", plan::Verb::kStatus, "Gateway", "6")}), 0U);
  EXPECT_EQ(last_.wake, now_ + milliseconds(1));
  now_ += milliseconds(1);
  EXPECT_EQ(next({operation("2-1s", plan::Verb::kStatus, "Gateway", "6")}), 1U);
}

TEST_F(DispatcherTest, ThirtySecondsOfChangesAreAtMostTwentyGatewayWrites) {
  int version = 5, writes = 0;
  const auto end = now_ + std::chrono::seconds(30);
  for (int change = 0; now_ < end; ++change, now_ += milliseconds(10)) {
    const std::string id = std::to_string(change) + "-1s";
    if (next({operation(id, plan::Verb::kStatus, "Gateway", std::to_string(version))}) == 0)
      continue;
    ++writes;
    dispatcher_->ended(applied(id, "done", std::to_string(++version)), now_);
  }
  EXPECT_LE(writes, 20);
  EXPECT_GE(writes, 10);
}

TEST_F(DispatcherTest, AfterAQuietTimeAGatewayStatusGoesAtOnceAgain) {
  EXPECT_EQ(next({operation("1-1s", plan::Verb::kStatus, "Gateway", "5")}), 1U);
  dispatcher_->ended(applied("1-1s", "done", "6"), now_);
  now_ += std::chrono::seconds(10);
  EXPECT_EQ(next({operation("2-1s", plan::Verb::kStatus, "Gateway", "6")}), 1U);
}

TEST_F(DispatcherTest, RouteStatusesAndGeneratedObjectsAreNotDelayed) {
  for (int i = 0; i < 50; ++i) {
    auto status = operation(std::to_string(i) + "-1s", plan::Verb::kStatus, "HTTPRoute", "5");
    status.object.name = std::to_string(i);
    auto create = operation(std::to_string(i) + "-2o", plan::Verb::kCreate, "MeshHTTPRoute");
    create.object.name = std::to_string(i);
    EXPECT_EQ(next({status, create}), 2U);
  }
}

TEST_F(DispatcherTest, WaitsUntilTheWatchHasShownTheLastWrite) {
  EXPECT_EQ(next({operation("1-1s", plan::Verb::kStatus, "HTTPRoute", "5")}), 1U);
  EXPECT_EQ(next({operation("2-1f", plan::Verb::kFinalizer, "HTTPRoute", "5")}), 0U)
      << "one is in flight";
  dispatcher_->ended(applied("1-1s", "done", "9"), now_);
  EXPECT_EQ(next({operation("2-1f", plan::Verb::kFinalizer, "HTTPRoute", "5")}), 0U)
      << "version 9 was not seen yet";
  EXPECT_EQ(next({operation("3-1f", plan::Verb::kFinalizer, "HTTPRoute", "9")}), 1U);
}

TEST_F(DispatcherTest, DoesNotWaitForEverForAnAnswer) {
  EXPECT_EQ(next({operation("1-1s", plan::Verb::kStatus, "HTTPRoute", "5")}), 1U);
  EXPECT_EQ(next({operation("2-1s", plan::Verb::kStatus, "HTTPRoute", "5")}), 0U);
  ASSERT_TRUE(last_.wake.has_value());
  now_ = *last_.wake;
  EXPECT_EQ(next({operation("2-1s", plan::Verb::kStatus, "HTTPRoute", "5")}), 1U);
}

}  // namespace
}  // namespace pawprint::pawprintd::tests
