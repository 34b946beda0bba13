// Sends operations through a few connections and reports each one's end.
//
// Threads: options.writers of them (none with read_only), started by the constructor. They block on
// sockets and in Sink::deliver.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "watch/apply/attempt.h"
#include "watch/apply/queue.h"
#include "watch/edge.h"
#include "watch/kube/access.h"
#include "watch/kube/backoff.h"
#include "watch/kube/discovery.h"

namespace pawprint::watch::apply {

class Applier {
 public:
  /// All references must outlive it.
  Applier(const ZoneOptions& options, std::shared_ptr<kube::Access> access,
          const kube::Catalog& catalog, const SecretFunctions& secrets, Sink& sink,
          kube::Pace pace = {});
  ~Applier();
  Applier(const Applier&) = delete;
  Applier& operator=(const Applier&) = delete;

  /// As Edge::submit. With read_only each is answered "dry-run" at once.
  void submit(std::vector<plan::Operation> operations);
  /// Lets what is in flight finish for a second, then cancels it. What was not sent ends as
  /// "failed", what was sent without an answer as "unknown". Idempotent.
  void stop();

 private:
  void work(const std::stop_token& stop);
  void step(kube::Client& client, kube::Backoff& backoff, Job job);
  void report(const Job& job, const Answer& answer);
  void report_unfinished(const Job& job, const char* outcome, const char* reason);
  void trouble(const Job& job, kube::Millis wait);

  const ZoneOptions& options_;
  const std::shared_ptr<kube::Access> access_;
  const kube::Catalog& catalog_;
  const SecretFunctions& secrets_;
  Sink& sink_;
  const kube::Pace pace_;
  Queue queue_;
  std::stop_source stop_;
  std::atomic<bool> stopping_{false};
  std::mutex trouble_mutex_;
  kube::Clock::time_point last_trouble_{};
  std::vector<std::jthread> threads_;
};

}  // namespace pawprint::watch::apply
