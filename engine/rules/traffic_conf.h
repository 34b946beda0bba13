// Timeouts and retries of a rule, in the terms of Kuma's MeshTimeout and MeshRetry.
//
// Both policies apply to a whole MeshHTTPRoute, so rules that differ in them go into different
// objects. Source: HTTPRouteTimeouts, HTTPRouteRetry (experimental), GEP-2257.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/facts.h"

namespace pawprint::rules {

struct TrafficConf {
  std::optional<std::int64_t> request_ms;  ///< 0: none.
  std::optional<std::int64_t> per_try_ms;  ///< 0: none.
  bool retry = false;
  std::int32_t attempts = -1;              ///< Retries, not tries; -1: Kuma's own number.
  std::vector<std::int32_t> codes;         ///< Sorted, each once.
  std::optional<std::int64_t> backoff_ms;  ///< At least 1.
  bool operator==(const TrafficConf&) const = default;

  [[nodiscard]] bool any() const { return request_ms || needs_retry_policy(); }
  [[nodiscard]] bool needs_retry_policy() const { return retry || per_try_ms.has_value(); }
  /// Equal for equal values, empty when there is nothing: part of the names of the objects.
  [[nodiscard]] std::string key() const;
};

/// Reads the members of a rule. `fault` says what of them the Gateway API does not allow, and is
/// left alone otherwise.
TrafficConf traffic_conf(const model::HttpRule& rule, std::string& fault);

}  // namespace pawprint::rules
