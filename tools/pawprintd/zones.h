// The edges to all zones' API servers: connected, checked, started, kept trying, stopped.
//
// What it owns outlives the decide thread. Thread-safe where it says so; otherwise the main
// thread's.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/redacted.h"
#include "engine/result.h"
#include "tools/pawprintd/decide_loop.h"
#include "tools/pawprintd/settings.h"
#include "watch/edge.h"

namespace pawprint::pawprintd {

/// Passes on to a sink that is known only later; before that nothing is delivered.
class Relay final : public watch::Sink {
 public:
  void deliver(std::vector<watch::Notice> notices) override {
    if (watch::Sink* to = target_.load()) to->deliver(std::move(notices));
  }
  void set(watch::Sink& target) { target_.store(&target); }

 private:
  std::atomic<watch::Sink*> target_{nullptr};
};

class Zones {
 public:
  explicit Zones(const Settings& settings);
  ~Zones();
  Zones(const Zones&) = delete;
  Zones& operator=(const Zones&) = delete;

  /// Connects to every zone. An error when none answers, or when one that answers must not be
  /// served: another name than Kuma's, a live kuma-cp. Zones that do not answer are tried again
  /// later when there are others.
  Result<void> connect();
  /// Names resolved: a single zone without a name has Kuma's, else the one in the store, else
  /// "default".
  [[nodiscard]] const std::vector<ZoneSettings>& settings() const { return zones_; }
  /// A live kuma-cp does the Service-parent routes.
  [[nodiscard]] bool routes_only() const { return routes_only_; }

  /// Starts the edges on `loop` and the thread that looks after them.
  void start(DecideLoop& loop);
  /// Stops reading and writing everywhere. Idempotent.
  void stop();

  /// The findings of `pawprintd check`, zone by zone. kUnreachable: this zone does not answer.
  struct Checked {
    std::string zone;
    Result<std::vector<watch::Finding>> findings;
  };
  std::vector<Checked> check();

 private:
  struct Place {
    ZoneSettings settings;
    std::unique_ptr<watch::Edge> edge;
    bool started = false;
  };

  Result<std::unique_ptr<watch::Edge>> open(const ZoneSettings& zone);
  Result<void> resolve_name(ZoneSettings& zone);
  Result<void> admit(const ZoneSettings& zone, watch::Edge& edge);
  void begin(Place& place, DecideLoop& loop);
  void look_after(const std::stop_token& stop, DecideLoop& loop);
  void connect_missing(DecideLoop& loop);
  void watch_kuma(DecideLoop& loop);

  const Settings& settings_;
  std::vector<ZoneSettings> zones_;
  Relay relay_;
  Redacted secret_key_;  // Set before any edge is started.
  std::mutex mutex_;     // Guards places_ after start().
  std::vector<Place> places_;
  std::atomic<bool> routes_only_{false};
  std::jthread caretaker_;
};

}  // namespace pawprint::pawprintd
