// What Kuma's schema and admission would refuse in a rule, and what cannot be expressed.
//
// Source: Kuma 2.14.3 validators of MeshHTTPRoute. One refused rule takes the whole object with it
// (D-09), so it is found here first.
#include <algorithm>

#include "engine/rules/http_rule.h"
#include "engine/rules/names.h"

namespace pawprint::rules {

const Rule kRuleUnsupported{
    "http_rule/unsupported",
    "HTTPRouteRule members and filters; Accepted/UnsupportedValue, "
    "PartiallyInvalid",
    "-", "A rule that cannot be expressed fails closed and is reported, never half applied",
    "scenarios/unsupported-filter"};

namespace {

using model::Filter;
using model::HttpRule;

constexpr std::int64_t kMaxWeight = 1'000'000;

bool known_filter(const Filter& filter) {
  return filter.type.is("RequestHeaderModifier") || filter.type.is("ResponseHeaderModifier") ||
         filter.type.is("RequestRedirect") || filter.type.is("URLRewrite") ||
         filter.type.is("RequestMirror");
}

bool is_header_filter(const Filter& filter) {
  return filter.type.is("RequestHeaderModifier") || filter.type.is("ResponseHeaderModifier");
}

std::string header_fault(const Filter& filter) {
  std::vector<std::string> names;
  for (const auto& header : filter.set) names.push_back(lower(header.name.view()));
  for (const auto& header : filter.add) names.push_back(lower(header.name.view()));
  for (const Sym name : filter.remove) names.emplace_back(name.view());
  if (names.empty()) return "a header filter must set, add or remove something";
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  return twice == names.end() ? std::string{}
                              : "header " + *twice + " is named twice in one filter";
}

bool all_prefix(const HttpRule& rule) {
  return std::all_of(rule.matches.begin(), rule.matches.end(),
                     [](const auto& match) { return match.path_type.is("PathPrefix"); });
}

std::string filter_fault(const HttpRule& rule, const Filter& filter) {
  if (is_header_filter(filter)) return header_fault(filter);
  if (filter.path.present && filter.path.type.is("ReplacePrefixMatch") && !all_prefix(rule)) {
    return "replacePrefixMatch can only appear if all matches match a path prefix";
  }
  return {};
}

std::string match_fault(const model::Match& match) {
  const std::string_view path = match.path_value.view();
  if (!match.path_type.is("RegularExpression") && !path.starts_with('/')) {
    return "a path must be absolute";
  }
  // One trailing slash of a prefix is removed; a second one would be refused.
  if (match.path_type.is("PathPrefix") && path.size() > 2 && path.ends_with("//")) {
    return "a path prefix must not end in more than one slash";
  }
  for (std::size_t i = 0; i < match.query.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (match.query[i].name == match.query[k].name) {
        return "query parameter " + std::string(match.query[i].name.view()) + " is matched twice";
      }
    }
  }
  return {};
}

std::string expression_fault(const Quirks& quirks, const HttpRule& rule) {
  if (!quirks.d10_filters_ignored) {
    for (const Filter& filter : rule.filters) {
      if (!known_filter(filter)) {
        return "filter " + std::string(filter.type.view()) + " cannot be expressed on Kuma 2.14";
      }
    }
    for (const auto& backend : rule.backends) {
      if (backend.has_filters) return "filters of a backendRef cannot be expressed on Kuma 2.14";
    }
  }
  if (!quirks.d11_rule_members_ignored && !rule.unsupported.empty()) {
    return std::string(rule.unsupported.front().view()) + " is not supported";
  }
  return {};
}

/// The Gateway API's own bounds; Kuma takes no negative weight either.
bool weights_in_range(const HttpRule& rule) {
  return std::all_of(rule.backends.begin(), rule.backends.end(), [](const auto& backend) {
    return backend.weight >= 0 && backend.weight <= kMaxWeight;
  });
}

bool redirects(const HttpRule& rule) {
  return std::any_of(rule.filters.begin(), rule.filters.end(),
                     [](const Filter& filter) { return filter.type.is("RequestRedirect"); });
}

std::string find_fault(const Quirks& quirks, ParentKind parent, const HttpRule& rule) {
  if (std::string fault = expression_fault(quirks, rule); !fault.empty()) return fault;
  if (!weights_in_range(rule)) return "a weight must lie between 0 and 1000000";
  for (const auto& match : rule.matches) {
    if (std::string fault = match_fault(match); !fault.empty()) return fault;
  }
  for (const Filter& filter : rule.filters) {
    if (std::string fault = filter_fault(rule, filter); !fault.empty()) return fault;
  }
  if (quirks.d08_no_backends_stuck && parent == ParentKind::kGateway && rule.backends.empty() &&
      !redirects(rule)) {
    return "backendRefs: must not be empty";
  }
  return {};
}

}  // namespace

template <class T>
void judge_rule(Context<T>& ctx, ParentKind parent, RulePlan<T>& plan) {
  plan.fault = find_fault(ctx.quirks(), parent, *plan.spec);
  plan.fault_src = plan.src;
}

template void judge_rule<NoTrace>(Context<NoTrace>&, ParentKind, RulePlan<NoTrace>&);
template void judge_rule<Tracing>(Context<Tracing>&, ParentKind, RulePlan<Tracing>&);

}  // namespace pawprint::rules
