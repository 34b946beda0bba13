#include "tools/serve/api.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/model/scrub.h"
#include "engine/model/status.h"
#include "engine/record/digest.h"
#include "replay/answer.h"
#include "replay/nearest.h"

namespace pawprint::serve {
namespace {

using replay::Json;

std::string text_of(Json json) {
  model::scrub(json);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

Reply plain(int status, std::string text) {
  return {status, "text/plain; charset=utf-8", std::move(text)};
}

int http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
      return 400;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kCoverage:
      return 416;
    case ErrorCode::kUnreachable:
    case ErrorCode::kExhausted:
      return 503;
    case ErrorCode::kConflict:
      return 409;
    case ErrorCode::kDenied:
      return 403;
    case ErrorCode::kDamaged:
    case ErrorCode::kInternal:
      return 500;
  }
  return 500;
}

std::string_view coverage(const View& view) { return view.oldest <= 1 ? "full" : "partial"; }

Json zone_json(const ZoneView& zone) {
  Json kinds = Json::array();
  for (const auto& each : zone.state.kinds) {
    kinds.push_back({{"group", each.group},
                     {"kind", each.kind},
                     {"resourceVersion", each.resource_version},
                     {"objects", each.objects},
                     {"synced", each.synced},
                     {"absent", each.absent}});
  }
  return {{"name", zone.state.name},
          {"role", zone.state.role},
          {"synced", zone.state.synced},
          {"connected", zone.connected},
          {"kinds", kinds},
          {"gateways", zone.state.gateways},
          {"listeners", zone.state.listeners},
          {"routes", zone.state.routes},
          {"services", zone.state.services},
          {"pendingOperations", zone.state.pending_operations},
          {"operationsInFlight", zone.in_flight},
          {"lastError", zone.state.last_error},
          {"trouble", zone.trouble}};
}

std::string mark(bool ok) { return ok ? "[+]" : "[-]"; }

}  // namespace

Reply error_reply(int status, const std::string& message) {
  return {status, "application/json",
          text_of({{"apiVersion", "pawprint/v1"}, {"kind", "Error"}, {"message", message}})};
}

bool Api::slow(std::string_view target) { return target.starts_with("/api/v1/get"); }

Reply Api::get(std::string_view text) {
  const auto target = parse_target(text);
  if (!target) return error_reply(400, target.error().message);
  if (target->path == "/livez") return plain(200, "ok\n");
  if (target->path == "/readyz") return ready(target->has("verbose"));
  if (target->path == "/startupz") return plain(200, "ok\n");
  if (target->path == "/metrics")
    return {200, "text/plain; version=0.0.4; charset=utf-8", source_.metrics()};
  if (target->path == "/api/v1/status") return status();
  if (target->path == "/api/v1/zones") return zones(target->get("name"));
  if (target->path == "/api/v1/get") {
    auto found = history_.get(*target);
    if (!found) return error_reply(http_status(found.error().code), found.error().message);
    return {200, "application/json", std::move(*found)};
  }
  return error_reply(404, "there is nothing at " + target->path);
}

/// The log takes records, and one zone is synced: its first plan was made with the record that
/// ended the sync.
Reply Api::ready(bool verbose) const {
  const auto view = source_.view();
  const bool any = std::any_of(view->zones.begin(), view->zones.end(), [](const ZoneView& zone) {
    return zone.state.synced && zone.connected;
  });
  const bool ok = view->log_writable && any && !view->stopping;
  std::string out;
  if (verbose || !ok) {
    out += fmt::format("{} log writable{}\n", mark(view->log_writable),
                       view->log_error.empty() ? "" : ": " + model::scrub_text(view->log_error));
    if (view->stopping) out += "[-] stopping\n";
    for (const ZoneView& zone : view->zones) {
      out += fmt::format("{} zone {}{}{}\n", mark(zone.state.synced && zone.connected),
                         zone.state.name, zone.connected ? "" : ": not connected",
                         zone.connected && !zone.state.synced ? ": not synced" : "");
    }
  }
  return plain(ok ? 200 : 503, out + (ok ? "ok\n" : "not ready\n"));
}

Reply Api::status() const {
  const auto view = source_.view();
  Json out = replay::answer("Status", view->head.seq, view->head.time_ns, coverage(*view));
  out["head"] = {{"seq", view->head.seq},
                 {"time", model::rfc3339(view->head.time_ns)},
                 {"hash", record::hex(view->head.hash)}};
  out["oldest"] = {{"seq", view->oldest}, {"time", model::rfc3339(view->oldest_time_ns)}};
  out["records"] = view->head.seq == 0 ? 0 : view->head.seq - view->oldest + 1;
  out["decisions"] = view->decisions;
  out["outputDigest"] = view->digest;
  out["profile"] = view->config.profile;
  out["mode"] = view->config.mode;
  // A daemon does not verify itself: `pawprint replay --verify` does.
  out["verified"] = {{"seq", 0}, {"divergences", 0}};
  out["disk"] = {{"log", view->disk.log_bytes}, {"snapshots", view->disk.snapshot_bytes}};
  out["logWritable"] = view->log_writable;
  out["paused"] = view->paused;
  out["held"] = Json::array();
  for (const auto& [object, reason] : view->held)
    out["held"].push_back({{"object", object}, {"reason", reason}});
  out["zones"] = Json::array();
  for (const ZoneView& zone : view->zones) out["zones"].push_back(zone.state.name);
  return {200, "application/json", text_of(out)};
}

Reply Api::zones(const std::string& name) const {
  const auto view = source_.view();
  Json out = replay::answer("Zones", view->head.seq, view->head.time_ns, coverage(*view));
  out["zones"] = Json::array();
  std::vector<std::string_view> known;
  for (const ZoneView& zone : view->zones) {
    known.push_back(zone.state.name);
    if (name.empty() || zone.state.name == name) out["zones"].push_back(zone_json(zone));
  }
  if (!name.empty() && out["zones"].empty()) {
    return error_reply(404, "there is no zone " + name + replay::suggestion(name, known));
  }
  return {200, "application/json", text_of(out)};
}

}  // namespace pawprint::serve
