// What the filters of a rule do to a request and its answer.
#pragma once

#include "engine/traffic/answer.h"
#include "engine/traffic/merge.h"
#include "engine/traffic/request.h"

namespace pawprint::traffic {

enum class Proxy : std::uint8_t { kGateway, kSidecar };

/// Fills host, path, header changes and redirect of `answer`; mirrors are in mirrors_of(). `match`
/// is the one that took the request: prefixes are replaced by it. Gateways and sidecars differ in
/// redirects (D-51) and in prefixes (D-53).
void apply_filters(const Json& filters, const Match& match, const Request& request, Proxy proxy,
                   Answer& answer);

/// The mirrors that count: on a gateway only the last one of a rule.
struct MirrorFilter {
  TargetRef target;
  std::string percent;  ///< A decimal number.
};
std::vector<MirrorFilter> mirrors_of(const Json& filters, Proxy proxy);

}  // namespace pawprint::traffic
