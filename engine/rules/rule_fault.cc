// What Kuma's schema and admission would refuse in a rule, and what cannot be expressed.
//
// Source: Kuma 2.14.3 validators of MeshHTTPRoute. One refused rule takes the whole object with it
// (D-09), so it is found here first.
#include <algorithm>

#include "engine/rules/http_rule.h"
#include "engine/rules/match_fault.h"
#include "engine/rules/names.h"

namespace pawprint::rules {

const Rule kRuleUnsupported{
    "http_rule/unsupported",
    "HTTPRouteRule members and filters; Accepted/UnsupportedValue, "
    "PartiallyInvalid",
    "-", "A rule that cannot be expressed fails closed and is reported, never half applied",
    "scenarios/d-10-unsupported-filter, scenarios/d-09-refused-by-kuma, "
    "scenarios/d-52-grpc-disabled"};

namespace {

using model::Filter;
using model::HttpRule;

constexpr std::int64_t kMaxWeight = 1'000'000;
constexpr std::size_t kMaxHeaders = 16;
constexpr std::size_t kLongestHost = 253;
constexpr std::int32_t kLastPort = 65535;

bool known_filter(const Filter& filter) {
  return filter.type.is("RequestHeaderModifier") || filter.type.is("ResponseHeaderModifier") ||
         filter.type.is("RequestRedirect") || filter.type.is("URLRewrite") ||
         filter.type.is("RequestMirror");
}

bool is_header_filter(const Filter& filter) {
  return filter.type.is("RequestHeaderModifier") || filter.type.is("ResponseHeaderModifier");
}

std::string header_fault(const Quirks& quirks, const Filter& filter) {
  std::vector<std::string> names;
  for (const auto& header : filter.set) names.push_back(lower(header.name.view()));
  for (const auto& header : filter.add) names.push_back(lower(header.name.view()));
  for (const Sym name : filter.remove) {
    names.push_back(quirks.d40_remove_case_kept ? std::string(name.view()) : lower(name.view()));
  }
  if (names.empty()) return "a header filter must set, add or remove something";
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) return "header " + *twice + " is named twice in one filter";
  if (quirks.d28_rules_as_given) return {};
  if (std::max({filter.set.size(), filter.add.size(), filter.remove.size()}) > kMaxHeaders) {
    return "a header filter must not set, add or remove more than 16 headers";
  }
  for (const std::string& name : names) {
    if (!header_name(name)) return '"' + name + "\" is no header name";
  }
  return {};
}

bool all_prefix(const HttpRule& rule) {
  return std::all_of(rule.matches.begin(), rule.matches.end(),
                     [](const auto& match) { return match.path_type.is("PathPrefix"); });
}

/// Four numbers with dots between them, or anything with a colon.
bool is_address(std::string_view host) {
  const bool numbers = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host.find(':') != std::string_view::npos ||
         (numbers && std::count(host.begin(), host.end(), '.') == 3);
}

bool is_host(std::string_view host) {
  const auto inner = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  return !host.empty() && host.size() <= kLongestHost &&
         std::all_of(host.begin(), host.end(), inner) && host.front() != '-' &&
         host.front() != '.' && host.back() != '-' && host.back() != '.' &&
         host.find("..") == std::string_view::npos && host.find(".-") == std::string_view::npos &&
         host.find("-.") == std::string_view::npos;
}

/// Members of redirects and rewrites that Kuma's schema or validators refuse.
std::string target_fault(const Filter& filter) {
  if (filter.hostname.set() && is_address(filter.hostname.view())) {
    return "a host name cannot be an IP address";
  }
  if (filter.hostname.set() && !is_host(filter.hostname.view())) {
    return '"' + std::string(filter.hostname.view()) + "\" is no host name";
  }
  if (filter.path.present && !filter.path.value.set()) {
    return "path." + std::string(filter.path.type.view()) + " has no value";
  }
  if (filter.type.is("RequestRedirect")) {
    static constexpr std::int32_t kCodes[] = {301, 302, 303, 307, 308};
    if (std::find(std::begin(kCodes), std::end(kCodes), filter.status_code) == std::end(kCodes)) {
      return "a redirect's statusCode must be 301, 302, 303, 307 or 308";
    }
    if (filter.scheme.set() && !filter.scheme.is("http") && !filter.scheme.is("https")) {
      return "a redirect's scheme must be http or https";
    }
    if (filter.port < 0 || filter.port > kLastPort) return "a redirect's port is out of range";
  }
  return {};
}

std::string share_fault(const Filter& filter) {
  const bool percent = filter.mirror_percent >= 0;
  const bool fraction = filter.mirror_numerator >= 0;
  if (percent && fraction) return "a mirror must not have both percent and fraction";
  if (filter.mirror_percent < -1 || filter.mirror_percent > 100) {
    return "a mirror's percent must lie between 0 and 100";
  }
  if (filter.mirror_numerator < -1 || filter.mirror_denominator < 1 ||
      filter.mirror_numerator > filter.mirror_denominator) {
    return "a mirror's fraction must lie between 0 and 1";
  }
  return {};
}

std::string filter_fault(const Quirks& quirks, const HttpRule& rule, const Filter& filter) {
  if (is_header_filter(filter)) return header_fault(quirks, filter);
  if (filter.path.present && filter.path.type.is("ReplacePrefixMatch") && !all_prefix(rule)) {
    return "replacePrefixMatch can only appear if all matches match a path prefix";
  }
  if (quirks.d28_rules_as_given) return {};
  if (std::string fault = target_fault(filter); !fault.empty()) return fault;
  if (filter.path.present && !filter.path.type.is("ReplaceFullPath") &&
      !filter.path.type.is("ReplacePrefixMatch")) {
    return "path modifier " + std::string(filter.path.type.view()) + " is not known";
  }
  return filter.type.is("RequestMirror") ? share_fault(filter) : std::string{};
}

std::string expression_fault(const Quirks& quirks, const HttpRule& rule) {
  if (!quirks.d10_filters_ignored) {
    for (const Filter& filter : rule.filters) {
      if (!known_filter(filter)) {
        return "filter " + std::string(filter.type.view()) + " cannot be expressed on " +
               std::string(quirks.kuma());
      }
    }
    for (const auto& backend : rule.backends) {
      if (!backend.has_filters) continue;
      return "filters of a backendRef cannot be expressed on " + std::string(quirks.kuma());
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

bool rewrites(const HttpRule& rule) {
  return std::any_of(rule.filters.begin(), rule.filters.end(),
                     [](const Filter& filter) { return filter.type.is("URLRewrite"); });
}

std::string find_fault(const Quirks& quirks, ParentKind parent, const HttpRule& rule) {
  if (std::string fault = expression_fault(quirks, rule); !fault.empty()) return fault;
  if (!quirks.d28_rules_as_given && redirects(rule) && rewrites(rule)) {
    return "a redirect and a URL rewrite exclude each other";
  }
  if (!weights_in_range(rule)) return "a weight must lie between 0 and 1000000";
  for (const Filter& filter : rule.filters) {
    if (std::string fault = filter_fault(quirks, rule, filter); !fault.empty()) return fault;
  }
  if (quirks.d08_no_backends_stuck && parent == ParentKind::kGateway && rule.backends.empty() &&
      !redirects(rule)) {
    return "backendRefs: must not be empty";
  }
  return {};
}

}  // namespace

template <class T>
void judge_matches(const Quirks& quirks, ParentKind parent, RulePlan<T>& plan) {
  std::string first;
  std::size_t bad = 0;
  for (const model::Match& match : plan.spec->matches) {
    plan.match_faults.push_back(match_fault(quirks, parent, match));
    if (plan.match_faults.back().empty()) continue;
    if (bad++ == 0) first = plan.match_faults.back();
  }
  // Where rules are written as they are, one bad match spoils its rule.
  const bool spoilt = bad != 0 && (quirks.d28_rules_as_given || bad == plan.match_faults.size());
  if (spoilt && plan.fault.empty()) plan.fault = first;
  if (bad != 0 && !spoilt) plan.dropped_match = first;
}

template <class T>
void judge_rule(Context<T>& ctx, ParentKind parent, RulePlan<T>& plan) {
  plan.fault = find_fault(ctx.quirks(), parent, *plan.spec);
  plan.fault_src = plan.src;
  judge_matches<T>(ctx.quirks(), parent, plan);
  if (!ctx.quirks().d11_rule_members_ignored) {
    TrafficConf conf = traffic_conf(*plan.spec, plan.fault);
    // A rule that fails closed needs no time for it.
    if (plan.fault.empty()) plan.conf = std::move(conf);
  }
}

template void judge_rule<NoTrace>(Context<NoTrace>&, ParentKind, RulePlan<NoTrace>&);
template void judge_rule<Tracing>(Context<Tracing>&, ParentKind, RulePlan<Tracing>&);

}  // namespace pawprint::rules
