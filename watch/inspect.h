// Questions about a zone that a person or the start of the daemon asks. Reads only, except that a
// SelfSubjectAccessReview is posted (it is not stored by the server).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"
#include "watch/edge.h"
#include "watch/kube/client.h"
#include "watch/kube/discovery.h"

namespace pawprint::watch {

/// Seconds since the epoch of an RFC 3339 UTC time ("...Z", fractions ignored); kInvalid otherwise.
Result<std::int64_t> parse_utc(std::string_view text);

/// Holder of a Lease document that was renewed within twice its duration before `now`, or empty.
std::string live_holder(std::string_view lease, std::int64_t now_seconds);

/// See Edge::live_kuma_controller.
Result<std::string> live_kuma_controller(kube::Client& client, const ZoneOptions& options,
                                         const kube::Served& served);
/// See Edge::kuma_zone_name.
Result<std::string> kuma_zone_name(kube::Client& client);

/// One right that the daemon needs.
struct Permission {
  std::string group, resource, ns;  ///< `ns` empty: in all namespaces.
  std::vector<std::string> verbs;
  bool required = true;  ///< Otherwise the daemon goes on without it.
};
/// The rights for the kinds that the server serves. A required kind that may not be read holds up
/// the whole zone; others that may not count as absent.
std::vector<Permission> needed_permissions(const ZoneOptions& options, const kube::Served& served);

/// Everything for Edge::check.
std::vector<Finding> check_zone(kube::Client& client, const ZoneOptions& options,
                                const kube::Served& served, const std::string& described);

}  // namespace pawprint::watch
