#include "tools/pawprint/crd_check.h"

#include "replay/answer.h"
#include "replay/kind_names.h"
#include "tools/sandbox/metadata.h"

namespace pawprint::cli {
namespace {

using replay::Json;
using sandbox::Cause;

constexpr const char* kRefused = "input/schema";
constexpr const char* kDropped = "input/unknown-field";

/// ".spec.rules[0].name", as fields are written everywhere.
std::string with_field(const std::string& field, const std::string& message) {
  return field.empty() ? message : '.' + field + ": " + message;
}

Result<void> add_all(sandbox::Catalogue& catalogue, Result<std::vector<sandbox::KindPtr>> kinds) {
  if (!kinds) return tl::unexpected<Error>(std::move(kinds.error()));
  for (sandbox::KindPtr& kind : *kinds) catalogue.add(std::move(kind));
  return {};
}

}  // namespace

Result<CrdCheck> CrdCheck::load() {
  CrdCheck out;
  auto added = add_all(out.catalogue_, sandbox::builtin_kinds()).and_then([&] {
    return add_all(out.catalogue_, sandbox::embedded_custom_kinds());
  });
  if (!added) return fail(ErrorCode::kInternal, added.error().message);
  return out;
}

std::string CrdCheck::unknown_version(const std::string& api_version,
                                      const std::string& kind) const {
  const auto [group, version] = sandbox::split_api_version(api_version);
  for (const auto& [resource, known] : catalogue_.all()) {
    if (known->group != group || known->kind != kind) continue;
    std::string out = "no API server has this kind in version " + version + "; there is";
    for (const sandbox::KindVersion& each : known->versions) out += ' ' + each.name;
    return out;
  }
  return {};
}

std::vector<Diagnostic> CrdCheck::check(const record::ObjectKey& key, std::string_view json) const {
  std::vector<Diagnostic> out;
  if (key.group.empty() && key.kind == "Secret") return out;
  Json object = replay::parsed(json);
  const std::string api_version = replay::text_in(object, "apiVersion");
  const sandbox::KindPtr kind = catalogue_.by_kind(api_version, key.kind);
  if (kind == nullptr) {
    const std::string message = unknown_version(api_version, key.kind);
    if (!message.empty()) out.push_back({key, "error", kRefused, message});
    return out;
  }
  const auto [group, version] = sandbox::split_api_version(api_version);
  const sandbox::Schema& schema = *kind->version(version)->schema;
  for (const std::string& field : sandbox::prune(schema, object)) {
    out.push_back({key, "warning", kDropped, with_field(field, "unknown; API servers drop it")});
  }
  sandbox::apply_defaults(schema, object);
  if (kind->namespaced && !key.ns.empty() && !replay::is_object_name(key.ns)) {
    out.push_back({key, "error", kRefused, ".metadata.namespace: no name of a namespace"});
  }
  for (const auto& causes :
       {sandbox::check_metadata(*kind, object), sandbox::validate(schema, object, "")}) {
    for (const Cause& each : causes) {
      out.push_back({key, "error", kRefused, with_field(each.field, each.message)});
    }
  }
  return out;
}

}  // namespace pawprint::cli
