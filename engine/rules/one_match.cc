#include "engine/rules/one_match.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "engine/rules/http_rule.h"
#include "engine/rules/names.h"
#include "engine/rules/neighbours.h"

namespace pawprint::rules {

const Rule kExactTwin{
    "match/exact_twin", "HTTPPathMatch of type PathPrefix", "MeshHTTPRoute .spec.to[].rules[]",
    "Kuma's gateways forget that a prefix matches its own path once the route names that path "
    "exactly, and its sidecars join prefix replacements wrongly there (D-49, D-53)",
    "scenarios/d-49-exact-beside-prefix, scenarios/d-53-replace-prefix"};

namespace {

std::vector<ValueCondition> conditions(const std::vector<model::ValueMatch>& values, bool headers) {
  std::vector<ValueCondition> out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::string name(values[i].name.view());
    if (headers) name = lower(name);
    const bool known = std::any_of(out.begin(), out.end(),
                                   [&](const ValueCondition& each) { return each.name == name; });
    // The Gateway API: of several headers whose names differ in case only the first one counts.
    if (known) continue;
    out.push_back({std::move(name), values[i].type, values[i].value, i});
  }
  std::sort(out.begin(), out.end(),
            [](const ValueCondition& a, const ValueCondition& b) { return a.name < b.name; });
  return out;
}

bool contains_all(const std::vector<ValueCondition>& some, const std::vector<ValueCondition>& all) {
  return std::all_of(some.begin(), some.end(), [&](const ValueCondition& each) {
    return std::any_of(all.begin(), all.end(),
                       [&](const ValueCondition& other) { return each.same(other); });
  });
}

void append_part(std::string& out, std::string_view part) {
  out += std::to_string(part.size());
  out += ':';
  out += part;
}

template <class T>
bool replaces_prefix(const RulePlan<T>& plan) {
  return plan.fault.empty() &&
         std::any_of(plan.filters.begin(), plan.filters.end(), [](const auto& each) {
           return !each.dropped && each.spec->path.present &&
                  each.spec->path.type.is("ReplacePrefixMatch");
         });
}

/// On a sidecar "/" replaces a prefix rightly, everything else needs two rules.
template <class T>
bool swallows_slash(const RulePlan<T>& plan) {
  return std::any_of(plan.filters.begin(), plan.filters.end(), [](const auto& each) {
    const model::PathModifier& path = each.spec->path;
    return path.present && path.type.is("ReplacePrefixMatch") && !path.value.is("/");
  });
}

/// All good matches of a route, each once.
template <class T>
std::vector<OneRule<T>> own_rules(const std::vector<RulePlan<T>>& plans) {
  std::vector<OneRule<T>> out;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const RulePlan<T>& plan = plans[i];
    for (std::size_t m = 0; m < plan.spec->matches.size(); ++m) {
      if (m < plan.match_faults.size() && !plan.match_faults[m].empty()) continue;
      OneMatch match = normalise(plan.spec->matches[m]);
      if (!seen.insert(match.key()).second) continue;
      out.push_back({&plan, std::move(match), i, m, PathForm::kAsGiven, false});
    }
  }
  return out;
}

/// The exact matches of a route by path.
template <class T>
std::map<std::string, std::vector<std::size_t>> exact_paths(const std::vector<OneRule<T>>& rules) {
  std::map<std::string, std::vector<std::size_t>> out;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].match.path_type == "Exact") out[rules[i].match.path].push_back(i);
  }
  return out;
}

template <class T>
void write_conditions(Out<T>& out, std::string_view member,
                      const std::vector<ValueCondition>& values, const OneRule<T>& rule) {
  if (values.empty()) return;
  out.key(member);
  out.open('[');
  for (const ValueCondition& each : values) {
    const auto own = rule.plan->src.at("matches").at(rule.index);
    const auto src = (each.lent ? rule.lender : own).at(member).at(each.index);
    out.open('{');
    out.member("name", each.name, T::by(kMatch, src.at("name")));
    out.member("type", each.type.view(), T::by(kMatch, src.at("type")));
    out.member("value", each.value.view(), T::by(kMatch, src.at("value")));
    out.close('}');
  }
  out.close(']');
}

template <class T>
void write_one_match(Out<T>& out, const OneRule<T>& rule) {
  const auto own = rule.plan->src.at("matches").at(rule.index);
  const auto& src = rule.host_twin ? rule.lender : own;
  const OneMatch& match = rule.match;
  const Rule& path_rule = rule.host_twin ? kHostTwin : rule.twin ? kExactTwin : kMatch;
  out.open('{');
  write_conditions<T>(out, "headers", match.headers, rule);
  if (match.method.set()) {
    const bool lent = !rule.plan->spec->matches[rule.index].method.set();
    out.member("method", match.method.view(), T::by(kMatch, (lent ? src : own).at("method")));
  }
  out.key("path");
  out.open('{');
  out.member("type", match.path_type, T::by(path_rule, src.at("path").at("type")));
  out.member("value", match.path, T::by(path_rule, src.at("path").at("value")));
  out.close('}');
  write_conditions<T>(out, "queryParams", match.query, rule);
  out.close('}');
}

}  // namespace

OneMatch normalise(const model::Match& match) {
  OneMatch out;
  out.path_type = match.path_type.view();
  std::string_view path = match.path_value.view();
  if (out.path_type == "PathPrefix" && path != "/" && path.ends_with('/')) path.remove_suffix(1);
  out.path = path;
  out.method = match.method;
  out.headers = conditions(match.headers, true);
  out.query = conditions(match.query, false);
  return out;
}

std::string OneMatch::key() const {
  std::string out;
  append_part(out, path_type);
  append_part(out, path);
  append_part(out, method.view());
  for (const auto* list : {&headers, &query}) {
    out += '|';
    for (const ValueCondition& each : *list) {
      append_part(out, each.name);
      append_part(out, each.type.view());
      append_part(out, each.value.view());
    }
  }
  return out;
}

bool OneMatch::looser_than(const OneMatch& other) const {
  return (!method.set() || method == other.method) && contains_all(headers, other.headers) &&
         contains_all(query, other.query);
}

template <class T>
std::vector<OneRule<T>> one_rules(Context<T>& ctx, const Place<T>& place,
                                  const std::vector<RulePlan<T>>& plans) {
  std::vector<OneRule<T>> out = own_rules<T>(plans);
  const auto exact = exact_paths<T>(out);
  const bool gateway = place.attachment.parent == ParentKind::kGateway;
  const bool twins =
      gateway ? !ctx.quirks().d49_no_exact_twins : !ctx.quirks().d53_prefix_slash_lost;
  const std::size_t own = out.size();
  std::optional<NamedPaths<T>> named;
  if (gateway && twins) named.emplace(ctx, place);
  for (std::size_t i = 0; twins && i < own; ++i) {
    if (out[i].match.path_type != "PathPrefix") continue;
    const auto found = exact.find(out[i].match.path);
    const bool needed =
        gateway
            ? out[i].match.path != "/" && (found != exact.end() || named->elsewhere(out[i].match))
            : replaces_prefix<T>(*out[i].plan) && swallows_slash<T>(*out[i].plan);
    if (!needed) continue;
    if (!gateway) out[i].form = PathForm::kWithSlash;
    // Where an exact match of the route takes all that the twin would take, it comes first anyway.
    const bool taken =
        found != exact.end() &&
        std::any_of(found->second.begin(), found->second.end(),
                    [&](std::size_t other) { return out[other].match.looser_than(out[i].match); });
    if (taken) continue;
    OneRule<T> twin = out[i];
    twin.match.path_type = "Exact";
    twin.form = replaces_prefix<T>(*twin.plan) ? PathForm::kWhole : PathForm::kAsGiven;
    twin.twin = true;
    out.push_back(std::move(twin));
  }
  return out;
}

template <class T>
void write_one_rules(Context<T>& ctx, Out<T>& out, const std::vector<OneRule<T>>& rules,
                     ParentKind parent, const Blackhole& blackhole) {
  out.key("rules");
  out.open('[');
  for (const OneRule<T>& rule : rules) {
    out.open('{');
    write_whole_default<T>(ctx, out, *rule.plan, parent, blackhole, rule.form);
    out.key("matches");
    out.open('[');
    write_one_match<T>(out, rule);
    out.close(']');
    out.close('}');
  }
  out.close(']');
}

#define PAWPRINT_INSTANTIATE(T)                                                          \
  template std::vector<OneRule<T>> one_rules<T>(Context<T>&, const Place<T>&,            \
                                                const std::vector<RulePlan<T>>&);        \
  template void write_one_rules<T>(Context<T>&, Out<T>&, const std::vector<OneRule<T>>&, \
                                   ParentKind, const Blackhole&);
PAWPRINT_INSTANTIATE(NoTrace)
PAWPRINT_INSTANTIATE(Tracing)
#undef PAWPRINT_INSTANTIATE

}  // namespace pawprint::rules
