#include "tools/sandbox/openapi.h"

namespace pawprint::sandbox {
namespace {

/// "api/v1" or "apis/kuma.io/v1alpha1".
std::string root_of(const Kind& kind, const KindVersion& version) {
  return (kind.group.empty() ? "api/" : "apis/") + kind.api_version(version);
}

Json patch_operation(const Kind& kind, const KindVersion& version) {
  Json parameters = Json::array();
  for (const char* name : {"dryRun", "fieldManager", "fieldValidation", "force"}) {
    parameters.push_back({{"name", name}, {"in", "query"}, {"schema", {{"type", "string"}}}});
  }
  Json type = {{"group", kind.group}, {"version", version.name}, {"kind", kind.kind}};
  Json responses = {{"200", {{"description", "OK"}}}};
  return {{"parameters", parameters},
          {"responses", responses},
          {"x-kubernetes-action", "patch"},
          {"x-kubernetes-group-version-kind", type}};
}

std::string path_of(const Kind& kind, const KindVersion& version) {
  std::string space = kind.namespaced ? "/namespaces/{namespace}" : "";
  return "/" + root_of(kind, version) + space + "/" + kind.plural + "/{name}";
}

Json index(const Cluster& cluster) {
  Json paths = Json::object();
  for (const auto& [resource, kind] : cluster.catalogue.all()) {
    for (const KindVersion& version : kind->versions) {
      std::string root = root_of(*kind, version);
      paths[root] = {{"serverRelativeURL", "/openapi/v3/" + root}};
    }
  }
  return {{"paths", paths}};
}

}  // namespace

std::optional<Response> open_api(const Cluster& cluster, const Target& target) {
  const auto& path = target.path;
  if (path.size() < 2 || path[0] != "openapi" || path[1] != "v3") return std::nullopt;
  if (path.size() == 2) return json_response(200, index(cluster));
  std::string wanted;
  for (std::size_t i = 2; i < path.size(); ++i) wanted += (i == 2 ? "" : "/") + path[i];
  Json paths = Json::object();
  for (const auto& [resource, kind] : cluster.catalogue.all()) {
    for (const KindVersion& version : kind->versions) {
      if (root_of(*kind, version) != wanted) continue;
      paths[path_of(*kind, version)] = {{"patch", patch_operation(*kind, version)}};
    }
  }
  if (paths.empty()) return std::nullopt;
  Json info = {{"title", "sandbox"}, {"version", "v1.34.4"}};
  return json_response(200, {{"openapi", "3.0.0"},
                             {"info", info},
                             {"paths", paths},
                             {"components", {{"schemas", Json::object()}}}});
}

}  // namespace pawprint::sandbox
