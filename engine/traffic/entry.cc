#include "engine/traffic/entry.h"

#include <algorithm>

#include "engine/traffic/hostname.h"

namespace pawprint::traffic {

void add_entries(const std::vector<MergedRule>& rules, const std::string& hostname,
                 std::vector<Entry>& out) {
  for (const MergedRule& rule : rules) {
    for (std::size_t i = 0; i < rule.matches->size(); ++i) out.push_back({&rule, i, hostname});
  }
}

void sort_entries(std::vector<Entry>& entries) {
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    if (before(a.what(), b.what())) return true;
    if (before(b.what(), a.what())) return false;
    return host_rank(a.hostname) > host_rank(b.hostname);
  });
}

void consider(const World& world, const MergedRule& rule, std::size_t match, std::string failed_on,
              std::string detail, Answer& answer) {
  Origin origin = origin_of(world, rule, match);
  if (origin.internal) return;
  answer.considered.push_back({std::move(origin), std::move(failed_on), std::move(detail)});
}

void consider_all(const World& world, const RoutePolicy& policy, const std::string& failed_on,
                  const std::string& detail, Answer& answer) {
  for (std::size_t to = 0; to < policy.to.size(); ++to) {
    for (const MergedRule& rule : rules_of(policy, to)) {
      const std::size_t count = std::max<std::size_t>(rule.matches->size(), 1);
      for (std::size_t i = 0; i < count; ++i) consider(world, rule, i, failed_on, detail, answer);
    }
  }
}

const Entry* walk(const World& world, const std::vector<Entry>& entries, const Request& request,
                  const MatchRules& rules, Answer& answer) {
  const Sight sight = sight_of(request);
  const Entry* winner = nullptr;
  for (const Entry& each : entries) {
    Failure failure = match_failure(each.what(), sight, rules);
    if (failure.on.empty()) {
      if (winner == nullptr) {
        winner = &each;
        continue;
      }
      failure = {"precedence",
                 describe(winner->what()) + " is asked before " + describe(each.what())};
    }
    consider(world, *each.rule, each.match, std::move(failure.on), std::move(failure.detail),
             answer);
  }
  return winner;
}

}  // namespace pawprint::traffic
