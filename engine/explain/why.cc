#include "engine/explain/why.h"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/explain/field_origin.h"
#include "engine/model/status.h"

namespace pawprint::explain {
namespace {

using Json = nlohmann::json;
using model::FieldPath;

bool is_object(const Source& source) { return !source.object.kind.empty(); }

/// Origins of every source that an answer needs, one history walk for each object.
class Origins {
 public:
  Origins(History& history, record::Seq upto) : history_(history), upto_(upto) {}

  void want(const Cause& cause) {
    for (const Source& source : cause.sources) {
      if (is_object(source)) fields_[source.object].try_emplace(source.field);
      else settings_.try_emplace(source.setting);
    }
  }

  Result<void> resolve() {
    for (auto& [setting, origin] : settings_) {
      auto found = origin_of_setting(history_, setting, upto_);
      if (!found) return tl::unexpected<Error>(found.error());
      origin = std::move(*found);
    }
    for (auto& [object, origins] : fields_) {
      if (auto done = resolve(object, origins); !done) return done;
    }
    return {};
  }

  [[nodiscard]] const FieldOrigin& of(const Source& source) const {
    return is_object(source) ? fields_.at(source.object).at(source.field)
                             : settings_.at(source.setting);
  }

 private:
  using ByField = std::map<std::string, FieldOrigin>;

  Result<void> resolve(const record::ObjectKey& object, ByField& origins) {
    std::vector<FieldPath> paths;
    for (const auto& [field, origin] : origins) {
      auto path = FieldPath::parse(field);
      PAWPRINT_CHECK(path.has_value());  // Rules print their fields with the same code.
      paths.push_back(std::move(*path));
    }
    auto found = origins_of(history_, object, paths, upto_);
    if (!found) return tl::unexpected<Error>(found.error());
    auto next = found->begin();
    for (auto& [field, origin] : origins) origin = std::move(*next++);
    return {};
  }

  History& history_;
  record::Seq upto_;
  std::map<record::ObjectKey, ByField> fields_;
  std::map<std::string, FieldOrigin> settings_;
};

Json writer_json(const model::FieldWriter& writer) {
  Json out{{"manager", writer.manager}, {"operation", writer.operation}, {"time", writer.time}};
  if (!writer.subresource.empty()) out["subresource"] = writer.subresource;
  return out;
}

void add_writers(Json& out, const FieldOrigin& origin) {
  out["writer"] = nullptr;
  if (origin.kind != OriginKind::kWritten || origin.writers.empty()) return;
  out["writer"] = writer_json(origin.writers.front());
  if (origin.writers.size() == 1) return;
  out["writers"] = Json::array();
  for (const auto& each : origin.writers) out["writers"].push_back(writer_json(each));
}

/// `leaf` is the value that the rule wrote; it is the value of a constant.
Json cause_json(std::string_view rule, const Source& source, const FieldOrigin& origin,
                const Json& leaf) {
  Json out{{"rule", rule}, {"origin", name(origin.kind)}, {"causes", Json::array()}};
  if (is_object(source)) {
    out["object"] = record::display(source.object);
    out["zone"] = source.object.zone;
    out["field"] = source.field;
  } else {
    out["object"] = "Config";
    std::string field;
    if (!source.setting.empty()) model::append_member(field, source.setting);
    out["field"] = field;
  }
  out["value"] = origin.kind == OriginKind::kConstant ? leaf : origin.value;
  out["seq"] = origin.seq;
  out["time"] = model::rfc3339(origin.time_ns);
  add_writers(out, origin);
  return out;
}

Json causes_json(const Cause& cause, const Origins& origins, const Json& leaf) {
  Json out = Json::array();
  for (const Source& source : cause.sources) {
    out.push_back(cause_json(cause.rule, source, origins.of(source), leaf));
  }
  return out;
}

Json gates_json(const std::vector<Cause>& gates, const Origins& origins) {
  Json out = Json::array();
  for (const Cause& gate : gates) {
    for (Json& each : causes_json(gate, origins, nullptr)) {
      each.erase("causes");
      if (std::find(out.begin(), out.end(), each) == out.end()) out.push_back(std::move(each));
    }
  }
  return out;
}

/// Leaves at or below the field, with their values.
std::vector<std::pair<const Leaf*, Json>> leaves_below(const ObjectTrace& trace,
                                                       const FieldPath& field) {
  std::vector<std::pair<const Leaf*, Json>> found;
  for (const Leaf& leaf : trace.leaves) {
    const auto path = FieldPath::parse(leaf.field);
    PAWPRINT_CHECK(path.has_value());
    if (field.contains(*path)) found.emplace_back(&leaf, Json::parse(leaf.value, nullptr, false));
  }
  return found;
}

void add_causes(Json& answer, const std::vector<std::pair<const Leaf*, Json>>& leaves,
                const FieldPath& field, const Origins& origins) {
  Json all = Json::array();
  Json fields = Json::array();
  for (const auto& [leaf, value] : leaves) {
    Json causes = causes_json(leaf->cause, origins, value);
    for (const Json& each : causes) {
      if (std::find(all.begin(), all.end(), each) == all.end()) all.push_back(each);
    }
    fields.push_back({{"field", leaf->field},
                      {"value", value},
                      {"rule", leaf->cause.rule},
                      {"causes", std::move(causes)}});
  }
  answer["rule"] = leaves.front().first->cause.rule;
  answer["causes"] = std::move(all);
  const bool one = leaves.size() == 1 && leaves.front().first->field == field.str();
  if (!one) answer["fields"] = std::move(fields);
}

}  // namespace

Result<Json> why(const ObjectTrace& trace, std::string_view body, const FieldPath& field,
                 History& history, record::Seq upto) {
  const auto leaves = leaves_below(trace, field);
  const Json object = Json::parse(body, nullptr, false);
  const Json* value = field.find(object);
  if (leaves.empty() || value == nullptr) {
    return fail(ErrorCode::kNotFound,
                record::display(trace.object) + " has no field '" + field.str() + "'");
  }
  Origins origins(history, upto);
  for (const auto& [leaf, text] : leaves) origins.want(leaf->cause);
  for (const Cause& gate : trace.gates) origins.want(gate);
  if (auto resolved = origins.resolve(); !resolved) {
    return tl::unexpected<Error>(resolved.error());
  }
  Json answer{{"object", record::display(trace.object)},
              {"zone", trace.object.zone},
              {"field", field.str()},
              {"value", *value},
              {"gates", gates_json(trace.gates, origins)}};
  add_causes(answer, leaves, field, origins);
  return answer;
}

}  // namespace pawprint::explain
