// The rules of a route as Kuma gets them: one match each.
//
// Kuma merges rules of several routes whose lists of matches are equal, member by member, and a
// request that two routes match goes to one of them. With one match a rule, "equal list" means
// "equal match", so that the Gateway API's precedence between matches is Kuma's too (D-28).
// A match of the Gateway API may need two of Kuma's; those say so.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/rules/backend_reference.h"

namespace pawprint::rules {

extern const Rule kExactTwin;

/// A header or query parameter. `index` is its place in the route.
struct ValueCondition {
  std::string name;
  Sym type, value;
  std::size_t index = 0;
  bool lent = false;  ///< Of another route's match, see OneRule::lender.
  [[nodiscard]] bool same(const ValueCondition& other) const {
    return name == other.name && type == other.type && value == other.value;
  }
};

/// A match in Kuma's spelling: no slash at the end of a prefix, header names in lower case and
/// sorted, each once (the first one counts), query parameters sorted.
struct OneMatch {
  std::string_view path_type;
  std::string path;
  Sym method;
  std::vector<ValueCondition> headers, query;

  /// Equal for matches that Kuma would merge.
  [[nodiscard]] std::string key() const;
  /// Whether every condition of this match, its path apart, is one of `other`.
  [[nodiscard]] bool looser_than(const OneMatch& other) const;
};
OneMatch normalise(const model::Match& match);

template <class T>
struct OneRule {
  const RulePlan<T>* plan = nullptr;
  OneMatch match;
  std::size_t rule = 0, index = 0;  ///< Of the Gateway API object.
  PathForm form = PathForm::kAsGiven;
  bool twin = false;         ///< An Exact match beside the prefix match that the route has.
  bool host_twin = false;    ///< A match of another route, repeated (neighbours.h).
  typename T::Src lender{};  ///< That match.
};

template <class T>
struct Place;

/// The rules of one object, in order. Matches that cannot be written and repetitions of an earlier
/// match are left out; twins come last.
template <class T>
std::vector<OneRule<T>> one_rules(Context<T>& ctx, const Place<T>& place,
                                  const std::vector<RulePlan<T>>& plans);

template <class T>
void write_one_rules(Context<T>& ctx, Out<T>& out, const std::vector<OneRule<T>>& rules,
                     ParentKind parent, const Blackhole& blackhole);

}  // namespace pawprint::rules
