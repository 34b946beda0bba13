#include "watch/kube/discovery.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "watch/kube/paths.h"
#include "watch/kube/status.h"

namespace pawprint::watch::kube {
namespace {

using simdjson::dom::array;
using simdjson::dom::object;
using simdjson::dom::parser;

constexpr std::string_view kBundleObject =
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gateways.gateway.networking.k8s.io";
constexpr std::string_view kBundleAnnotation = "gateway.networking.k8s.io/bundle-version";

/// Smaller is better. Unknown versions come last, so that a new one alone is still found.
int rank(std::string_view version) {
  if (version == "v1") return 0;
  if (version == "v1beta1") return 1;
  if (version == "v1alpha1") return 2;
  return 3;
}

Result<std::string> ask(Client& client, std::string_view path) {
  auto response = client.get(path);
  if (!response) return tl::unexpected(response.error());
  if (response->ok()) return std::move(response->body);
  const std::string text = fmt::format("{}{}: {}", client.target().server, path,
                                       describe_answer(response->status, response->body));
  if (response->status == 401 || response->status == 403) return fail(ErrorCode::kDenied, text);
  if (response->status == 404) return fail(ErrorCode::kNotFound, text);
  return fail(ErrorCode::kUnreachable, text);
}

Error not_kubernetes(Client& client, std::string_view path) {
  return Error{ErrorCode::kUnreachable,
               fmt::format("{}{} is not answered as a Kubernetes API server does",
                           client.target().server, path)};
}

std::string text_of(const simdjson::simdjson_result<simdjson::dom::element>& value) {
  std::string_view text;
  return value.get(text) == simdjson::SUCCESS ? std::string(text) : std::string{};
}

/// Versions of each group in /apis.
Result<std::vector<std::pair<std::string, std::string>>> group_versions(Client& client) {
  auto body = ask(client, "/apis");
  if (!body) return tl::unexpected(body.error());
  parser json;
  array groups;
  if (json.parse(*body)["groups"].get(groups) != simdjson::SUCCESS) {
    return tl::unexpected(not_kubernetes(client, "/apis"));
  }
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto group : groups) {
    array versions;
    if (group["versions"].get(versions) != simdjson::SUCCESS) continue;
    for (const auto version : versions) {
      found.emplace_back(text_of(group["name"]), text_of(version["version"]));
    }
  }
  return found;
}

using Resources = std::vector<record::Discovery::Resource>;

/// Resources of one group and version; subresources are left out. A group may go while we ask.
Result<Resources> resources_of(Client& client, const std::string& group,
                               const std::string& version) {
  const std::string path = group_path(group, version);
  auto body = ask(client, path);
  if (!body && body.error().code == ErrorCode::kNotFound) return Resources{};
  if (!body) return tl::unexpected(body.error());
  parser json;
  array list;
  if (json.parse(*body)["resources"].get(list) != simdjson::SUCCESS) {
    return tl::unexpected(not_kubernetes(client, path));
  }
  Resources found;
  for (const auto entry : list) {
    record::Discovery::Resource resource{group, version, text_of(entry["kind"]),
                                         text_of(entry["name"])};
    bool namespaced = false;
    if (entry["namespaced"].get(namespaced) == simdjson::SUCCESS) resource.namespaced = namespaced;
    if (resource.plural.empty() || resource.plural.find('/') != std::string::npos) continue;
    found.push_back(std::move(resource));
  }
  return found;
}

std::string bundle_version(Client& client) {
  auto body = ask(client, kBundleObject);  // Optional: reading CRDs may be forbidden.
  if (!body) return {};
  parser json;
  object root;
  if (json.parse(*body).get(root) != simdjson::SUCCESS) return {};
  return text_of(root["metadata"]["annotations"][kBundleAnnotation]);
}

/// The best version of each wanted kind, sorted by group and kind.
Resources choose(const Resources& seen, const std::vector<WantedKind>& wanted) {
  Resources chosen;
  for (const auto& want : wanted) {
    const record::Discovery::Resource* best = nullptr;
    for (const auto& one : seen) {
      if (one.group != want.group || one.kind != want.kind) continue;
      if (best == nullptr || rank(one.version) < rank(best->version)) best = &one;
    }
    if (best != nullptr) chosen.push_back(*best);
  }
  std::sort(chosen.begin(), chosen.end(), [](const auto& a, const auto& b) {
    return std::tie(a.group, a.kind) < std::tie(b.group, b.kind);
  });
  return chosen;
}

std::string triple(std::string_view group, std::string_view version, std::string_view kind) {
  return fmt::format("{}/{}/{}", group, version, kind);
}

}  // namespace

bool Served::serves(std::string_view group, std::string_view group_version,
                    std::string_view kind) const {
  return std::binary_search(all.begin(), all.end(), triple(group, group_version, kind));
}

Result<Served> discover(Client& client, const std::vector<WantedKind>& wanted) {
  Served served;
  auto version = ask(client, "/version");
  if (!version) return tl::unexpected(version.error());
  parser json;
  object root;
  if (json.parse(*version).get(root) != simdjson::SUCCESS) {
    return tl::unexpected(not_kubernetes(client, "/version"));
  }
  served.version = text_of(root["gitVersion"]);

  auto listed = group_versions(client);
  if (!listed) return tl::unexpected(listed.error());
  listed->emplace_back("", "v1");
  std::set<std::string_view> groups;
  for (const auto& want : wanted) groups.insert(want.group);
  Resources seen;
  for (const auto& [group, group_version] : *listed) {
    if (group == "authorization.k8s.io") served.reviews_access = true;
    if (!groups.contains(group)) continue;
    auto found = resources_of(client, group, group_version);
    if (!found) return tl::unexpected(found.error());
    seen.insert(seen.end(), found->begin(), found->end());
  }
  for (const auto& one : seen) served.all.push_back(triple(one.group, one.version, one.kind));
  std::sort(served.all.begin(), served.all.end());
  served.discovery.resources = choose(seen, wanted);
  served.discovery.bundle_version = bundle_version(client);
  return served;
}

Catalog::Catalog(Served served, std::vector<WantedKind> wanted, Changed changed)
    : served_(std::move(served)), wanted_(std::move(wanted)), changed_(std::move(changed)) {}

std::optional<record::Discovery::Resource> Catalog::find(std::string_view group,
                                                         std::string_view kind) const {
  const std::lock_guard lock(mutex_);
  for (const auto& resource : served_.discovery.resources) {
    if (resource.group == group && resource.kind == kind) return resource;
  }
  return std::nullopt;
}

record::Discovery Catalog::discovery() const {
  const std::lock_guard lock(mutex_);
  return served_.discovery;
}

Served Catalog::served() const {
  const std::lock_guard lock(mutex_);
  return served_;
}

Result<void> Catalog::refresh(Client& client) {
  auto fresh = discover(client, wanted_);
  if (!fresh) return tl::unexpected(fresh.error());
  bool differs = false;
  {
    const std::lock_guard lock(mutex_);
    differs = !(fresh->discovery == served_.discovery);
    served_ = *fresh;
  }
  if (differs && changed_) changed_(fresh->discovery);
  return {};
}

}  // namespace pawprint::watch::kube
