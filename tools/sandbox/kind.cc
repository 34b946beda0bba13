#include "tools/sandbox/kind.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <tuple>

#include "tools/sandbox/definitions.h"
#include "tools/sandbox/yaml.h"

namespace pawprint::sandbox {
namespace {

/// What apimachinery declares for the metadata of every object.
const Json& metadata_schema() {
  static const Json kSchema = Json::parse(R"({
    "type": "object", "properties": {
      "name": {"type": "string"}, "generateName": {"type": "string"},
      "namespace": {"type": "string"}, "selfLink": {"type": "string"}, "uid": {"type": "string"},
      "resourceVersion": {"type": "string"}, "generation": {"type": "integer"},
      "creationTimestamp": {"type": "string", "nullable": true},
      "deletionTimestamp": {"type": "string", "nullable": true},
      "deletionGracePeriodSeconds": {"type": "integer", "nullable": true},
      "labels": {"type": "object", "nullable": true, "additionalProperties": {"type": "string"}},
      "annotations": {"type": "object", "nullable": true,
                      "additionalProperties": {"type": "string"}},
      "finalizers": {"type": "array", "nullable": true, "x-kubernetes-list-type": "set",
                     "items": {"type": "string"}},
      "managedFields": {"type": "array", "nullable": true,
        "items": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
      "ownerReferences": {"type": "array", "nullable": true, "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["uid"], "items": {
          "type": "object", "x-kubernetes-map-type": "atomic",
          "required": ["apiVersion", "kind", "name", "uid"], "properties": {
            "apiVersion": {"type": "string"}, "kind": {"type": "string"},
            "name": {"type": "string"}, "uid": {"type": "string"},
            "controller": {"type": "boolean"}, "blockOwnerDeletion": {"type": "boolean"}}}}
    }})");
  return kSchema;
}

struct Rank {
  int stability = 0;  // 2 stable, 1 beta, 0 alpha, -1 not a version of this form
  int major = 0, minor = 0;
  auto operator<=>(const Rank&) const = default;
};

Rank rank(const std::string& version) {
  static const RE2 kForm(R"(v(\d+)(?:(alpha|beta)(\d+))?)");
  std::string major, level, minor;
  if (!RE2::FullMatch(version, kForm, &major, &level, &minor)) return {-1, 0, 0};
  int stability = level.empty() ? 2 : level == "beta" ? 1 : 0;
  return {stability, std::atoi(major.c_str()), minor.empty() ? 0 : std::atoi(minor.c_str())};
}

std::vector<Column> parse_columns(const Json& source) {
  std::vector<Column> columns;
  for (const Json& column : member(source, "additionalPrinterColumns")) {
    columns.push_back({text(column, "name"), text(column, "type"), text(column, "jsonPath"),
                       column.value("priority", 0)});
  }
  if (columns.empty()) columns.push_back({"Age", "date", ".metadata.creationTimestamp", 0});
  return columns;
}

Result<KindVersion> parse_version(const Json& source) {
  Json schema = member(member(source, "schema"), "openAPIV3Schema");
  if (!schema.is_object()) return fail(ErrorCode::kInvalid, "no openAPIV3Schema");
  schema["properties"]["apiVersion"] = {{"type", "string"}};
  schema["properties"]["kind"] = {{"type", "string"}};
  schema["properties"]["metadata"] = metadata_schema();
  auto parsed = parse_schema(schema);
  if (!parsed) return tl::unexpected(parsed.error());
  bool status = member(member(source, "subresources"), "status").is_object();
  return KindVersion{text(source, "name"), *parsed, status, parse_columns(source)};
}

Result<std::vector<KindPtr>> parse_all(const std::vector<Json>& definitions, bool builtin) {
  std::vector<KindPtr> kinds;
  for (const Json& definition : definitions) {
    auto kind = parse_definition(definition, builtin);
    if (!kind) return tl::unexpected(kind.error());
    kinds.push_back(*kind);
  }
  return kinds;
}

Result<std::vector<KindPtr>> parse_embedded(std::string_view packed, bool builtin) {
  Json definitions = Json::parse(packed, nullptr, false);
  PAWPRINT_CHECK(definitions.is_array());
  return parse_all(definitions.get<std::vector<Json>>(), builtin);
}

}  // namespace

const KindVersion* Kind::version(const std::string& name) const {
  for (const KindVersion& version : versions) {
    if (version.name == name) return &version;
  }
  return nullptr;
}

Result<KindPtr> parse_definition(const Json& definition, bool builtin) {
  const Json& spec = member(definition, "spec");
  const Json& names = member(spec, "names");
  auto kind = std::make_shared<Kind>();
  kind->group = text(spec, "group");
  kind->plural = text(names, "plural");
  kind->singular = text(names, "singular");
  kind->kind = text(names, "kind");
  kind->list_kind = text(names, "listKind");
  kind->namespaced = text(spec, "scope") == "Namespaced";
  kind->builtin = builtin;
  for (const Json& name : member(names, "shortNames")) kind->short_names.push_back(name);
  for (const Json& name : member(names, "categories")) kind->categories.push_back(name);
  if (kind->plural.empty() || kind->kind.empty()) {
    return fail(ErrorCode::kInvalid, "definition without spec.names.plural or spec.names.kind");
  }
  for (const Json& source : member(spec, "versions")) {
    if (member(source, "served") != true) continue;
    auto version = parse_version(source);
    if (!version) {
      return fail(version.error().code, kind->resource() + ": " + version.error().message);
    }
    kind->versions.push_back(std::move(*version));
  }
  std::sort(kind->versions.begin(), kind->versions.end(),
            [](const auto& a, const auto& b) { return preferred_before(a.name, b.name); });
  if (kind->versions.empty()) {
    return fail(ErrorCode::kInvalid, kind->resource() + ": no version is served");
  }
  return KindPtr(kind);
}

KindPtr Catalogue::remove(const std::string& resource) {
  auto found = kinds_.find(resource);
  if (found == kinds_.end()) return nullptr;
  KindPtr kind = found->second;
  kinds_.erase(found);
  return kind;
}

KindPtr Catalogue::by_resource(const std::string& resource) const {
  auto found = kinds_.find(resource);
  return found == kinds_.end() ? nullptr : found->second;
}

KindPtr Catalogue::by_plural(const std::string& group, const std::string& version,
                             const std::string& plural) const {
  KindPtr kind = by_resource(group.empty() ? plural : plural + "." + group);
  return kind != nullptr && kind->version(version) != nullptr ? kind : nullptr;
}

KindPtr Catalogue::by_kind(const std::string& api_version, const std::string& kind) const {
  auto [group, version] = split_api_version(api_version);
  for (const auto& [resource, candidate] : kinds_) {
    if (candidate->kind == kind && candidate->group == group && candidate->version(version)) {
      return candidate;
    }
  }
  return nullptr;
}

Result<std::vector<KindPtr>> builtin_kinds() { return parse_embedded(kBuiltinDefinitions, true); }

Result<std::vector<KindPtr>> embedded_custom_kinds() {
  return parse_embedded(kCustomDefinitions, false);
}

Result<std::vector<KindPtr>> read_custom_kinds(const std::string& directory) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (auto entry = std::filesystem::recursive_directory_iterator(directory, error);
       !error && entry != std::filesystem::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == ".yaml") files.push_back(entry->path());
  }
  if (error) return fail(ErrorCode::kNotFound, directory + ": " + error.message());
  std::sort(files.begin(), files.end());
  std::vector<Json> definitions;
  for (const auto& file : files) {
    std::stringstream bytes;
    bytes << std::ifstream(file, std::ios::binary).rdbuf();
    auto documents = yaml_documents(bytes.str());
    if (!documents)
      return fail(documents.error().code, file.string() + ": " + documents.error().message);
    for (Json& document : *documents) {
      if (text(document, "kind") == "CustomResourceDefinition") {
        definitions.push_back(std::move(document));
      }
    }
  }
  if (definitions.empty()) {
    return fail(ErrorCode::kNotFound,
                directory + ": no CustomResourceDefinition in any .yaml file");
  }
  return parse_all(definitions, false);
}

bool preferred_before(const std::string& left, const std::string& right) {
  Rank first = rank(left);
  Rank second = rank(right);
  if (first != second) return first > second;
  return left < right;
}

std::pair<std::string, std::string> split_api_version(const std::string& api_version) {
  auto slash = api_version.find('/');
  if (slash == std::string::npos) return {"", api_version};
  return {api_version.substr(0, slash), api_version.substr(slash + 1)};
}

}  // namespace pawprint::sandbox
