// Rules of several policies become one list: rules with equal matches are one rule, whose fields
// come each from the last policy that has them.
//
// The caller gives the policies in the order in which they override each other. The list keeps the
// order in which each set of matches first appeared.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/traffic/world.h"

namespace pawprint::traffic {

/// Where a field was written.
struct Written {
  const RoutePolicy* policy = nullptr;
  std::size_t to = 0, rule = 0;
};

struct MergedRule {
  const std::vector<Match>* matches = nullptr;
  const Json* filters = nullptr;
  const std::vector<BackendRef>* refs = nullptr;
  Written filters_from, refs_from;
  std::vector<Written> from;  ///< All, in order; the last one names the rule for other policies.

  /// The policy that a person would look at: of the backends, or of the redirect.
  [[nodiscard]] const Written& face() const;
};

/// Collects the rules of policies, in the order in which these override each other.
class Merger {
 public:
  void add(const RoutePolicy& policy, std::size_t to);
  std::vector<MergedRule> take() { return std::move(rules_); }

 private:
  std::vector<MergedRule> rules_;
  std::map<std::string_view, std::size_t> index_;  ///< By Rule::key.
};

/// The rules of one `to` of one policy.
std::vector<MergedRule> rules_of(const RoutePolicy& policy, std::size_t to);

/// A MergedRule to which both generated and hand-written policies contribute.
void remark_conflicts(const std::vector<MergedRule>& rules, const std::string& where,
                      std::vector<Remark>& out);

/// Position of a match of `rule` as its face wrote it.
Origin origin_of(const World& world, const MergedRule& rule, std::size_t match);

}  // namespace pawprint::traffic
