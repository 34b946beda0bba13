// One list of matches in the order in which a proxy asks them, and the walk over it.
#pragma once

#include <string>
#include <vector>

#include "engine/traffic/answer.h"
#include "engine/traffic/match.h"
#include "engine/traffic/merge.h"

namespace pawprint::traffic {

/// One match of one merged rule, for one hostname.
struct Entry {
  const MergedRule* rule = nullptr;
  std::size_t match = 0;
  std::string hostname = "*";
  [[nodiscard]] const Match& what() const { return (*rule->matches)[match]; }
};

/// Every match of every rule, in the rules' order.
void add_entries(const std::vector<MergedRule>& rules, const std::string& hostname,
                 std::vector<Entry>& out);

/// Path, method, headers, query parameters; then the hostname; then the order they came in.
void sort_entries(std::vector<Entry>& entries);

/// The first entry that takes the request, or null. The others are added to `answer.considered`.
const Entry* walk(const World& world, const std::vector<Entry>& entries, const Request& request,
                  const MatchRules& rules, Answer& answer);

/// One rejected match; those that a generator added are not told.
void consider(const World& world, const MergedRule& rule, std::size_t match, std::string failed_on,
              std::string detail, Answer& answer);
/// All matches of a route that does not come into question.
void consider_all(const World& world, const RoutePolicy& policy, const std::string& failed_on,
                  const std::string& detail, Answer& answer);

}  // namespace pawprint::traffic
