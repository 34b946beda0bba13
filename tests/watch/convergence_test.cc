// Whatever happens to connections and servers, what the notices tell ends as what the server has.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <condition_variable>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <thread>

#include "tests/watch/collector.h"
#include "tests/watch/scratch.h"
#include "tools/sandbox/sandbox.h"
#include "watch/edge.h"
#include "watch/kinds.h"
#include "watch/reflect/reflector.h"

namespace pawprint::watch::tests {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

/// What a reader of the notices believes to exist; forgets nothing but what it is told to.
class Mirror final : public Sink {
 public:
  void deliver(std::vector<Notice> notices) override {
    const std::lock_guard lock(mutex_);
    for (const auto& notice : notices) take(notice);
    wake_.notify_all();
  }

  bool wait(const std::function<bool()>& ready, std::chrono::milliseconds limit = 20s) {
    std::unique_lock lock(mutex_);
    return wake_.wait_for(lock, limit, ready);
  }
  /// Versions by "Kind namespace/name". Only inside wait().
  [[nodiscard]] const std::map<std::string, std::string>& objects() const { return objects_; }
  [[nodiscard]] int count(NoticeKind kind) const {
    return counts_.at(static_cast<std::size_t>(kind));
  }
  [[nodiscard]] int lists_of(const std::string& kind) const {
    const auto found = lists_.find(kind);
    return found == lists_.end() ? 0 : found->second;
  }
  /// Kinds that were listed, resumed or found absent.
  [[nodiscard]] std::size_t settled() const { return settled_.size(); }
  [[nodiscard]] const std::map<std::string, std::string>& cursors() const { return cursors_; }

 private:
  void take(const Notice& notice) {
    ++counts_.at(static_cast<std::size_t>(notice.notice));
    const std::string& kind = notice.kind;
    switch (notice.notice) {
      case NoticeKind::kListBegin:
        ++lists_[kind];
        listed_[kind].clear();
        break;
      case NoticeKind::kListItem:
        listed_[kind].insert(name(notice));
        objects_[name(notice)] = notice.record.resource_version;
        break;
      case NoticeKind::kListEnd:
        std::erase_if(objects_, [&](const auto& entry) {
          return entry.first.starts_with(kind + " ") && !listed_[kind].contains(entry.first);
        });
        settled_.insert(kind);
        cursors_[kind] = notice.resource_version;
        break;
      case NoticeKind::kEvent:
        cursors_[kind] = notice.resource_version;
        if (notice.record.event == record::Event::kDeleted) {
          objects_.erase(name(notice));
        } else {
          objects_[name(notice)] = notice.record.resource_version;
        }
        break;
      case NoticeKind::kAbsent:
        std::erase_if(objects_,
                      [&](const auto& entry) { return entry.first.starts_with(kind + " "); });
        settled_.insert(kind);
        break;
      case NoticeKind::kResumed:
        settled_.insert(kind);
        break;
      case NoticeKind::kBookmark:
        cursors_[kind] = notice.resource_version;
        break;
      case NoticeKind::kDiscovery:
      case NoticeKind::kTrouble:
      case NoticeKind::kApplied:
      case NoticeKind::kFresh:
        break;
    }
  }

  static std::string name(const Notice& notice) {
    return notice.kind + " " + notice.record.object.ns + "/" + notice.record.object.name;
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, std::string> objects_, cursors_;
  std::map<std::string, std::set<std::string>> listed_;
  std::map<std::string, int> lists_;
  std::set<std::string> settled_;
  std::array<int, 16> counts_{};
};

class Convergence : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = sandbox::Sandbox::start({});
    ASSERT_TRUE(started) << started.error().message;
    cluster = std::move(*started);
  }

  void connect(const std::vector<ResumePoint>& cursors = {}) {
    ZoneOptions options;
    options.zone = "z";
    options.kubeconfig = scratch.write("kubeconfig", cluster->kubeconfig());
    options.system_namespace = "kuma-system";
    auto made = Edge::connect(options, test_secret_functions(), mirror);
    ASSERT_TRUE(made) << made.error().message;
    edge = std::move(*made);
    edge->start(cursors);
    ASSERT_TRUE(mirror.wait([&] { return mirror.settled() == watched_kinds().size(); }));
  }

  void write_route(int number, int value) {
    const json route{{"apiVersion", "gateway.networking.k8s.io/v1"},
                     {"kind", "HTTPRoute"},
                     {"metadata",
                      {{"name", "r" + std::to_string(number)},
                       {"namespace", "default"},
                       {"labels", {{"v", std::to_string(value)}}}}},
                     {"spec", {{"parentRefs", {{{"name", "g"}}}}}}};
    ASSERT_TRUE(cluster->apply(route));
  }

  /// The server's HTTPRoutes as the mirror should have them.
  std::map<std::string, std::string> truth() {
    std::map<std::string, std::string> out;
    const auto routes = *cluster->list("httproutes.gateway.networking.k8s.io");
    for (const auto& route : routes) {
      out["HTTPRoute " + route["metadata"]["namespace"].get<std::string>() + "/" +
          route["metadata"]["name"].get<std::string>()] =
          route["metadata"]["resourceVersion"].get<std::string>();
    }
    return out;
  }

  [[nodiscard]] bool mirrors(const std::map<std::string, std::string>& wanted) const {
    std::map<std::string, std::string> routes;
    for (const auto& entry : mirror.objects()) {
      if (entry.first.starts_with("HTTPRoute ")) routes.insert(entry);
    }
    return routes == wanted;
  }

  void expect_converged() {
    const auto wanted = truth();
    EXPECT_TRUE(mirror.wait([&] { return mirrors(wanted); }))
        << "not equal to the server's " << wanted.size();
  }

  Scratch scratch;
  Mirror mirror;
  std::unique_ptr<sandbox::Sandbox> cluster;
  std::unique_ptr<Edge> edge;
};

/// One reflector that does not wait long, so that many failures fit into a test.
class Hasty {
 public:
  Hasty(const std::string& kubeconfig, Sink& sink) : sink_(sink) {
    access_ = *kube::Access::create(*kube::load_target(kubeconfig, ""));
    kube::Client client(access_, {});
    catalog_ = std::make_unique<kube::Catalog>(*kube::discover(client, wanted_kinds()),
                                               wanted_kinds(), kube::Catalog::Changed{});
    thread_ = std::jthread([this](const std::stop_token& stop) {
      reflect::Timing timing;
      timing.pace = {kube::Millis{1}, kube::Millis{8}, kube::Millis{20}, 1.0};
      timing.absent_poll = kube::Millis{50};
      const reflect::Shared shared{"z", access_, *catalog_, sink_, secrets_, turns_, gate_, timing};
      reflect::Assignment assignment;
      assignment.group = kGatewayGroup;
      assignment.kind = "HTTPRoute";
      reflect::Reflector(shared, assignment, stop).run();
    });
  }

 private:
  Sink& sink_;
  std::shared_ptr<kube::Access> access_;
  std::unique_ptr<kube::Catalog> catalog_;
  SecretFunctions secrets_ = test_secret_functions();
  reflect::Turns turns_{1};
  reflect::ListGate gate_{2};
  std::jthread thread_;
};

TEST_F(Convergence, ThroughLostConnectionsCompactionAndOutage) {
  const Hasty hasty(scratch.write("kubeconfig", cluster->kubeconfig()), mirror);
  std::mt19937 random(20260822);
  const auto pick = [&](int bound) {
    return static_cast<int>(random() % static_cast<unsigned>(bound));
  };
  for (int step = 0; step < 1500; ++step) {
    const int number = pick(30), what = pick(100);
    if (what < 70) {
      write_route(number, step);
    } else if (what < 90) {
      (void)cluster->remove("httproutes.gateway.networking.k8s.io", "default",
                            "r" + std::to_string(number));
    } else if (what < 94) {
      cluster->drop_watches();
    } else if (what < 96) {
      cluster->drop_watches();
      cluster->compact();
    } else if (what < 98) {
      sandbox::Fault busy;
      busy.method = "GET";
      busy.count = 2;
      busy.status = pick(2) == 0 ? 503 : 0;
      cluster->set_fault(busy);
      cluster->drop_watches();
    } else {
      cluster->stop();
      std::this_thread::sleep_for(std::chrono::milliseconds(pick(30)));
      ASSERT_TRUE(cluster->start_again());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(pick(4)));
    if (step % 300 != 299) continue;
    cluster->clear_faults();
    expect_converged();
  }
  // The faults must have been felt: lists after compaction, trouble after outages.
  EXPECT_GT(mirror.lists_of("HTTPRoute"), 3);
  EXPECT_GT(mirror.count(NoticeKind::kTrouble), 10);
  EXPECT_GT(mirror.count(NoticeKind::kEvent), 200);
}

TEST_F(Convergence, RestartsGoOnWithoutAListAndMissNothing) {
  for (int i = 0; i < 20; ++i) write_route(i, 0);
  connect();
  for (int restart = 0; restart < 5; ++restart) {
    edge->stop();
    for (int i = 0; i < 20; i += 3) write_route(i, restart + 1);
    (void)cluster->remove("httproutes.gateway.networking.k8s.io", "default",
                          "r" + std::to_string(restart));
    std::vector<ResumePoint> cursors;
    for (const auto& kind : watched_kinds()) {
      cursors.push_back({std::string(kind.group), std::string(kind.kind),
                         mirror.cursors().at(std::string(kind.kind))});
    }
    connect(cursors);
    expect_converged();
  }
  EXPECT_EQ(mirror.lists_of("HTTPRoute"), 1);
}

TEST_F(Convergence, KindThatIsWithdrawnAndServedAgain) {
  write_route(1, 1);
  connect();
  ASSERT_TRUE(cluster->serve("httproutes.gateway.networking.k8s.io", false));
  ASSERT_TRUE(mirror.wait([&] { return mirror.count(NoticeKind::kAbsent) > 0; }));
  EXPECT_TRUE(mirror.wait([&] { return mirrors({}); }));
  EXPECT_TRUE(mirror.wait([&] { return mirror.count(NoticeKind::kDiscovery) == 2; }));
  edge->stop();  // Looking for it again takes 30 s; a new start finds it at once.
  ASSERT_TRUE(cluster->serve("httproutes.gateway.networking.k8s.io", true));
  write_route(2, 2);
  connect();
  expect_converged();
}

}  // namespace
}  // namespace pawprint::watch::tests
