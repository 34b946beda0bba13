#include "watch/edge.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <stop_token>
#include <thread>

#include "watch/apply/applier.h"
#include "watch/inspect.h"
#include "watch/kinds.h"
#include "watch/kube/access.h"
#include "watch/kube/client.h"
#include "watch/kube/discovery.h"
#include "watch/reflect/observe.h"
#include "watch/reflect/reflector.h"
#include "watch/reflect/shared.h"

namespace pawprint::watch {
namespace {

constexpr int kConcurrentLists = 2;
constexpr int kQuestionRetries = 4;

class KubeEdge final : public Edge {
 public:
  KubeEdge(ZoneOptions options, SecretFunctions secrets, Sink& sink,
           std::shared_ptr<kube::Access> access, kube::Served served)
      : options_(std::move(options)),
        secrets_(std::move(secrets)),
        sink_(sink),
        access_(std::move(access)),
        discovery_(served.discovery),
        version_(served.version),
        catalog_(std::move(served), wanted_kinds(), [this](const auto& found) { tell(found); }),
        turns_(watched_kinds().size()),
        gate_(kConcurrentLists),
        shared_{options_.zone,       access_, catalog_, sink_, secrets_, turns_, gate_, {},
                options_.event_bytes},
        applier_(options_, access_, catalog_, secrets_, sink_) {}

  ~KubeEdge() override { stop(); }

  const record::Discovery& discovery() const override { return discovery_; }

  std::string describe() const override {
    return fmt::format("{} at {}", version_, access_->target().server);
  }

  Result<std::string> live_kuma_controller() override {
    auto client = questions();
    return watch::live_kuma_controller(client, options_, catalog_.served());
  }

  Result<std::string> kuma_zone_name() override {
    auto client = questions();
    return watch::kuma_zone_name(client);
  }

  std::vector<Finding> check() override {
    auto client = questions();
    return check_zone(client, options_, catalog_.served(), describe());
  }

  void start(const std::vector<ResumePoint>& cursors) override {
    tell(catalog_.discovery());
    const std::lock_guard lock(mutex_);
    if (!threads_.empty() || stop_.stop_requested()) return;
    std::size_t index = 0;
    for (const auto& kind : watched_kinds()) {
      reflect::Assignment assignment;
      assignment.group = kind.group;
      assignment.kind = kind.kind;
      assignment.index = index++;
      assignment.optional_access = !kind.required;
      for (const auto& cursor : cursors) {
        if (cursor.group == kind.group && cursor.kind == kind.kind) {
          assignment.cursor = cursor.resource_version;
        }
      }
      if (kind.kind == "Secret") place_secrets(assignment);
      threads_.emplace_back(
          [this, assignment] { reflect::Reflector(shared_, assignment, stop_.get_token()).run(); });
    }
  }

  void submit(std::vector<plan::Operation> operations) override {
    applier_.submit(std::move(operations));
  }

  void stop() override {
    stop_.request_stop();
    applier_.stop();
    const std::lock_guard lock(mutex_);
    threads_.clear();
  }

 private:
  /// The copies live in the system namespace, so that one is always read.
  void place_secrets(reflect::Assignment& assignment) const {
    const std::string& own = options_.system_namespace;
    assignment.namespaces = options_.secret_namespaces;
    auto& list = assignment.namespaces;
    if (list.empty()) {
      if (!own.empty()) assignment.fallback = {own};
    } else if (!own.empty() && std::find(list.begin(), list.end(), own) == list.end()) {
      list.push_back(own);
    }
  }

  kube::Client questions() {
    return kube::Client(access_, {.retries = kQuestionRetries, .stop = stop_.get_token()});
  }

  void tell(const record::Discovery& found) {
    Notice notice;
    notice.notice = NoticeKind::kDiscovery;
    notice.zone = options_.zone;
    notice.discovery = found;
    notice.record.time_ns = reflect::wall_clock_ns();
    sink_.deliver({std::move(notice)});
  }

  const ZoneOptions options_;
  const SecretFunctions secrets_;
  Sink& sink_;
  const std::shared_ptr<kube::Access> access_;
  const record::Discovery discovery_;
  const std::string version_;
  kube::Catalog catalog_;
  reflect::Turns turns_;
  reflect::ListGate gate_;
  const reflect::Shared shared_;
  std::stop_source stop_;
  apply::Applier applier_;
  std::mutex mutex_;
  std::vector<std::jthread> threads_;
};

}  // namespace

Result<std::unique_ptr<Edge>> Edge::connect(ZoneOptions options, SecretFunctions secrets,
                                            Sink& sink) {
  if (!secrets.facts || !secrets.digest) {
    return fail(ErrorCode::kInternal, "the edge needs both Secret functions");
  }
  auto target = kube::load_target(options.kubeconfig, options.context);
  if (!target) return tl::unexpected(target.error());
  auto access = kube::Access::create(std::move(*target));
  if (!access) return tl::unexpected(access.error());
  kube::Client client(*access, {.retries = kQuestionRetries, .retry_unreachable = false});
  auto served = kube::discover(client, wanted_kinds());
  if (!served) return tl::unexpected(served.error());
  return std::make_unique<KubeEdge>(std::move(options), std::move(secrets), sink,
                                    std::move(*access), std::move(*served));
}

}  // namespace pawprint::watch
