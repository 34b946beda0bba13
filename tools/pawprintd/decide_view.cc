// What the decide thread shows to others: the published moment, answers to questions, metrics.
#include <algorithm>
#include <utility>

#include "tools/pawprintd/decide_loop.h"
#include "tools/pawprintd/meters.h"

namespace pawprint::pawprintd {

std::shared_ptr<serve::View> DecideLoop::make_view() {
  auto out = std::make_shared<serve::View>();
  const Reducer& reducer = ledger_->reducer();
  store::Reader& reader = ledger_->writer().reader();
  out->head = reader.head();
  out->oldest = reader.oldest();
  if (auto first = reader.get(out->oldest)) out->oldest_time_ns = first->time_ns;
  out->decisions = ledger_->decisions();
  out->digest = reducer.output_digest();
  out->config = reducer.config();
  out->disk = reader.disk();
  out->log_writable = log_writable_;
  out->log_error = log_error_;
  out->paused = ledger_->paused();
  out->stopping = !applying_.load();
  for (const auto& [operation, reason] : reducer.held_operations()) {
    out->held.emplace_back(record::display(operation.object), reason);
  }
  for (ZoneState& state : reducer.zones()) {
    serve::ZoneView& zone = out->zones.emplace_back();
    zone.in_flight = dispatcher_.in_flight(state.name);
    const auto trouble = trouble_.find(state.name);
    if (trouble != trouble_.end() && !trouble->second.empty())
      zone.trouble = trouble->second.begin()->second;
    zone.state = std::move(state);
    const std::lock_guard lock(mutex_);
    zone.connected = edges_.contains(zone.state.name);
  }
  return out;
}

std::shared_ptr<const serve::View> DecideLoop::view() const {
  const std::lock_guard lock(mutex_);
  return view_;
}

Result<std::unique_ptr<store::Reader>> DecideLoop::reader() const {
  return store::Reader::open(directory_);
}

std::string DecideLoop::metrics() const {
  metrics_.set("pawprint_queue_depth", {}, static_cast<double>(queue_.depth()));
  return metrics_.text();
}

void DecideLoop::count(const Group& group) {
  for (const record::Record& record : group.records) {
    metrics_.add("pawprint_records_total", {{"kind", std::string(record::name(record.kind))}});
    if (record.kind != record::Kind::kApplied) continue;
    if (const auto applied = record::decode_applied(record.body)) {
      metrics_.add("pawprint_operations_total", {{"zone", record.zone},
                                                 {"kind", applied->object.kind},
                                                 {"verb", applied->verb},
                                                 {"outcome", applied->outcome}});
    }
  }
}

void DecideLoop::update_gauges(const serve::View& view) {
  metrics_.set("pawprint_head_seq", {}, static_cast<double>(view.head.seq));
  metrics_.set("pawprint_log_bytes", {}, static_cast<double>(view.disk.log_bytes));
  metrics_.set("pawprint_log_writable", {}, view.log_writable ? 1 : 0);
  metrics_.set("pawprint_paused", {}, view.paused ? 1 : 0);
  metrics_.set("pawprint_held_operations", {}, static_cast<double>(view.held.size()));
  for (const serve::ZoneView& zone : view.zones) {
    const serve::Labels labels{{"zone", zone.state.name}};
    metrics_.set("pawprint_zone_synced", labels, zone.state.synced ? 1 : 0);
    metrics_.set("pawprint_zone_connected", labels, zone.connected ? 1 : 0);
    metrics_.set("pawprint_pending_operations", labels,
                 static_cast<double>(zone.state.pending_operations));
    metrics_.set("pawprint_operations_in_flight", labels, static_cast<double>(zone.in_flight));
  }
}

void declare_meters(serve::Metrics& metrics) {
  using Type = serve::Metrics::Type;
  metrics.declare("pawprint_records_total", Type::kCounter,
                  "Records appended since the daemon started.");
  metrics.declare("pawprint_operations_total", Type::kCounter,
                  "Operations that ended, by outcome.");
  metrics.declare("pawprint_lists_total", Type::kCounter, "Full lists begun.");
  metrics.declare("pawprint_resumed_watches_total", Type::kCounter,
                  "Watches that went on without a list.");
  metrics.declare("pawprint_log_append_seconds", Type::kHistogram,
                  "Time of one append with its fsync.");
  metrics.declare("pawprint_log_append_errors_total", Type::kCounter,
                  "Appends that did not succeed.");
  metrics.declare("pawprint_head_seq", Type::kGauge, "Seq of the newest record.");
  metrics.declare("pawprint_log_bytes", Type::kGauge, "Size of the log on disk.");
  metrics.declare("pawprint_log_writable", Type::kGauge, "1 while the log takes records.");
  metrics.declare("pawprint_paused", Type::kGauge, "1 while an operator has paused writing.");
  metrics.declare("pawprint_held_operations", Type::kGauge,
                  "Operations that wait for an operator.");
  metrics.declare("pawprint_zone_synced", Type::kGauge,
                  "1 when every required kind of the zone is synced.");
  metrics.declare("pawprint_zone_connected", Type::kGauge,
                  "1 when the zone's API server was reached.");
  metrics.declare("pawprint_pending_operations", Type::kGauge,
                  "Operations wanted and not yet seen done.");
  metrics.declare("pawprint_operations_in_flight", Type::kGauge, "Operations sent and not ended.");
  metrics.declare("pawprint_queue_depth", Type::kGauge, "Notices that wait for the decide thread.");
}

}  // namespace pawprint::pawprintd
