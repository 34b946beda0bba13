#include "engine/rules/traffic_conf.h"

#include <algorithm>

#include "engine/rules/duration.h"

namespace pawprint::rules {

namespace {

/// The policies that Kuma creates with a mesh end a request after 15 s and one try after 16 s. A
/// rule that sets one of the two to more than that, or to none, means the other to give way.
constexpr std::int64_t kMeshDefaultMs = 15'000;
constexpr std::int32_t kLowestCode = 400;
constexpr std::int32_t kHighestCode = 599;

std::optional<std::int64_t> read_duration(model::Sym text, std::string_view member,
                                          std::string& fault) {
  if (!text.set()) return std::nullopt;
  const auto ms = parse_duration(text.view());
  if (!ms && fault.empty()) {
    fault = std::string(member) + " is no duration: " + std::string(text.view());
  }
  return ms;
}

bool longer_than_default(const std::optional<std::int64_t>& ms) {
  return ms && (*ms == 0 || *ms > kMeshDefaultMs);
}

void read_retry(const model::Retry& retry, TrafficConf& out, std::string& fault) {
  out.retry = retry.present;
  if (!retry.present) return;
  out.attempts = retry.attempts;
  out.codes = retry.codes;
  std::sort(out.codes.begin(), out.codes.end());
  out.codes.erase(std::unique(out.codes.begin(), out.codes.end()), out.codes.end());
  out.backoff_ms = read_duration(retry.backoff, "retry.backoff", fault);
  if (out.backoff_ms) out.backoff_ms = std::max<std::int64_t>(*out.backoff_ms, 1);
  if (!fault.empty()) return;
  if (retry.attempts != -1 && retry.attempts < 1) fault = "retry.attempts must be at least 1";
  const bool codes = std::all_of(out.codes.begin(), out.codes.end(), [](std::int32_t code) {
    return code >= kLowestCode && code <= kHighestCode;
  });
  if (!codes) fault = "retry.codes must lie between 400 and 599";
}

}  // namespace

std::string TrafficConf::key() const {
  if (!any()) return {};
  std::string out = "request=" + (request_ms ? std::to_string(*request_ms) : "-");
  out += ",try=" + (per_try_ms ? std::to_string(*per_try_ms) : "-");
  if (!retry) return out;
  out += ",attempts=" + std::to_string(attempts);
  out += ",backoff=" + (backoff_ms ? std::to_string(*backoff_ms) : "-") + ",codes=";
  for (const std::int32_t code : codes) out += std::to_string(code) + '+';
  return out;
}

TrafficConf traffic_conf(const model::HttpRule& rule, std::string& fault) {
  TrafficConf out;
  out.request_ms = read_duration(rule.timeouts.request, "timeouts.request", fault);
  out.per_try_ms = read_duration(rule.timeouts.backend_request, "timeouts.backendRequest", fault);
  read_retry(rule.retry, out, fault);
  if (!fault.empty()) return {};
  if (out.request_ms && *out.request_ms != 0 && out.per_try_ms &&
      *out.per_try_ms > *out.request_ms) {
    fault = "timeouts.backendRequest must not be longer than timeouts.request";
    return {};
  }
  if (!out.per_try_ms && longer_than_default(out.request_ms)) out.per_try_ms = 0;
  if (!out.request_ms && longer_than_default(out.per_try_ms)) out.request_ms = 0;
  return out;
}

}  // namespace pawprint::rules
