#include "replay/overview.h"

#include <algorithm>

#include "engine/model/status.h"
#include "replay/nearest.h"

namespace pawprint::replay {
namespace {

Json kinds_json(const ZoneState& zone) {
  Json out = Json::array();
  for (const ZoneState::KindState& each : zone.kinds) {
    out.push_back({{"group", each.group},
                   {"kind", each.kind},
                   {"resourceVersion", each.resource_version},
                   {"objects", each.objects},
                   {"synced", each.synced},
                   {"absent", each.absent}});
  }
  return out;
}

Json zone_json(const ZoneState& zone) {
  return {{"name", zone.name},
          {"role", zone.role},
          {"synced", zone.synced},
          {"kinds", kinds_json(zone)},
          {"gateways", zone.gateways},
          {"listeners", zone.listeners},
          {"routes", zone.routes},
          {"services", zone.services},
          {"pendingOperations", zone.pending_operations},
          {"lastError", zone.last_error}};
}

Result<std::uint64_t> count_of(store::Reader& log, record::Kind kind) {
  const auto seqs = log.of_kind(kind);
  if (!seqs) return tl::unexpected<Error>(seqs.error());
  return seqs->size();
}

}  // namespace

Result<Json> status_answer(store::Reader& log, const Reducer& reducer,
                           const Verification& checked) {
  const store::Head head = log.head();
  std::int64_t oldest_ns = 0;
  if (head.seq > 0) {
    const auto oldest = log.get(log.oldest());
    if (!oldest) return tl::unexpected<Error>(oldest.error());
    oldest_ns = oldest->time_ns;
  }
  const auto decisions = count_of(log, record::Kind::kDecision);
  if (!decisions) return tl::unexpected<Error>(decisions.error());
  Json out = answer("Status", head.seq, head.time_ns, coverage(log));
  out["head"] = {
      {"seq", head.seq}, {"time", model::rfc3339(head.time_ns)}, {"hash", record::hex(head.hash)}};
  out["oldest"] = {{"seq", log.oldest()}, {"time", model::rfc3339(oldest_ns)}};
  out["records"] = head.seq == 0 ? 0 : head.seq - log.oldest() + 1;
  out["decisions"] = *decisions;
  out["outputDigest"] = reducer.output_digest();
  out["profile"] = reducer.config().profile;
  out["mode"] = reducer.config().mode;
  out["verified"] = {{"seq", head.seq}, {"divergences", checked.divergences.size()}};
  const store::Disk disk = log.disk();
  out["disk"] = {{"log", disk.log_bytes}, {"snapshots", disk.snapshot_bytes}};
  out["zones"] = Json::array();
  for (const ZoneState& zone : reducer.zones()) out["zones"].push_back(zone.name);
  return out;
}

Result<Json> zones_answer(const Past& past, const std::string& name) {
  Json out = answer("Zones", past.moment.seq, past.moment.time_ns, past.coverage);
  out["zones"] = Json::array();
  std::vector<std::string> names;
  for (const ZoneState& zone : past.reducer.zones()) {
    names.push_back(zone.name);
    if (name.empty() || zone.name == name) out["zones"].push_back(zone_json(zone));
  }
  if (name.empty() || !out["zones"].empty()) return out;
  const std::vector<std::string_view> known(names.begin(), names.end());
  return fail(ErrorCode::kNotFound, "there is no zone " + name + suggestion(name, known));
}

Json replay_answer(const Verification& result, const Moment& to, std::string_view coverage) {
  Json out = answer("Replay", to.seq, to.time_ns, coverage);
  out["records"] = result.records;
  out["observed"] = result.observed;
  out["decisions"] = result.decisions;
  out["skipped"] = result.skipped;
  out["outputDigest"] = result.output_digest;
  out["divergences"] = Json::array();
  for (const Divergence& each : result.divergences) {
    out["divergences"].push_back({{"seq", each.seq},
                                  {"object", each.object},
                                  {"path", each.path},
                                  {"rule", each.rule},
                                  {"expected", each.expected},
                                  {"actual", each.actual},
                                  {"class", each.kind}});
  }
  return out;
}

}  // namespace pawprint::replay
