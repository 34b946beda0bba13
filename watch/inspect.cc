#include "watch/inspect.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iterator>

#include "engine/model/kinds.h"
#include "watch/kinds.h"
#include "watch/kube/paths.h"
#include "watch/kube/status.h"

namespace pawprint::watch {
namespace {

constexpr std::string_view kLease = "cp-leader-lease";

std::int64_t now_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

bool serves_v1beta1(const kube::Served& served) {
  for (const char* kind : {"GatewayClass", "Gateway", "HTTPRoute", "ReferenceGrant"}) {
    if (!served.serves(kGatewayGroup, "v1beta1", kind)) return false;
  }
  return true;
}

/// Value of label kuma.io/zone on the first item of a list answer.
std::string zone_label(const std::string& body) {
  simdjson::dom::parser parser;
  std::string_view zone;
  const auto labels = parser.parse(body)["items"].at(0)["metadata"]["labels"];
  return labels["kuma.io/zone"].get(zone) == simdjson::SUCCESS ? std::string(zone) : std::string{};
}

}  // namespace

Result<std::int64_t> parse_utc(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, used = 0;
  const std::string copy(text);
  const int got = std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour,
                              &minute, &second, &used);
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (got != 6 || !copy.ends_with('Z') || !date.ok() || hour > 23 || minute > 59 || second > 60) {
    return fail(ErrorCode::kInvalid, "not an RFC 3339 UTC time");
  }
  const auto time = std::chrono::sys_days{date}.time_since_epoch() + std::chrono::hours{hour} +
                    std::chrono::minutes{minute} + std::chrono::seconds{second};
  return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

std::string live_holder(std::string_view lease, std::int64_t now) {
  simdjson::dom::parser parser;
  simdjson::dom::object spec;
  std::string_view holder, renewed;
  std::int64_t duration = 0;
  if (parser.parse(lease.data(), lease.size())["spec"].get(spec) != simdjson::SUCCESS) return {};
  if (spec["holderIdentity"].get(holder) != simdjson::SUCCESS) return {};
  if (spec["renewTime"].get(renewed) != simdjson::SUCCESS) return {};
  if (spec["leaseDurationSeconds"].get(duration) != simdjson::SUCCESS) return {};
  const auto time = parse_utc(renewed);
  if (!time || now - *time > 2 * duration) return {};
  return std::string(holder);
}

Result<std::string> live_kuma_controller(kube::Client& client, const ZoneOptions& options,
                                         const kube::Served& served) {
  if (!serves_v1beta1(served)) return std::string{};  // Kuma's controllers need them and are off.
  auto response = client.get(fmt::format("/apis/coordination.k8s.io/v1/namespaces/{}/leases/{}",
                                         options.system_namespace, kLease));
  if (!response) return tl::unexpected(response.error());
  if (response->status == 404) return std::string{};
  if (!response->ok()) {
    const bool denied = response->status == 401 || response->status == 403;
    return fail(denied ? ErrorCode::kDenied : ErrorCode::kUnreachable,
                fmt::format("lease {}/{}: {}", options.system_namespace, kLease,
                            kube::describe_answer(response->status, response->body)));
  }
  return live_holder(response->body, now_seconds());
}

Result<std::string> kuma_zone_name(kube::Client& client) {
  // Of origin zone (synced objects carry other zones' names), and not written by us.
  const std::string selector = kube::query(
      {{"limit", "1"}, {"labelSelector", "kuma.io/zone,kuma.io/origin=zone,!pawprint.dev/owner"}});
  for (const char* plural : {"meshservices", "dataplanes", "zoneingresses", "zoneegresses",
                             "meshgateways", "meshhttproutes", "meshtimeouts", "meshretries"}) {
    auto response = client.get(kube::group_path(kKumaGroup, "v1alpha1") + "/" + plural + selector);
    if (!response) return tl::unexpected(response.error());
    if (!response->ok()) continue;  // Not served, or not ours to read: the next one may tell.
    if (auto zone = zone_label(response->body); !zone.empty()) return zone;
  }
  return std::string{};
}

namespace {

void need_writes(const record::Discovery::Resource& served, std::vector<Permission>& needed) {
  const model::KindInfo& kind = model::info(model::kind_of(served.group, served.kind));
  if (served.group == kKumaGroup && kind.generated) {
    needed.push_back(
        {served.group, served.plural, "", {"get", "create", "patch", "update", "delete"}, true});
  }
  if (!kind.status) return;
  needed.push_back({served.group, served.plural, "", {"get"}, true});
  needed.push_back({served.group, served.plural + "/status", "", {"patch"}, true});
  if (served.kind == "GatewayClass") {
    needed.push_back({served.group, served.plural, "", {"patch"}, true});  // its finalizer
  }
}

}  // namespace

std::vector<Permission> needed_permissions(const ZoneOptions& options, const kube::Served& served) {
  std::vector<Permission> needed;
  const auto& kinds = served.discovery.resources;
  for (const auto& kind : watched_kinds()) {
    const bool here = std::any_of(kinds.begin(), kinds.end(), [&](const auto& each) {
      return each.group == kind.group && each.kind == kind.kind;
    });
    if (!here || kind.kind == "Secret") continue;
    needed.push_back(
        {std::string(kind.group), std::string(kind.plural), "", {"list", "watch"}, kind.required});
  }
  const bool anywhere = options.secret_namespaces.empty();
  if (anywhere) needed.push_back({"", "secrets", "", {"get", "list", "watch"}, false});
  for (const auto& ns : options.secret_namespaces) {
    needed.push_back({"", "secrets", ns, {"get", "list", "watch"}, true});
  }
  needed.push_back({"coordination.k8s.io", "leases", options.system_namespace, {"get"}, false});
  if (options.read_only) return needed;
  needed.push_back({"",
                    "secrets",
                    options.system_namespace,
                    {"get", "list", "watch", "create", "patch", "update", "delete"},
                    true});
  for (const auto& kind : kinds) need_writes(kind, needed);
  return needed;
}

}  // namespace pawprint::watch
