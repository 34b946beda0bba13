#include "engine/traffic/take.h"

#include <algorithm>

#include "engine/traffic/backends.h"

namespace pawprint::traffic {

void forward(std::vector<Backend> backends, Answer& answer) {
  answer.outcome = Outcome::kForward;
  answer.backends = std::move(backends);
  // All shares fail alike: that is the status.
  if (answer.backends.empty()) return;
  const std::int32_t status = answer.backends.front().status;
  const bool alike = std::all_of(answer.backends.begin(), answer.backends.end(),
                                 [&](const Backend& each) { return each.status == status; });
  if (alike) answer.status = status;
}

void respond(std::int32_t status, std::string reason, Answer& answer) {
  answer.outcome = Outcome::kRespond;
  answer.status = status;
  answer.reason = std::move(reason);
}

void refuse(std::string reason, Answer& answer) {
  answer.outcome = Outcome::kNone;
  answer.reason = std::move(reason);
}

void take(const World& world, const Entry& entry, const Request& request, Proxy proxy,
          std::vector<Backend> backends, Answer& answer) {
  constexpr std::int32_t kNoBackend = 500;
  const MergedRule& rule = *entry.rule;
  Origin origin = origin_of(world, rule, entry.match);
  if (!origin.internal) answer.origin = std::move(origin);
  answer.kuma = rule.face().policy->meta.object();
  if (rule.filters != nullptr) {
    apply_filters(*rule.filters, entry.what(), request, proxy, answer);
    std::string frozen;
    answer.mirrors = mirrors_to(world, rule, proxy, frozen);
  }
  if (answer.redirect) {
    answer.outcome = Outcome::kRedirect;
    answer.status = answer.redirect->status;
    return;
  }
  if (backends.empty()) {
    respond(kNoBackend, "the rule has no backend", answer);
    return;
  }
  if (!answer.path) answer.path = request.path;
  forward(std::move(backends), answer);
}

}  // namespace pawprint::traffic
