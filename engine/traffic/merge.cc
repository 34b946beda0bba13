#include "engine/traffic/merge.h"

#include <algorithm>

namespace pawprint::traffic {
namespace {

bool redirects(const Json& filters) {
  return std::any_of(filters.begin(), filters.end(), [](const Json& each) {
    return each.is_object() && each.value("type", Json()) == "RequestRedirect";
  });
}

void fill(MergedRule& into, const Rule& rule, const Written& from) {
  into.from.push_back(from);
  if (rule.filters) {
    into.filters = &*rule.filters;
    into.filters_from = from;
  }
  if (rule.refs) {
    into.refs = &*rule.refs;
    into.refs_from = from;
  }
}

}  // namespace

const Written& MergedRule::face() const {
  if (filters != nullptr && redirects(*filters)) return filters_from;
  if (refs != nullptr) return refs_from;
  return from.back();
}

void Merger::add(const RoutePolicy& policy, std::size_t to) {
  const auto& rules = policy.to[to].rules;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const auto [at, added] = index_.try_emplace(rules[i].key, rules_.size());
    if (added) {
      rules_.emplace_back();
      rules_.back().matches = &rules[i].matches;
    }
    fill(rules_[at->second], rules[i], {&policy, to, i});
  }
}

std::vector<MergedRule> rules_of(const RoutePolicy& policy, std::size_t to) {
  Merger merger;
  merger.add(policy, to);
  return merger.take();
}

void remark_conflicts(const std::vector<MergedRule>& rules, const std::string& where,
                      std::vector<Remark>& out) {
  for (const MergedRule& each : rules) {
    // The last one of either side is the one whose members count; a floor comes first.
    const auto find = [&](bool generated) {
      return std::find_if(each.from.rbegin(), each.from.rend(), [&](const Written& one) {
        return one.policy->meta.generated == generated;
      });
    };
    const auto ours = find(true);
    const auto theirs = find(false);
    if (ours == each.from.rend() || theirs == each.from.rend()) continue;
    out.push_back({theirs->policy->meta.object(), "warning", "route/conflict",
                   "rule " + std::to_string(theirs->rule) + " has the same matches as rule " +
                       std::to_string(ours->rule) + " of " + ours->policy->meta.object() + ' ' +
                       where + "; they merge field by field, and what " +
                       each.from.back().policy->meta.object() + " sets wins"});
  }
}

Origin origin_of(const World& world, const MergedRule& rule, std::size_t match) {
  const Written& face = rule.face();
  return origin_of(world.sources, face.policy->meta,
                   {face.policy->meta.object(), face.to, face.rule, match});
}

}  // namespace pawprint::traffic
