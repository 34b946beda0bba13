#include "tools/pawprint/observation.h"

#include "engine/model/config_map.h"
#include "engine/model/kinds.h"
#include "tools/manifests/json_scan.h"
#include "tools/pawprint/format.h"

namespace pawprint::cli {
namespace {

/// The text of a member that is a string, escapes resolved; empty for anything else.
std::string text_of(std::string_view object, std::string_view member) {
  const std::string_view value = manifests::member_of(object, member);
  if (value.empty()) return {};
  const Json parsed_value = parsed(value);
  return parsed_value.is_string() ? parsed_value.get<std::string>() : std::string();
}

}  // namespace

Result<record::Record> observed(std::string_view json, record::Event event, std::string_view zone,
                                const store::DigestKey& key) {
  record::Record out;
  out.kind = record::Kind::kObserved;
  out.zone = zone;
  out.event = event;
  out.api_version = text_of(json, "apiVersion");
  out.object.zone = zone;
  out.object.group = record::group_of(out.api_version);
  out.object.kind = text_of(json, "kind");
  const std::string_view metadata = manifests::member_of(json, "metadata");
  out.object.name = text_of(metadata, "name");
  out.object.ns = text_of(metadata, "namespace");
  out.uid = text_of(metadata, "uid");
  out.resource_version = text_of(metadata, "resourceVersion");
  if (out.object.kind.empty() || out.object.name.empty()) {
    return fail(ErrorCode::kInvalid, "no kind or no metadata.name that can be read");
  }
  const model::Kind kind = model::kind_of(out.object.group, out.object.kind);
  if (kind != model::Kind::kNone) {
    if (!model::info(kind).namespaced) out.object.ns.clear();
    else if (out.object.ns.empty()) out.object.ns = "default";
  }
  // A Secret of a group that does not exist is a Secret that somebody mistyped.
  if (kind != model::Kind::kSecret && out.object.kind != "Secret") {
    const bool cut = kind == model::Kind::kConfigMap;
    out.body = cut ? model::config_map_on_record(json).value_or("{}") : std::string(json);
    return out;
  }
  auto facts = store::secret_facts(json, key);
  if (!facts) return tl::unexpected<Error>(std::move(facts.error()));
  out.encoding = record::Encoding::kSecretFacts;
  out.body = std::move(*facts);
  return out;
}

std::string with_creation_time(std::string_view json, std::string_view rfc3339) {
  Json object = parsed(json);
  if (!object.is_object() || !object["metadata"].is_object()) return std::string(json);
  Json& created = object["metadata"]["creationTimestamp"];
  if (!created.is_string() || created.get_ref<const std::string&>().empty()) created = rfc3339;
  return compact(object);
}

}  // namespace pawprint::cli
