#include "tools/pawprintd/zones.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>

#include "engine/rules/quirks.h"
#include "store/secret_facts.h"
#include "tools/pawprintd/event_log.h"

namespace pawprint::pawprintd {
namespace {

constexpr std::string_view kKumaController = "gateways.kuma.io/controller";
constexpr std::chrono::seconds kReconnectEvery{5};
constexpr int kKumaEvery = 6;  ///< Rounds of the caretaker between two looks for a kuma-cp.

/// The only zone of the newest Config in the store, or "".
std::string zone_in_store(const std::string& directory) {
  auto reader = store::Reader::open(directory);
  if (!reader) return {};
  auto seqs = (*reader)->of_kind(record::Kind::kConfig);
  if (!seqs || seqs->empty()) return {};
  auto stored = (*reader)->get(seqs->back());
  if (!stored) return {};
  auto config = record::decode_config(stored->body);
  return config && config->zones.size() == 1 ? config->zones[0].name : std::string{};
}

bool sleep_for(const std::stop_token& stop, std::chrono::milliseconds time) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, time, [&] { return stop.stop_requested(); });
  return !stop.stop_requested();
}

Error about(const std::string& zone, const Error& error) {
  return {error.code,
          zone.empty() ? error.message : fmt::format("zone {}: {}", zone, error.message)};
}

}  // namespace

Zones::Zones(const Settings& settings) : settings_(settings), zones_(settings.zones()) {}

Zones::~Zones() { stop(); }

Result<std::unique_ptr<watch::Edge>> Zones::open(const ZoneSettings& zone) {
  watch::ZoneOptions options;
  options.zone = zone.name;
  options.kubeconfig = zone.kubeconfig;
  options.context = zone.context;
  options.controller_name = settings_.get("controllerName");
  options.system_namespace = settings_.get("systemNamespace");
  options.secret_namespaces = settings_.secret_namespaces();
  rules::Quirks quirks;
  rules::quirks_of(settings_.get("profile"), quirks);
  options.gateways = !quirks.k3_no_gateways;
  options.read_only = settings_.get("mode") != "apply";
  options.event_bytes = settings_.event_bytes();
  // The key is read when the first edge is started, after the store was opened.
  watch::SecretFunctions secrets{
      [this](std::string_view object) { return store::secret_facts(object, {secret_key_}); },
      [this](std::string_view bytes) { return store::secret_digest(bytes, {secret_key_}); }};
  return watch::Edge::connect(std::move(options), std::move(secrets), relay_);
}

Result<void> Zones::resolve_name(ZoneSettings& zone) {
  if (!zone.name.empty()) return {};
  zone.name = zone_in_store(settings_.get("store.path"));
  if (!zone.name.empty()) return {};
  zone.name = "default";
  auto edge = open(zone);
  if (!edge) return tl::unexpected(edge.error());
  if (auto seen = (*edge)->kuma_zone_name(); seen && !seen->empty()) zone.name = *seen;
  return {};
}

Result<void> Zones::admit(const ZoneSettings& zone, watch::Edge& edge) {
  if (auto seen = edge.kuma_zone_name(); !seen) {
    log(Level::kWarn, "zone_name_unknown", {{"zone", zone.name}, {"reason", seen.error().message}});
  } else if (!seen->empty() && *seen != zone.name) {
    return fail(
        ErrorCode::kInvalid,
        fmt::format(
            "zone {0}: Kuma calls this zone {1}; every backend would be pinned to a zone that "
            "does not exist: set --zone {1} (with a new store, if this one has another zone)",
            zone.name, *seen));
  }
  auto holder = edge.live_kuma_controller();
  if (!holder) {
    log(Level::kWarn, "kuma_controller_unknown",
        {{"zone", zone.name}, {"reason", holder.error().message}});
    return {};
  }
  if (holder->empty() || settings_.get("mode") != "apply") return {};
  if (settings_.get("controllerName") == kKumaController) {
    return fail(
        ErrorCode::kInvalid,
        fmt::format(
            "zone {}: kuma-cp {} reconciles the same objects: use --mode shadow or dry-run, or a "
            "--controller-name of your own, or stop serving the v1beta1 kinds",
            zone.name, *holder));
  }
  routes_only_ = true;
  log(Level::kInfo, "service_parents_left_to_kuma", {{"zone", zone.name}, {"holder", *holder}});
  return {};
}

Result<void> Zones::connect() {
  std::optional<Error> first_error;
  for (ZoneSettings& zone : zones_) {
    Place place;
    auto named = resolve_name(zone);
    auto edge = named ? open(zone) : tl::unexpected(named.error());
    place.settings = zone;
    if (edge) {
      if (auto admitted = admit(zone, **edge); !admitted) return admitted;
      log(Level::kInfo, "connected", {{"zone", zone.name}, {"server", (*edge)->describe()}});
      place.edge = std::move(*edge);
    } else {
      const bool others = zones_.size() > 1;
      if (!first_error) first_error = about(others ? zone.name : "", edge.error());
      if (others)
        log(Level::kWarn, "not_connected", {{"zone", zone.name}, {"reason", edge.error().message}});
    }
    places_.push_back(std::move(place));
  }
  const bool any =
      std::any_of(places_.begin(), places_.end(), [](const Place& p) { return p.edge != nullptr; });
  if (any) return {};
  // Whatever the reason is, the cluster could not be used: exit code 3, unless the file itself is
  // wrong.
  if (first_error->code == ErrorCode::kDenied) first_error->code = ErrorCode::kUnreachable;
  return tl::unexpected(*first_error);
}

void Zones::begin(Place& place, DecideLoop& loop) {
  place.started = true;
  loop.attach(place.settings.name, *place.edge);
  place.edge->start(loop.cursors(place.settings.name));
}

void Zones::start(DecideLoop& loop) {
  secret_key_ = loop.secret_key();
  relay_.set(loop.sink());
  {
    const std::lock_guard lock(mutex_);
    for (Place& place : places_) {
      if (place.edge) begin(place, loop);
    }
  }
  caretaker_ = std::jthread([this, &loop](const std::stop_token& stop) { look_after(stop, loop); });
}

void Zones::look_after(const std::stop_token& stop, DecideLoop& loop) {
  for (int round = 1; sleep_for(stop, kReconnectEvery); ++round) {
    connect_missing(loop);
    if (round % kKumaEvery == 0 && settings_.get("mode") == "apply") watch_kuma(loop);
  }
}

void Zones::connect_missing(DecideLoop& loop) {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (places_[i].edge) continue;
    auto edge = open(places_[i].settings);
    if (!edge) continue;
    if (auto admitted = admit(places_[i].settings, **edge); !admitted) {
      log(Level::kError, "zone_refused",
          {{"zone", places_[i].settings.name}, {"reason", admitted.error().message}});
      continue;
    }
    log(Level::kInfo, "connected",
        {{"zone", places_[i].settings.name}, {"server", (*edge)->describe()}});
    const std::lock_guard lock(mutex_);
    places_[i].edge = std::move(*edge);
    begin(places_[i], loop);
  }
}

void Zones::watch_kuma(DecideLoop& loop) {
  const bool own_name = settings_.get("controllerName") != kKumaController;
  bool live = false;
  for (Place& place : places_) {
    if (!place.edge) continue;
    auto holder = place.edge->live_kuma_controller();
    if (!holder) return;  // Unknown changes nothing.
    if (holder->empty()) continue;
    live = true;
    if (!own_name) {
      log(Level::kError, "kuma_controller_came_alive",
          {{"zone", place.settings.name}, {"holder", *holder}});
    }
  }
  if (!own_name || live == routes_only_.load()) return;
  if (loop.configure(settings_.config(zones_, live))) routes_only_ = live;
}

void Zones::stop() {
  if (caretaker_.joinable()) {
    caretaker_.request_stop();
    caretaker_.join();
  }
  // Each waits a moment for what is in flight; together, not one after the other.
  std::vector<std::jthread> stopping;
  const std::lock_guard lock(mutex_);
  for (Place& place : places_) {
    if (place.edge) stopping.emplace_back([edge = place.edge.get()] { edge->stop(); });
  }
}

std::vector<Zones::Checked> Zones::check() {
  std::vector<Checked> out;
  for (ZoneSettings zone : zones_) {
    if (auto named = resolve_name(zone); !named) {
      out.push_back({zone.name, tl::unexpected(named.error())});
      continue;
    }
    auto edge = open(zone);
    if (edge) out.push_back({zone.name, (*edge)->check()});
    else out.push_back({zone.name, tl::unexpected(edge.error())});
  }
  return out;
}

}  // namespace pawprint::pawprintd
