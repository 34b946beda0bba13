#include "replay/plan_writes.h"

#include "engine/model/defaults.h"
#include "replay/lookup.h"

namespace pawprint::replay {
namespace {

/// The object as it was last seen; null when it was not.
Result<Json> seen_object(const record::ObjectKey& key, const Reducer& reducer, store::Reader& log) {
  const auto known = reducer.known(key);
  if (!known) return Json();
  const auto record = log.get(known->seq);
  if (!record) return tl::unexpected<Error>(record.error());
  return object_of(*record);
}

/// What the planner compares of an object; null when there is none.
Json comparable(const std::string& kind, const Json& object) {
  if (!object.is_object()) return {};
  const auto text = model::normalise_for_compare(
      kind, object.dump(-1, ' ', false, Json::error_handler_t::replace));
  return text ? parsed(*text) : Json();
}

/// A replacement keeps the labels of others: only those that are sent count.
void add_labels(const Json& seen, const Json& body, Json& from, Json& to) {
  const Json& sent = member_in(member_in(body, "metadata"), "labels");
  const Json& there = member_in(member_in(seen, "metadata"), "labels");
  if (!sent.is_object()) return;
  for (const auto& [name, value] : sent.items()) {
    to["metadata"]["labels"][name] = value;
    const Json& before = member_in(there, name.c_str());
    if (!before.is_null()) from["metadata"]["labels"][name] = before;
  }
}

}  // namespace

Result<std::vector<FieldChange>> plan_writes(const plan::Operation& operation,
                                             const Reducer& reducer, store::Reader& log) {
  if (operation.verb == plan::Verb::kDelete) return std::vector<FieldChange>();
  const auto seen = seen_object(operation.object, reducer, log);
  if (!seen) return tl::unexpected<Error>(seen.error());
  const Json body = parsed(operation.body);
  Json from = Json::object();
  Json to = Json::object();
  switch (operation.verb) {
    case plan::Verb::kStatus:
      from["status"] = member_in(*seen, "status");
      to["status"] = member_in(body, "status");
      break;
    case plan::Verb::kFinalizer:
      from["metadata"]["finalizers"] = member_in(member_in(*seen, "metadata"), "finalizers");
      to["metadata"]["finalizers"] = member_in(member_in(body, "metadata"), "finalizers");
      break;
    case plan::Verb::kCreate:
    case plan::Verb::kReplace:
    case plan::Verb::kDelete:
      if (operation.verb == plan::Verb::kReplace) from = comparable(operation.object.kind, *seen);
      to = comparable(operation.object.kind, body);
      add_labels(*seen, body, from, to);
      break;
  }
  return field_diff(from, to);
}

}  // namespace pawprint::replay
