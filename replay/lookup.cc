#include "replay/lookup.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "replay/kind_names.h"

namespace pawprint::replay {
namespace {

bool matches(const Wanted& wanted, const record::ObjectKey& key) {
  return (wanted.zone.empty() || key.zone == wanted.zone) &&
         (wanted.ns.empty() || key.ns == wanted.ns) &&
         (wanted.name.empty() || key.name == wanted.name);
}

/// Entries of other controllers stay; ours are those that were computed.
Json merge_parents(const Json& seen, const Json& computed, const std::string& controller) {
  Json out = Json::array();
  if (seen.is_array()) {
    for (const Json& each : seen) {
      if (text_in(each, "controllerName") != controller) out.push_back(each);
    }
  }
  for (const Json& each : computed) out.push_back(each);
  return out;
}

void merge_status(Json& object, const Json& computed, const std::string& controller) {
  Json& status = object["status"];
  if (!status.is_object()) status = Json::object();
  for (const auto& [member, value] : computed.items()) {
    status[member] = member == "parents"
                         ? merge_parents(member_in(status, "parents"), value, controller)
                         : value;
  }
}

/// Collects objects of one kind under their place in the order of the answer.
class Collector {
 public:
  Collector(const Wanted& wanted, const Reducer& reducer, store::Reader& log)
      : wanted_(wanted), reducer_(reducer), log_(log) {}

  Result<void> add_observed() {
    const model::KindInfo& info = model::info(wanted_.kind);
    for (const ZoneState& zone : reducer_.zones()) {
      if (!wanted_.zone.empty() && zone.name != wanted_.zone) continue;
      for (const KnownObject& known : reducer_.known(zone.name, info.group, info.name)) {
        if (!matches(wanted_, known.key)) continue;
        if (auto added = add_observed(known); !added) return added;
      }
    }
    return {};
  }

  void add_desired() {
    const model::KindInfo& info = model::info(wanted_.kind);
    for (const Output& output : reducer_.resources()) {
      if (output.key.kind != info.name || output.key.group != info.group) continue;
      if (matches(wanted_, output.key)) put({output.key, parsed(output.body), 0});
    }
  }

  std::vector<Found> take() {
    std::vector<Found> out;
    for (auto& [place, found] : found_) out.push_back(std::move(found));
    return out;
  }

 private:
  using Place = std::tuple<std::string, std::string, std::string>;

  Result<void> add_observed(const KnownObject& known) {
    const auto record = log_.get(known.seq);
    if (!record) return tl::unexpected<Error>(record.error());
    Found found{known.key, object_of(*record), known.seq};
    if (!wanted_.observed) {
      const auto output = reducer_.output(known.key);
      if (output && output->is_status) {
        merge_status(found.object, parsed(output->body)["status"],
                     reducer_.config().controller_name);
      }
    }
    put(std::move(found));
    return {};
  }

  void put(Found found) {
    Place place{found.key.ns, found.key.name, found.key.zone};
    found_.insert_or_assign(std::move(place), std::move(found));
  }

  const Wanted& wanted_;
  const Reducer& reducer_;
  store::Reader& log_;
  std::map<Place, Found> found_;
};

}  // namespace

Json object_of(const record::Record& record) {
  Json object = parsed(record.body);
  if (!object.is_object()) return Json::object();
  if (!object.contains("apiVersion")) object["apiVersion"] = record.api_version;
  if (!object.contains("kind")) object["kind"] = record.object.kind;
  if (record.encoding == record::Encoding::kSecretFacts) {
    Json data = Json::object();
    if (const Json& digests = member_in(member_in(object, "facts"), "data"); digests.is_object()) {
      data = digests;
    }
    object.erase("facts");
    object["data"] = std::move(data);
  }
  return object;
}

Result<std::vector<Found>> look_up(const Wanted& wanted, const Reducer& reducer,
                                   store::Reader& log) {
  Collector collector(wanted, reducer, log);
  if (wanted.observed || !is_generated(wanted.kind)) {
    if (auto added = collector.add_observed(); !added) return tl::unexpected<Error>(added.error());
  }
  if (!wanted.observed && model::info(wanted.kind).generated) collector.add_desired();
  return collector.take();
}

std::vector<record::ObjectKey> namesakes(model::Kind kind, std::string_view name,
                                         const Reducer& reducer) {
  const model::KindInfo& info = model::info(kind);
  std::vector<record::ObjectKey> out;
  for (const ZoneState& zone : reducer.zones()) {
    for (const KnownObject& known : reducer.known(zone.name, info.group, info.name)) {
      if (known.key.name == name) out.push_back(known.key);
    }
  }
  for (const Output& output : reducer.resources()) {
    if (output.key.kind == info.name && output.key.name == name) out.push_back(output.key);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace pawprint::replay
