#include "engine/rules/status_json.h"

#include "engine/model/canonical.h"
#include "engine/model/kinds.h"

namespace pawprint::rules {

namespace {

using model::Status;
using model::StatusEntry;
using model::TransitionTime;

std::string route_status(const world::Object& object, const Status& status,
                         std::string_view controller, const TransitionTime& time, bool foreign) {
  std::string parents;
  const auto* route = object.as<model::HttpRouteFact>();
  if (foreign && route != nullptr) parents = route->foreign_entries;
  for (const StatusEntry& entry : status.entries) {
    if (!parents.empty()) parents += ',';
    parents += "{\"conditions\":" + model::print_conditions(entry, time) + ",\"controllerName\":";
    model::append_json_string(parents, controller);
    parents += ",\"parentRef\":" + entry.section + '}';
  }
  return "{\"parents\":[" + parents + "]}";
}

std::string policy_status(const world::Object& object, const Status& status,
                          std::string_view controller, const TransitionTime& time, bool foreign) {
  std::string ancestors;
  const auto* policy = object.as<model::BackendTlsPolicyFact>();
  if (foreign && policy != nullptr) ancestors = policy->foreign_entries;
  for (const StatusEntry& entry : status.entries) {
    if (!ancestors.empty()) ancestors += ',';
    ancestors += "{\"ancestorRef\":" + entry.section +
                 ",\"conditions\":" + model::print_conditions(entry, time) + ",\"controllerName\":";
    model::append_json_string(ancestors, controller);
    ancestors += '}';
  }
  return "{\"ancestors\":[" + ancestors + "]}";
}

std::string top_conditions(const world::Object& object, const StatusEntry& entry,
                           const TransitionTime& time, bool foreign) {
  std::string conditions = model::print_conditions(entry, time);
  const std::string& others = object.seen.foreign_conditions;
  if (foreign && !others.empty()) {
    conditions.insert(1, entry.conditions.empty() ? others : others + ',');
  }
  return conditions;
}

std::string object_status(const world::Object& object, const Status& status,
                          const TransitionTime& time, bool foreign) {
  std::string addresses;
  std::string conditions;
  std::string features;
  std::string listeners;
  for (const StatusEntry& entry : status.entries) {
    if (entry.section.empty()) {
      conditions = "\"conditions\":" + top_conditions(object, entry, time, foreign);
      // addresses and attachedListenerSets stand before conditions, supportedFeatures after.
      const bool after = object.kind == model::Kind::kGatewayClass;
      if (!entry.members.empty() && !after) addresses = entry.members + ',';
      if (!entry.members.empty() && after) features = ',' + entry.members;
      continue;
    }
    if (!listeners.empty()) listeners += ',';
    // Members in sorted order: attachedRoutes, conditions, name, supportedKinds.
    const std::size_t kinds = entry.members.find(",\"supportedKinds\"");
    listeners += '{' + entry.members.substr(0, kinds) +
                 ",\"conditions\":" + model::print_conditions(entry, time) + ",\"name\":";
    model::append_json_string(listeners, entry.section);
    listeners += entry.members.substr(kinds) + '}';
  }
  if (object.kind != model::Kind::kGatewayClass) listeners = ",\"listeners\":[" + listeners + ']';
  return '{' + addresses + conditions + listeners + features + '}';
}

}  // namespace

std::string status_json(const world::Object& object, const Status& status,
                        std::string_view controller, const TransitionTime& time, bool foreign) {
  if (object.kind == model::Kind::kBackendTlsPolicy) {
    return policy_status(object, status, controller, time, foreign);
  }
  return model::is_route(object.kind) ? route_status(object, status, controller, time, foreign)
                                      : object_status(object, status, time, foreign);
}

std::string status_document(const world::Object& object, const Status& status,
                            std::string_view controller, const TransitionTime& time, bool foreign) {
  const model::KindInfo& kind = model::info(object.kind);
  std::string out = "{\"apiVersion\":\"" + std::string(kind.api_version) + "\",\"kind\":\"" +
                    std::string(kind.name) + "\",\"metadata\":{\"name\":";
  model::append_json_string(out, object.name.view());
  if (object.ns.set()) {
    out += ",\"namespace\":";
    model::append_json_string(out, object.ns.view());
  }
  return out + "},\"status\":" + status_json(object, status, controller, time, foreign) + '}';
}

}  // namespace pawprint::rules
