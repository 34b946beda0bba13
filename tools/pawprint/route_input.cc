#include "tools/pawprint/route_input.h"

#include <map>
#include <set>

#include "engine/reducer.h"
#include "engine/rules/labels.h"
#include "engine/rules/quirks.h"
#include "replay/lookup.h"
#include "tools/manifests/manifests.h"
#include "tools/pawprint/format.h"
#include "tools/pawprint/inputs.h"
#include "tools/pawprint/settings.h"

namespace pawprint::cli {
namespace {

constexpr const char* kCompat = "kuma-2.14-compat";

/// Objects by key, the last one of each; what proxies read of them.
using Objects = std::map<record::ObjectKey, Json>;

bool wanted(const record::ObjectKey& key) {
  if (key.group == "kuma.io") return true;
  if (key.group == "discovery.k8s.io") return key.kind == "EndpointSlice";
  return key.group.empty() && (key.kind == "Service" || key.kind == "Namespace");
}

std::string label(const Json& object, std::string_view key) {
  return text_in(member_in(member_in(object, "metadata"), "labels"), std::string(key).c_str());
}

/// Written by Pawprint before: what it writes now stands in for it.
bool ours(const Json& object, const std::string& profile) {
  if (!label(object, rules::kOwnerKey).empty()) return true;
  return profile == kCompat && !label(object, rules::kKumaOwnerKey).empty();
}

/// Generated objects, and the others that have none of their names.
std::vector<traffic::Object> joined(const Reducer& reducer, const Objects& objects,
                                    const std::string& zone, bool drop_ours) {
  std::vector<traffic::Object> out;
  std::set<record::ObjectKey> generated;
  for (const Output& each : reducer.resources()) {
    if (each.key.zone != zone) continue;
    generated.insert(each.key);
    out.push_back({parsed(each.body), true});
  }
  for (const auto& [key, object] : objects) {
    if (key.zone != zone || generated.contains(key)) continue;
    if (drop_ours && ours(object, reducer.config().profile)) continue;
    out.push_back({object, false});
  }
  return out;
}

/// Which rule and match of a Gateway API route each generated rule stands for.
traffic::SourceTable sources_of(const Reducer& reducer, const std::string& zone) {
  traffic::SourceTable out;
  for (const Output& each : reducer.resources()) {
    if (each.key.zone != zone || each.key.kind != "MeshHTTPRoute") continue;
    const auto trace = reducer.trace(each.key);
    if (!trace) continue;
    for (const explain::RuleOrigin& rule : trace->rules) {
      out[{record::display(each.key), rule.to, rule.rule, 0}] = {
          record::display(rule.source), rule.source_rule, rule.source_match, rule.internal};
    }
  }
  return out;
}

/// The zone that Kuma's labels on the objects agree on; "default" when they do not.
std::string zone_of(const std::vector<manifests::Document>& documents) {
  std::set<std::string> zones;
  for (const manifests::Document& each : documents) {
    const Json object = parsed(each.json);
    if (!text_in(object, "apiVersion").starts_with("kuma.io/")) continue;
    if (std::string zone = label(object, "kuma.io/zone"); !zone.empty()) zones.insert(zone);
  }
  return zones.size() == 1 ? *zones.begin() : "default";
}

/// There is a model of Kuma 2.14's proxies only.
Result<void> check_modelled(const std::string& profile) {
  rules::Quirks quirks;
  if (!rules::quirks_of(profile, quirks) || !quirks.k3_label_references) return {};
  return fail(ErrorCode::kInvalid,
              "route knows how the proxies of Kuma 2.14 behave, not those of profile " + profile);
}

/// What the schemas say of everything that takes part.
std::set<Diagnostic> remarks_of(const Inputs& inputs, const Objects& objects) {
  std::set<Diagnostic> out = inputs.remarks;
  for (const auto& [key, found] : inputs.faults) {
    if (inputs.others.contains(key) && !objects.contains(key)) continue;
    out.insert(found.begin(), found.end());
  }
  return out;
}

Result<Graph> from_files(const GraphOptions& options) {
  if (options.from.at != "HEAD") {
    return fail(ErrorCode::kInvalid, "give either -f or --at, not both: files have no history");
  }
  const auto documents = manifests::read_manifests(options.files);
  if (!documents) return tl::unexpected<Error>(documents.error());
  Settings settings;
  if (!options.from.profile.empty()) settings.profile = options.from.profile;
  settings.zone = options.zone.empty() ? zone_of(*documents) : options.zone;
  const auto config = settings.config("translate");
  if (!config) return tl::unexpected<Error>(config.error());
  if (auto checked = check_modelled(settings.profile); !checked) {
    return tl::unexpected<Error>(checked.error());
  }
  const auto time_ns = parse_time("--now", options.now);
  if (!time_ns) return tl::unexpected<Error>(time_ns.error());
  auto inputs = read_inputs(*documents, options.now, settings.zone);
  if (!inputs) return tl::unexpected<Error>(inputs.error());

  Reducer reducer;
  fold(reducer, *config, *inputs, *time_ns);
  Objects objects;
  for (const auto* records : {&inputs->records, &inputs->others}) {
    for (const auto& [key, record] : *records) {
      if (wanted(key)) objects[key] = replay::object_of(record);
    }
  }
  Graph out;
  out.remarks = remarks_of(*inputs, objects);
  out.time_ns = *time_ns;
  out.input.zone = settings.zone;
  out.input.system_namespace = settings.system_namespace;
  out.input.mesh = settings.mesh;
  out.input.objects = joined(reducer, objects, settings.zone, false);
  out.input.sources = sources_of(reducer, settings.zone);
  return out;
}

Result<std::string> only_zone(const Reducer& reducer, const std::string& asked) {
  std::vector<std::string> names;
  for (const ZoneState& each : reducer.zones()) names.push_back(each.name);
  if (asked.empty() && names.size() == 1) return names.front();
  std::string list;
  for (const std::string& each : names) {
    if (each == asked) return asked;
    list += (list.empty() ? "" : ", ") + each;
  }
  if (names.empty()) return fail(ErrorCode::kNotFound, "the log knows no zone at this moment");
  return fail(asked.empty() ? ErrorCode::kInvalid : ErrorCode::kNotFound,
              asked.empty() ? "give --zone: there are " + list
                            : "no zone " + asked + "; there are " + list);
}

/// Last seen bodies, deleted ones gone.
Result<Objects> observed_until(store::Reader& log, record::Seq upto) {
  std::map<record::ObjectKey, record::Record> last;
  if (upto == 0) return Objects{};
  const auto visit = [&](const record::Record& record) {
    const bool gone =
        record.kind == record::Kind::kVanished ||
        (record.kind == record::Kind::kObserved && record.event == record::Event::kDeleted);
    if (gone) last.erase(record.object);
    else if (record.kind == record::Kind::kObserved && wanted(record.object)) {
      last.insert_or_assign(record.object, record);
    }
    return true;
  };
  if (auto scanned = log.scan(log.oldest(), upto, visit); !scanned) {
    return tl::unexpected<Error>(scanned.error());
  }
  Objects out;
  for (const auto& [key, record] : last) out[key] = replay::object_of(record);
  return out;
}

Result<Graph> from_store(const GraphOptions& options) {
  const auto opened = options.from.open();
  if (!opened) return tl::unexpected<Error>(opened.error());
  const Reducer& reducer = opened->past.reducer;
  const std::string& asked = options.from.profile;
  const std::string& profile = asked.empty() ? reducer.config().profile : asked;
  if (auto checked = check_modelled(profile); !checked) {
    return tl::unexpected<Error>(checked.error());
  }
  const auto zone = only_zone(reducer, options.zone);
  if (!zone) return tl::unexpected<Error>(zone.error());
  const auto objects = observed_until(*opened->log, opened->past.moment.seq);
  if (!objects) return tl::unexpected<Error>(objects.error());
  Graph out;
  out.seq = opened->past.moment.seq;
  out.time_ns = opened->past.moment.time_ns;
  out.coverage = opened->past.coverage;
  out.input.zone = *zone;
  out.input.system_namespace = reducer.config().system_namespace;
  out.input.mesh = reducer.config().default_mesh;
  out.input.objects = joined(reducer, *objects, *zone, true);
  out.input.egress_unseen = true;  // The daemon does not watch them.
  out.input.sources = sources_of(reducer, *zone);
  return out;
}

}  // namespace

void GraphOptions::add_flags(CLI::App& app) {
  from.add_flags(app);
  app.add_option("-f,--filename", files, "Instead of a store: FILE, DIR or - for standard input")
      ->allow_extra_args(false);
  app.add_option("--zone", zone, "Zone of the proxies");
  app.add_option("--now", now, "With -f: time of objects without one");
}

Result<Graph> read_graph(const GraphOptions& options) {
  return options.files.empty() ? from_store(options) : from_files(options);
}

}  // namespace pawprint::cli
