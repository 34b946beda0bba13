// The report of `pawprintd check`: one finding per thing that must be right before the first run.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <simdjson.h>

#include <nlohmann/json.hpp>

#include "watch/inspect.h"
#include "watch/kinds.h"
#include "watch/kube/status.h"

namespace pawprint::watch {
namespace {

constexpr std::string_view kKumaController = "gateways.kuma.io/controller";

void check_kinds(const ZoneOptions& options, const kube::Served& served,
                 std::vector<Finding>& findings) {
  for (const auto& kind : watched_kinds()) {
    const auto& all = served.discovery.resources;
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& resource) {
      return resource.group == kind.group && resource.kind == kind.kind;
    });
    const std::string group = kind.group.empty() ? "core" : std::string(kind.group);
    if (found != all.end()) {
      findings.push_back(
          {true, fmt::format("kind {} ({}/{})", kind.kind, group, found->version), "served"});
    } else if (kind.required && (options.gateways || !kind.kind.starts_with("MeshGateway"))) {
      findings.push_back({false, fmt::format("kind {} ({})", kind.kind, group),
                          fmt::format("not served: install the {} CRDs",
                                      kind.group == kKumaGroup ? "Kuma" : "Gateway API")});
    } else {
      findings.push_back(
          {true, fmt::format("kind {} ({})", kind.kind, group), "not served, not needed"});
    }
  }
  const auto& bundle = served.discovery.bundle_version;
  findings.push_back(
      {true, "Gateway API bundle", bundle.empty() ? "version not readable" : bundle});
}

/// allowed, denied with a reason, or an error when the server does not answer the review.
Result<bool> allowed(kube::Client& client, const Permission& permission, const std::string& verb) {
  const std::size_t slash = permission.resource.find('/');
  nlohmann::json attributes{{"group", permission.group},
                            {"resource", permission.resource.substr(0, slash)},
                            {"verb", verb}};
  if (slash != std::string::npos) attributes["subresource"] = permission.resource.substr(slash + 1);
  if (!permission.ns.empty()) attributes["namespace"] = permission.ns;
  // The only lease that is read: a role may be narrowed to its name.
  if (permission.resource == "leases") attributes["name"] = "cp-leader-lease";
  const nlohmann::json review{{"apiVersion", "authorization.k8s.io/v1"},
                              {"kind", "SelfSubjectAccessReview"},
                              {"spec", {{"resourceAttributes", attributes}}}};
  auto response =
      client.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review.dump());
  if (!response) return tl::unexpected(response.error());
  simdjson::dom::parser parser;
  bool answer = false;
  if (!response->ok() ||
      parser.parse(response->body)["status"]["allowed"].get(answer) != simdjson::SUCCESS) {
    return fail(ErrorCode::kUnreachable, kube::describe_answer(response->status, response->body));
  }
  return answer;
}

void check_permissions(kube::Client& client, const ZoneOptions& options, const kube::Served& served,
                       std::vector<Finding>& findings) {
  if (!served.reviews_access) {
    findings.push_back({true, "permissions", "not checked: the server has no access reviews"});
    return;
  }
  for (const auto& permission : needed_permissions(options, served)) {
    const std::string what =
        fmt::format("permission {} on {}{}{}{}", fmt::join(permission.verbs, ","),
                    permission.resource, permission.group.empty() ? "" : ".", permission.group,
                    permission.ns.empty() ? "" : " in namespace " + permission.ns);
    std::vector<std::string> missing;
    for (const auto& verb : permission.verbs) {
      auto answer = allowed(client, permission, verb);
      if (!answer) {
        findings.push_back({false, what, "cannot be checked: " + answer.error().message});
        return;
      }
      if (!*answer) missing.push_back(verb);
    }
    if (missing.empty()) {
      findings.push_back({true, what, "allowed"});
    } else if (permission.required) {
      findings.push_back(
          {false, what,
           fmt::format("{} denied: grant it in the ClusterRole or Role", fmt::join(missing, ","))});
    } else {
      findings.push_back(
          {true, what,
           fmt::format("{} denied; Pawprint goes on without", fmt::join(missing, ","))});
    }
  }
}

void check_zone_name(kube::Client& client, const ZoneOptions& options,
                     std::vector<Finding>& findings) {
  auto seen = kuma_zone_name(client);
  if (!seen) {
    findings.push_back({false, "zone name", seen.error().message});
  } else if (seen->empty()) {
    findings.push_back(
        {true, "zone name", fmt::format("{}; Kuma has not written its own yet", options.zone)});
  } else if (*seen == options.zone) {
    findings.push_back({true, "zone name", *seen});
  } else {
    findings.push_back({false, "zone name",
                        fmt::format("configured {}, but Kuma calls this zone {}: set --zone {}",
                                    options.zone, *seen, *seen)});
  }
}

void check_controllers(kube::Client& client, const ZoneOptions& options, const kube::Served& served,
                       std::vector<Finding>& findings) {
  auto holder = live_kuma_controller(client, options, served);
  const std::string what = "other controllers";
  if (!holder) {
    findings.push_back({holder.error().code == ErrorCode::kDenied, what,
                        "cannot tell whether a kuma-cp is live: " + holder.error().message});
  } else if (holder->empty()) {
    findings.push_back({true, what, "no kuma-cp reconciles the Gateway API here"});
  } else if (options.read_only || options.controller_name != kKumaController) {
    findings.push_back(
        {true, what, fmt::format("kuma-cp {} is live; its objects are left alone", *holder)});
  } else {
    findings.push_back(
        {false, what,
         fmt::format("kuma-cp {} reconciles the same objects: use --mode shadow, or a "
                     "--controller-name of your own, or stop serving v1beta1",
                     *holder)});
  }
}

}  // namespace

std::vector<Finding> check_zone(kube::Client& client, const ZoneOptions& options,
                                const kube::Served& served, const std::string& described) {
  std::vector<Finding> findings{{true, "API server", described}};
  check_kinds(options, served, findings);
  check_permissions(client, options, served, findings);
  check_zone_name(client, options, findings);
  check_controllers(client, options, served, findings);
  return findings;
}

}  // namespace pawprint::watch
