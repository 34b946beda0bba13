#include "replay/why.h"

#include "engine/explain/field_origin.h"
#include "engine/explain/why.h"
#include "engine/model/status.h"
#include "replay/log_history.h"
#include "replay/lookup.h"

namespace pawprint::replay {
namespace {

using explain::FieldOrigin;
using explain::OriginKind;
using model::FieldPath;

Json writer_json(const model::FieldWriter& writer) {
  Json out{{"manager", writer.manager}, {"operation", writer.operation}, {"time", writer.time}};
  if (!writer.subresource.empty()) out["subresource"] = writer.subresource;
  return out;
}

/// Who wrote an input field, and since when it has its value; a chain ends here.
Json cause_json(const record::ObjectKey& object, const std::string& field,
                const FieldOrigin& origin) {
  Json out{{"rule", nullptr},
           {"origin", explain::name(origin.kind)},
           {"causes", Json::array()},
           {"object", record::display(object)},
           {"zone", object.zone},
           {"field", field},
           {"value", origin.value},
           {"seq", origin.seq},
           {"time", model::rfc3339(origin.time_ns)},
           {"writer", nullptr}};
  if (origin.kind != OriginKind::kWritten || origin.writers.empty()) return out;
  out["writer"] = writer_json(origin.writers.front());
  if (origin.writers.size() == 1) return out;
  out["writers"] = Json::array();
  for (const model::FieldWriter& each : origin.writers) out["writers"].push_back(writer_json(each));
  return out;
}

/// Who wrote what is of no interest in the list of all fields of an object.
bool is_bookkeeping(const FieldPath& path) {
  static const FieldPath kMetadata = FieldPath().member("metadata");
  return kMetadata.member("managedFields").contains(path) ||
         kMetadata.member("resourceVersion").contains(path);
}

void add_leaves(std::vector<FieldPath>& leaves, const Json& value, const FieldPath& path) {
  if (is_bookkeeping(path)) return;
  if (value.is_object() && !value.empty()) {
    for (const auto& [name, member] : value.items()) add_leaves(leaves, member, path.member(name));
  } else if (value.is_array() && !value.empty()) {
    for (std::size_t i = 0; i < value.size(); ++i) add_leaves(leaves, value[i], path.item(i));
  } else {
    leaves.push_back(path);
  }
}

Result<std::vector<Json>> causes_of(LogHistory& history, const record::ObjectKey& object,
                                    const std::vector<FieldPath>& paths, record::Seq upto) {
  const auto origins = explain::origins_of(history, object, paths, upto);
  if (!origins) return tl::unexpected<Error>(origins.error());
  std::vector<Json> out;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    out.push_back(cause_json(object, paths[i].str(), (*origins)[i]));
  }
  return out;
}

/// `why` of a field that somebody else wrote.
Result<Json> why_input(const Past& past, store::Reader& log, const KnownObject& known,
                       const FieldPath& field) {
  const auto record = log.get(known.seq);
  if (!record) return tl::unexpected<Error>(record.error());
  const Json object = object_of(*record);
  std::vector<FieldPath> paths;
  const Json* value = field.find(object);
  if (value != nullptr) add_leaves(paths, *value, field);
  if (paths.empty()) paths.push_back(field);  // Perhaps the API's defaults have it.
  LogHistory history(log);
  const auto causes = causes_of(history, known.key, paths, past.moment.seq);
  if (!causes) return tl::unexpected<Error>(causes.error());
  if (value == nullptr && causes->front()["origin"] == explain::name(OriginKind::kAbsent)) {
    return fail(ErrorCode::kNotFound,
                record::display(known.key) + " has no field '" + field.str() + "'");
  }
  Json out{{"object", record::display(known.key)},
           {"zone", known.key.zone},
           {"field", field.str()},
           {"value", value != nullptr ? *value : causes->front()["value"]},
           {"rule", nullptr},
           {"causes", *causes},
           {"gates", Json::array()}};
  if (paths.size() == 1 && paths.front() == field) return out;
  out["fields"] = Json::array();
  for (const Json& each : *causes) {
    out["fields"].push_back({{"field", each["field"]},
                             {"value", each["value"]},
                             {"rule", nullptr},
                             {"causes", Json::array({each})}});
  }
  return out;
}

/// True when the question is about what Pawprint decides: a generated object, or the part of a
/// status that it owns.
bool is_decided(const Output& output, const FieldPath& field) {
  if (!output.is_status || field.empty()) return true;
  return FieldPath().member("status").contains(field);
}

}  // namespace

Result<Json> why_answer(const Past& past, store::Reader& log, const record::ObjectKey& object,
                        const FieldPath& field) {
  Json out = answer("Why", past.moment.seq, past.moment.time_ns, past.coverage);
  const auto output = past.reducer.output(object);
  const auto trace = past.reducer.trace(object);
  const auto known = past.reducer.known(object);
  Result<Json> body;
  if (output && trace && (is_decided(*output, field) || !known)) {
    LogHistory history(log);
    body = explain::why(*trace, output->body, field, history, past.moment.seq);
  } else if (known) {
    body = why_input(past, log, *known, field);
  } else {
    body = fail(ErrorCode::kNotFound,
                record::display(object) + " does not exist at @" + std::to_string(past.moment.seq));
  }
  if (!body) return tl::unexpected<Error>(body.error());
  out.update(*body);
  return out;
}

}  // namespace pawprint::replay
