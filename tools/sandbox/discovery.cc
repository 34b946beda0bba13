#include "tools/sandbox/discovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace pawprint::sandbox {
namespace {

const Json& kind_verbs() {
  static const Json kVerbs = {"delete", "deletecollection", "get",    "list",
                              "patch",  "create",           "update", "watch"};
  return kVerbs;
}

/// The kinds of reviews: created, answered and forgotten.
struct Review {
  const char* group;
  const char* plural;
  const char* kind;
};
constexpr Review kReviews[] = {
    {"authentication.k8s.io", "tokenreviews", "TokenReview"},
    {"authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview"},
    {"authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview"}};

/// Versions of a group, most preferred first.
std::vector<std::string> versions_of(const Cluster& cluster, const std::string& group) {
  std::set<std::string> names;
  for (const auto& [resource, kind] : cluster.catalogue.all()) {
    if (kind->group != group) continue;
    for (const KindVersion& version : kind->versions) names.insert(version.name);
  }
  for (const Review& review : kReviews) {
    if (review.group == group) names.insert("v1");
  }
  std::vector<std::string> out(names.begin(), names.end());
  std::sort(out.begin(), out.end(), preferred_before);
  return out;
}

std::set<std::string> groups_of(const Cluster& cluster) {
  std::set<std::string> out;
  for (const auto& [resource, kind] : cluster.catalogue.all()) {
    if (!kind->group.empty()) out.insert(kind->group);
  }
  for (const Review& review : kReviews) out.insert(review.group);
  return out;
}

Json group_entry(const Cluster& cluster, const std::string& group) {
  Json versions = Json::array();
  for (const std::string& version : versions_of(cluster, group)) {
    versions.push_back(
        {{"groupVersion", fmt::format("{}/{}", group, version)}, {"version", version}});
  }
  if (versions.empty()) return nullptr;
  return {{"name", group}, {"preferredVersion", versions.front()}, {"versions", versions}};
}

void add_plain(Json& resources, const Kind& kind, const KindVersion& version) {
  Json entry = {{"name", kind.plural},
                {"singularName", kind.singular},
                {"namespaced", kind.namespaced},
                {"kind", kind.kind},
                {"verbs", kind_verbs()}};
  if (!kind.short_names.empty()) entry["shortNames"] = kind.short_names;
  if (!kind.categories.empty()) entry["categories"] = kind.categories;
  resources.push_back(entry);
  if (!version.status_subresource) return;
  resources.push_back({{"name", kind.plural + "/status"},
                       {"singularName", ""},
                       {"namespaced", kind.namespaced},
                       {"kind", kind.kind},
                       {"verbs", {"get", "patch", "update"}}});
}

Json plain_resources(const Cluster& cluster, const std::string& group, const std::string& version) {
  Json resources = Json::array();
  for (const auto& [resource, kind] : cluster.catalogue.all()) {
    const KindVersion* served = kind->group == group ? kind->version(version) : nullptr;
    if (served != nullptr) add_plain(resources, *kind, *served);
  }
  for (const Review& review : kReviews) {
    if (review.group != group || version != "v1") continue;
    resources.push_back({{"name", review.plural},
                         {"singularName", ""},
                         {"namespaced", false},
                         {"kind", review.kind},
                         {"verbs", {"create"}}});
  }
  return resources;
}

Json aggregated_resource(const Kind& kind, const KindVersion& version) {
  Json type = {{"group", kind.group}, {"version", version.name}, {"kind", kind.kind}};
  Json entry = {{"resource", kind.plural},
                {"responseKind", type},
                {"scope", kind.namespaced ? "Namespaced" : "Cluster"},
                {"singularResource", kind.singular},
                {"verbs", kind_verbs()}};
  if (!kind.short_names.empty()) entry["shortNames"] = kind.short_names;
  if (!kind.categories.empty()) entry["categories"] = kind.categories;
  if (version.status_subresource) {
    entry["subresources"] = Json::array({{{"subresource", "status"},
                                          {"responseKind", type},
                                          {"verbs", {"get", "patch", "update"}}}});
  }
  return entry;
}

Json aggregated_group(const Cluster& cluster, const std::string& group) {
  Json versions = Json::array();
  for (const std::string& version : versions_of(cluster, group)) {
    Json resources = Json::array();
    for (const auto& [resource, kind] : cluster.catalogue.all()) {
      const KindVersion* served = kind->group == group ? kind->version(version) : nullptr;
      if (served != nullptr) resources.push_back(aggregated_resource(*kind, *served));
    }
    for (const Review& review : kReviews) {
      if (review.group != group) continue;
      resources.push_back(
          {{"resource", review.plural},
           {"responseKind", {{"group", group}, {"version", "v1"}, {"kind", review.kind}}},
           {"scope", "Cluster"},
           {"singularResource", ""},
           {"verbs", {"create"}}});
    }
    versions.push_back({{"version", version}, {"resources", resources}, {"freshness", "Current"}});
  }
  Json metadata = Json::object();
  if (!group.empty()) metadata["name"] = group;
  return {{"metadata", metadata}, {"versions", versions}};
}

Response aggregated(const Cluster& cluster, bool core) {
  Json items = Json::array();
  if (core) items.push_back(aggregated_group(cluster, ""));
  for (const std::string& group : groups_of(cluster)) {
    if (!core) items.push_back(aggregated_group(cluster, group));
  }
  Response response = json_response(200, {{"kind", "APIGroupDiscoveryList"},
                                          {"apiVersion", "apidiscovery.k8s.io/v2"},
                                          {"metadata", Json::object()},
                                          {"items", items}});
  response.content_type = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  return response;
}

Response resource_list(const Cluster& cluster, const std::string& group,
                       const std::string& version) {
  return json_response(200, {{"kind", "APIResourceList"},
                             {"apiVersion", "v1"},
                             {"groupVersion", group.empty() ? version : group + "/" + version},
                             {"resources", plain_resources(cluster, group, version)}});
}

std::optional<Response> discover_apis(const Cluster& cluster, const Target& target,
                                      bool wants_all) {
  const auto& path = target.path;
  if (path.size() == 1 && wants_all) return aggregated(cluster, false);
  if (path.size() == 1) {
    Json groups = Json::array();
    for (const std::string& group : groups_of(cluster))
      groups.push_back(group_entry(cluster, group));
    return json_response(200, {{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", groups}});
  }
  Json group = group_entry(cluster, path[1]);
  if (group.is_null()) return std::nullopt;
  if (path.size() == 2) {
    group["kind"] = "APIGroup";
    group["apiVersion"] = "v1";
    return json_response(200, group);
  }
  auto versions = versions_of(cluster, path[1]);
  if (path.size() != 3 || std::find(versions.begin(), versions.end(), path[2]) == versions.end()) {
    return std::nullopt;
  }
  return resource_list(cluster, path[1], path[2]);
}

}  // namespace

std::optional<Response> discover(const Cluster& cluster, const Request& request,
                                 const Target& target) {
  const auto& path = target.path;
  bool wants_all = request.accept.find("as=APIGroupDiscoveryList") != std::string::npos &&
                   request.accept.find("v=v2") != std::string::npos;
  if (path.empty()) {
    return json_response(
        200,
        {{"paths", {"/api", "/api/v1", "/apis", "/healthz", "/livez", "/readyz", "/version"}}});
  }
  if (path[0] == "readyz" || path[0] == "livez" || path[0] == "healthz") {
    Response ok;
    ok.content_type = "text/plain; charset=utf-8";
    ok.body = "ok";
    return ok;
  }
  if (path[0] == "version") {
    return json_response(200, {{"major", "1"},
                               {"minor", "34"},
                               {"gitVersion", "v1.34.4-sandbox"},
                               {"platform", "linux/amd64"}});
  }
  if (path[0] == "api" && path.size() == 1) {
    if (wants_all) return aggregated(cluster, true);
    return json_response(200, {{"kind", "APIVersions"}, {"versions", {"v1"}}});
  }
  if (path[0] == "api" && path.size() == 2 && path[1] == "v1")
    return resource_list(cluster, "", "v1");
  if (path[0] == "apis") return discover_apis(cluster, target, wants_all);
  return std::nullopt;
}

std::optional<Answer<Response>> review(const Request& request, const Target& target) {
  const auto& path = target.path;
  if (path.size() != 4 || path[0] != "apis" || path[2] != "v1") return std::nullopt;
  for (const Review& review : kReviews) {
    if (path[1] != review.group || path[3] != review.plural) continue;
    Json body = Json::parse(request.body, nullptr, false);
    if (request.method != "POST" || text(body, "kind") != review.kind) {
      return Answer<Response>(bad_request(
          fmt::format("the object provided is unrecognized (must be of type {})", review.kind)));
    }
    bool token = std::string(review.kind) == "TokenReview";
    body["status"] = token ? Json{{"authenticated", true}, {"user", {{"username", "sandbox"}}}}
                           : Json{{"allowed", true}};
    return Answer<Response>(json_response(201, body));
  }
  return std::nullopt;
}

}  // namespace pawprint::sandbox
