#include "tools/pawprint/target.h"

#include <algorithm>
#include <set>

#include "replay/fold.h"
#include "replay/kind_names.h"
#include "replay/log_entries.h"
#include "replay/lookup.h"
#include "replay/nearest.h"

namespace pawprint::cli {
namespace {

/// Names of one kind in the namespace (all of them for cluster-scoped kinds).
std::set<std::string> names_in(const Named& named, const Place& place, const Reducer& reducer) {
  const model::KindInfo& info = model::info(named.kind);
  std::set<std::string> out;
  const auto add = [&](const record::ObjectKey& key) {
    if (!info.namespaced || key.ns == place.ns) out.insert(key.name);
  };
  for (const ZoneState& zone : reducer.zones()) {
    for (const KnownObject& known : reducer.known(zone.name, info.group, info.name)) add(known.key);
  }
  for (const Output& output : reducer.resources()) {
    if (output.key.kind == info.name && output.key.group == info.group) add(output.key);
  }
  return out;
}

std::string elsewhere(const Named& named, const Place& place, const Reducer& reducer) {
  for (const record::ObjectKey& key : replay::namesakes(named.kind, named.name, reducer)) {
    if (key.ns != place.ns) return "; there is one in " + key.ns + " (-n " + key.ns + ")";
    if (!place.zone.empty() && key.zone != place.zone) return "; there is one in zone " + key.zone;
  }
  const std::set<std::string> names = names_in(named, place, reducer);
  const std::vector<std::string_view> known(names.begin(), names.end());
  return replay::suggestion(named.name, known);
}

}  // namespace

void Place::add_flags(CLI::App& app) {
  app.add_option("-n,--namespace", ns, "Namespace");
  app.add_option("--zone", zone, "Zone; needed only when the object is in several");
}

Result<void> Place::check() const {
  if (replay::is_object_name(ns)) return {};
  return fail(ErrorCode::kInvalid, "-n: '" + ns + "' is no name of a namespace");
}

Result<Named> parse_named(const std::vector<std::string>& words, Place& place,
                          std::string_view what) {
  const std::string usage = "`pawprint " + std::string(what) + "` wants TYPE/NAME or TYPE NAME";
  if (words.empty() || words.size() > 2) return fail(ErrorCode::kInvalid, usage);
  std::string text = words.size() == 2 ? words[0] + '/' + words[1] : words[0];
  Named named;
  if (const std::size_t colon = text.find(':'); colon != std::string::npos) {
    named.field = text.substr(colon + 1);
    text.resize(colon);
  }
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos || slash + 1 == text.size())
    return fail(ErrorCode::kInvalid, usage);
  const auto kind = replay::parse_kind(text.substr(0, slash));
  if (!kind) return tl::unexpected<Error>(kind.error());
  named.kind = *kind;
  named.name = text.substr(slash + 1);
  if (const std::size_t second = named.name.find('/'); second != std::string::npos) {
    place.ns = named.name.substr(0, second);
    named.name.erase(0, second + 1);
  }
  if (named.name.empty() || named.name.find('/') != std::string::npos) {
    return fail(ErrorCode::kInvalid, usage);
  }
  if (!replay::is_object_name(named.name)) {
    return fail(ErrorCode::kInvalid, "'" + named.name + "' is no name of an object");
  }
  if (auto checked = place.check(); !checked) return tl::unexpected<Error>(checked.error());
  return named;
}

Result<Named> parse_whole(const std::vector<std::string>& words, Place& place,
                          std::string_view what) {
  for (const std::string& word : words) {
    const std::size_t colon = word.find(':');
    if (colon == std::string::npos) continue;
    return fail(ErrorCode::kInvalid, "`pawprint " + std::string(what) +
                                         "` is about whole objects, not about '" +
                                         word.substr(colon) + "'; a field is for `why`");
  }
  return parse_named(words, place, what);
}

Error not_found(const Named& named, const Place& place, const Reducer& reducer) {
  const model::KindInfo& info = model::info(named.kind);
  return {ErrorCode::kNotFound, std::string(info.name) + ' ' +
                                    (info.namespaced ? place.ns + '/' : "") + named.name +
                                    " does not exist at @" + std::to_string(reducer.head()) +
                                    elsewhere(named, place, reducer)};
}

Result<record::ObjectKey> find_object(const Named& named, const Place& place,
                                      const Reducer& reducer) {
  if (auto checked = check_zone(place.zone, reducer); !checked) {
    return tl::unexpected<Error>(checked.error());
  }
  std::vector<record::ObjectKey> found;
  for (const record::ObjectKey& key : replay::namesakes(named.kind, named.name, reducer)) {
    const bool in_place = !model::info(named.kind).namespaced || key.ns == place.ns;
    if (in_place && (place.zone.empty() || key.zone == place.zone)) found.push_back(key);
  }
  if (found.empty()) return tl::unexpected<Error>(not_found(named, place, reducer));
  if (found.size() > 1) {
    return fail(ErrorCode::kInvalid, record::display(found[0]) + " is in the zones " +
                                         found[0].zone + " and " + found[1].zone +
                                         (found.size() > 2 ? " and others" : "") + "; give --zone");
  }
  return found.front();
}

Result<void> check_recorded(const Named& named, const Place& place, store::Reader& log) {
  const auto found =
      replay::on_record(log, replay::key_of(named.kind, place.zone, place.ns, named.name));
  if (!found) return tl::unexpected<Error>(found.error());
  if (*found) return {};
  const auto past = replay::past_at(log, {log.head().seq, log.head().time_ns});
  if (!past) return tl::unexpected<Error>(past.error());
  if (auto checked = check_zone(place.zone, past->reducer); !checked) return checked;
  const model::KindInfo& info = model::info(named.kind);
  return fail(ErrorCode::kNotFound, "the log knows no " + std::string(info.name) + ' ' +
                                        (info.namespaced ? place.ns + '/' : "") + named.name +
                                        elsewhere(named, place, past->reducer));
}

Result<void> check_zone(const std::string& zone, const Reducer& reducer) {
  if (zone.empty()) return {};
  std::vector<std::string> names;
  for (const ZoneState& each : reducer.zones()) names.push_back(each.name);
  if (std::find(names.begin(), names.end(), zone) != names.end()) return {};
  const std::vector<std::string_view> known(names.begin(), names.end());
  return fail(ErrorCode::kNotFound, "there is no zone " + zone + replay::suggestion(zone, known));
}

}  // namespace pawprint::cli
