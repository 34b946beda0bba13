#include "engine/rules/neighbours.h"

#include <re2/re2.h>

#include <algorithm>
#include <compare>
#include <set>
#include <string>

#include "engine/rules/hostname.h"
#include "engine/rules/match_fault.h"
#include "engine/world/route_shelves.h"

namespace pawprint::rules {

const Rule kHostTwin{
    "match/host_twin", "HTTPRoute.spec.hostnames; precedence between routes",
    "MeshHTTPRoute .spec.to[].rules[]",
    "Kuma's gateways let a longer path of a less specific host name win (D-50), so "
    "the more specific route repeats that match",
    "scenarios/d-50-host-before-path"};

const Rule kTie{"match/tie", "Precedence between routes whose matches are equally specific", "-",
                "Kuma orders them by its list of policies, the other way round than equal matches "
                "(D-28), so one name cannot satisfy both orders; the older route is told",
                "scenarios/d-28-ties"};

namespace {

using model::HttpRouteFact;

constexpr std::size_t kMostTwins = 512;

/// Adds routes on a shelf of the parent, without the route itself.
template <class T>
void collect(Context<T>& ctx, const Place<T>& place, world::ShelfId shelf,
             std::vector<const Object*>& out) {
  for (const Object* each : ctx.reads.neighbours(shelf)) {
    if (each != &place.route.object && each->template as<HttpRouteFact>() != nullptr) {
      out.push_back(each);
    }
  }
}

/// By kind, namespace and name, each once.
void settle(std::vector<const Object*>& routes) {
  std::sort(routes.begin(), routes.end(), [](const Object* a, const Object* b) {
    return std::tuple(a->kind, a->ns.view(), a->name.view()) <
           std::tuple(b->kind, b->ns.view(), b->name.view());
  });
  routes.erase(std::unique(routes.begin(), routes.end()), routes.end());
}

template <class T>
world::ObjId parent_id(Context<T>& ctx, const Place<T>& place) {
  const Object& owner = place.attachment.owner();
  return ctx.reads.world().id(owner.kind, owner.zone, owner.ns, owner.name);
}

/// How Kuma orders matches, whatever their host names.
struct Rank {
  int type = 0;  ///< 2: Exact, 1: PathPrefix, 0: RegularExpression.
  std::size_t length = 0;
  bool method = false;
  std::size_t headers = 0, query = 0;
  auto operator<=>(const Rank&) const = default;
};

Rank rank_of(const OneMatch& match) {
  const int type = match.path_type == "Exact" ? 2 : match.path_type == "PathPrefix" ? 1 : 0;
  return {type, type == 2 ? 0 : match.path.size(), match.method.set(), match.headers.size(),
          match.query.size()};
}

bool below(std::string_view path, std::string_view prefix) {
  return prefix == "/" || path == prefix ||
         (path.starts_with(prefix) && path.size() > prefix.size() && path[prefix.size()] == '/');
}

/// Whether every path that `inner` takes is one that `outer` takes.
bool path_covers(const OneMatch& outer, const OneMatch& inner) {
  if (outer.path_type == "PathPrefix") {
    return inner.path_type != "RegularExpression" ? below(inner.path, outer.path)
                                                  : outer.path == "/";
  }
  if (outer.path_type == "Exact") {
    return inner.path_type == "Exact" && inner.path == outer.path;
  }
  if (inner.path_type == "RegularExpression") return inner.path == outer.path;
  return inner.path_type == "Exact" && RE2::FullMatch(inner.path, outer.path);
}

/// Conditions of both lists; false when they contradict each other or cannot stand together.
bool join(const std::vector<ValueCondition>& own, const std::vector<ValueCondition>& lent,
          std::vector<ValueCondition>& out) {
  out = own;
  for (ValueCondition each : lent) {
    const auto found = std::find_if(out.begin(), out.end(),
                                    [&](const auto& other) { return other.name == each.name; });
    if (found != out.end()) {
      if (!found->same(each)) return false;
      continue;
    }
    each.lent = true;
    out.push_back(std::move(each));
  }
  std::sort(out.begin(), out.end(),
            [](const ValueCondition& a, const ValueCondition& b) { return a.name < b.name; });
  return true;
}

/// What both matches take, when `theirs` has the more specific path and one match can say it.
std::optional<OneMatch> both(const OneMatch& own, const OneMatch& theirs) {
  if (!path_covers(own, theirs)) return std::nullopt;
  if (own.method.set() && theirs.method.set() && own.method != theirs.method) return std::nullopt;
  OneMatch out = theirs;
  if (own.method.set()) out.method = own.method;
  if (!join(own.headers, theirs.headers, out.headers) ||
      !join(own.query, theirs.query, out.query)) {
    return std::nullopt;
  }
  // D-25: one regular expression of the query, and no exact value beside it.
  const bool expression = std::any_of(out.query.begin(), out.query.end(), [](const auto& each) {
    return each.type.is("RegularExpression");
  });
  if (expression && out.query.size() > 1 && out.query.size() > own.query.size()) {
    return std::nullopt;
  }
  return out;
}

/// The narrower of a listener's host name and a route's; false when they have nothing in common.
bool narrow(Sym listener, std::string_view hostname, std::string_view& out) {
  out = hostname;
  if (!listener.set()) return true;
  if (hostname.empty()) {
    out = listener.view();
    return true;
  }
  if (!hostnames_intersect(listener.view(), hostname)) return false;
  out = narrower(listener.view(), hostname);
  return true;
}

std::vector<std::string_view> names_of(const HttpRouteFact& route) {
  std::vector<std::string_view> out;
  for (const Sym each : route.hostnames) out.push_back(each.view());
  if (out.empty()) out.emplace_back();
  return out;
}

/// Whether on some listener a host name of `mine` is more specific than one of `theirs` around it.
template <class T>
bool stands_inside(const Place<T>& place, const HttpRouteFact& theirs) {
  for (const model::Listener* listener : place.attachment.listeners) {
    if (place.only != nullptr && place.only != listener) continue;
    for (const std::string_view own : names_of(place.route.fact)) {
      for (const std::string_view other : names_of(theirs)) {
        std::string_view a, b;
        if (narrow(listener->hostname, own, a) && narrow(listener->hostname, other, b) &&
            more_specific(a, b)) {
          return true;
        }
      }
    }
  }
  return false;
}

/// Whether some host name of both can be asked for in one request.
bool share_hosts(const HttpRouteFact& mine, const HttpRouteFact& theirs) {
  if (mine.hostnames.empty() || theirs.hostnames.empty()) return true;
  return std::any_of(mine.hostnames.begin(), mine.hostnames.end(), [&](Sym own) {
    return std::any_of(theirs.hostnames.begin(), theirs.hostnames.end(),
                       [&](Sym other) { return hostnames_intersect(own.view(), other.view()); });
  });
}

/// Whether some host name is written in both: there, equal matches compete by age.
bool share_a_name(const HttpRouteFact& mine, const HttpRouteFact& theirs) {
  const auto all = names_of(theirs);
  const auto own = names_of(mine);
  return std::any_of(own.begin(), own.end(), [&](std::string_view each) {
    return std::find(all.begin(), all.end(), each) != all.end();
  });
}

/// Routes with host names around those of the route and matches where it has some.
template <class T>
std::vector<const Object*> around(Context<T>& ctx, const Place<T>& place) {
  std::set<std::string> patterns;
  for (const Sym hostname : place.route.fact.hostnames) {
    for (std::string& each : world::patterns_around(hostname.view())) {
      patterns.insert(std::move(each));
    }
  }
  const world::ObjId parent = parent_id<T>(ctx, place);
  std::set<world::ShelfId> shelves;
  for (const model::HttpRule& rule : place.route.fact.rules) {
    for (const model::Match& match : rule.matches) {
      const bool expression = match.path_type.is("RegularExpression");
      const std::string_view path = expression ? "/" : match.path_value.view();
      for (const std::string& pattern : patterns) {
        shelves.insert(world::around_shelf(parent, pattern, path));
      }
    }
  }
  std::vector<const Object*> out;
  for (const world::ShelfId shelf : shelves) collect<T>(ctx, place, shelf, out);
  settle(out);
  return out;
}

/// The rules of one route, best first, and what has been added to them.
template <class T>
class Twins {
 public:
  explicit Twins(std::vector<OneRule<T>>& rules) : rules_(rules) {
    for (std::size_t i = 0; i < rules.size(); ++i) {
      order_.push_back(i);
      known_.insert(rules[i].match.key());
    }
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return rank_of(rules[a].match) > rank_of(rules[b].match);
    });
  }

  /// False: too many.
  bool add(const OneMatch& theirs, const typename T::Src& src) {
    const Rank rank = rank_of(theirs);
    for (std::size_t at = 0; at < order_.size(); ++at) {
      const OneRule<T>& own = rules_[order_[at]];
      if (rank_of(own.match) >= rank || !keeps_meaning(own, theirs)) continue;
      auto match = both(own.match, theirs);
      if (!match || taken_before(at, *match) || !known_.insert(match->key()).second) continue;
      if (++count_ > kMostTwins) return false;
      OneRule<T> twin = own;
      twin.match = std::move(*match);
      twin.lender = src;
      twin.host_twin = true;
      rules_.push_back(std::move(twin));
    }
    return true;
  }

 private:
  /// A replaced prefix is another one where the match has a longer path.
  static bool keeps_meaning(const OneRule<T>& own, const OneMatch& theirs) {
    const bool replaces = std::any_of(
        own.plan->filters.begin(), own.plan->filters.end(), [](const FilterPlan<T>& each) {
          return each.spec->path.present && each.spec->path.type.is("ReplacePrefixMatch");
        });
    return !replaces || (own.match.path_type == theirs.path_type && own.match.path == theirs.path);
  }

  /// A better rule of the route takes all that the match would take.
  [[nodiscard]] bool taken_before(std::size_t end, const OneMatch& match) const {
    for (std::size_t at = 0; at < end; ++at) {
      const OneMatch& better = rules_[order_[at]].match;
      if (path_covers(better, match) && better.looser_than(match)) return true;
    }
    return false;
  }

  std::vector<OneRule<T>>& rules_;
  std::vector<std::size_t> order_;
  std::set<std::string> known_;
  std::size_t count_ = 0;
};

}  // namespace

template <class T>
NamedPaths<T>::NamedPaths(Context<T>& ctx, const Place<T>& place)
    : ctx_(ctx), place_(place), parent_(parent_id<T>(ctx, place)) {
  for (const std::string_view host : names_of(place.route.fact)) {
    hosts_.emplace_back(host);
    if (host.empty() || host.starts_with("*.")) wide_.emplace_back(host);
    for (std::string& each : world::patterns_around(host)) hosts_.push_back(std::move(each));
  }
  std::sort(hosts_.begin(), hosts_.end());
  hosts_.erase(std::unique(hosts_.begin(), hosts_.end()), hosts_.end());
}

template <class T>
bool NamedPaths<T>::elsewhere(const OneMatch& prefix) const {
  std::vector<const Object*> others;
  for (const std::string& each : hosts_) {
    collect<T>(ctx_, place_, world::exact_shelf(parent_, each, prefix.path), others);
  }
  for (const std::string& each : wide_) {
    collect<T>(ctx_, place_, world::exact_inside_shelf(parent_, each, prefix.path), others);
  }
  settle(others);
  bool named = false;
  for (const Object* other : others) {
    const auto& fact = *other->template as<HttpRouteFact>();
    if (!share_hosts(place_.route.fact, fact)) continue;
    for (const model::HttpRule& rule : fact.rules) {
      for (const model::Match& match : rule.matches) {
        if (!match.path_type.is("Exact") || match.path_value.view() != prefix.path) continue;
        named = true;
        if (share_a_name(place_.route.fact, fact) && normalise(match).looser_than(prefix)) {
          return false;
        }
      }
    }
  }
  return named;
}

template <class T>
bool listeners_differ(Context<T>& ctx, const Place<T>& place) {
  const auto& listeners = place.attachment.listeners;
  const auto& quirks = ctx.quirks();
  if (place.route.fact.hostnames.empty() || quirks.d50_path_before_host) return false;
  const bool one_name = std::all_of(listeners.begin(), listeners.end(), [&](const auto* each) {
    return each->hostname == listeners.front()->hostname;
  });
  if (one_name) return false;
  for (const Object* other : around<T>(ctx, place)) {
    const auto& fact = *other->template as<HttpRouteFact>();
    std::size_t inside = 0;
    for (const model::Listener* listener : listeners) {
      if (stands_inside<T>(Place<T>{place.route, place.attachment, listener}, fact)) ++inside;
    }
    if (inside != 0 && inside != listeners.size()) return true;
  }
  return false;
}

template <class T>
bool add_host_twins(Context<T>& ctx, const Place<T>& place, std::vector<OneRule<T>>& rules) {
  if (place.route.fact.hostnames.empty() || ctx.quirks().d50_path_before_host) return true;
  Twins<T> twins(rules);
  for (const Object* other : around<T>(ctx, place)) {
    const auto& fact = *other->template as<HttpRouteFact>();
    if (!stands_inside<T>(place, fact)) continue;
    const auto src = T::object(*other, ".spec").at("rules");
    for (std::size_t r = 0; r < fact.rules.size(); ++r) {
      const auto& matches = fact.rules[r].matches;
      for (std::size_t m = 0; m < matches.size(); ++m) {
        if (!match_fault(ctx.quirks(), ParentKind::kGateway, matches[m]).empty()) continue;
        if (!twins.add(normalise(matches[m]), src.at(r).at("matches").at(m))) return false;
      }
    }
  }
  return true;
}

namespace {

/// Requests that take both matches exist, and neither match is the more specific one.
bool tied(const OneMatch& a, const OneMatch& b) {
  std::vector<ValueCondition> ignored;
  return rank_of(a) == rank_of(b) && a.path == b.path && a.method == b.method &&
         a.key() != b.key() && join(a.headers, b.headers, ignored) &&
         join(a.query, b.query, ignored);
}

/// The first match of another route that is tied with one of ours, as text; empty: none.
std::string tied_match(const HttpRouteFact& theirs, const OneMatch& own) {
  for (std::size_t r = 0; r < theirs.rules.size(); ++r) {
    const auto& matches = theirs.rules[r].matches;
    for (std::size_t m = 0; m < matches.size(); ++m) {
      if (!tied(own, normalise(matches[m]))) continue;
      return "rules[" + std::to_string(r) + "].matches[" + std::to_string(m) + ']';
    }
  }
  return {};
}

bool older(const Object& a, const Object& b) {
  const auto order = [](const Object& route) {
    return std::tuple(route.as<HttpRouteFact>()->meta.created_s,
                      std::string(route.ns.view()) + '/' + std::string(route.name.view()));
  };
  return order(a) < order(b);
}

}  // namespace

template <class T>
std::vector<Remark> tie_remarks(Context<T>& ctx, const RouteInput<T>& route,
                                const Attachment<T>& attachment) {
  std::vector<Remark> out;
  if (ctx.quirks().d28_rules_as_given) return out;
  const bool service = attachment.parent == ParentKind::kService;
  const Object& owner = service ? *attachment.target : attachment.owner();
  const world::ObjId parent = ctx.reads.world().id(owner.kind, owner.zone, owner.ns, owner.name);
  const std::vector<std::string_view> hosts =
      service ? std::vector<std::string_view>{{}} : names_of(route.fact);
  std::set<std::pair<std::string_view, std::string_view>> told;
  for (std::size_t r = 0; r < route.fact.rules.size(); ++r) {
    const auto& matches = route.fact.rules[r].matches;
    for (std::size_t m = 0; m < matches.size(); ++m) {
      if (matches[m].headers.empty() && matches[m].query.empty()) continue;
      for (const std::string_view host : hosts) {
        for (const Object* other : ctx.reads.alike(world::alike_shelf(parent, host, matches[m]))) {
          const auto* fact = other->as<HttpRouteFact>();
          if (other == &route.object || fact == nullptr || !older(route.object, *other)) continue;
          const std::string theirs = tied_match(*fact, normalise(matches[m]));
          if (theirs.empty() || !told.emplace(other->ns.view(), other->name.view()).second) {
            continue;
          }
          out.push_back({"warning", kTie.id,
                         "rules[" + std::to_string(r) + "].matches[" + std::to_string(m) +
                             "] is as specific as " + theirs + " of " +
                             std::string(model::info(other->kind).name) + " \"" +
                             std::string(other->ns.view()) + '/' + std::string(other->name.view()) +
                             "\": Kuma sends requests that take both there, although this "
                             "route is the older one"});
        }
      }
    }
  }
  return out;
}

#define PAWPRINT_INSTANTIATE(T)                                                  \
  template class NamedPaths<T>;                                                  \
  template std::vector<Remark> tie_remarks<T>(Context<T>&, const RouteInput<T>&, \
                                              const Attachment<T>&);             \
  template bool listeners_differ<T>(Context<T>&, const Place<T>&);               \
  template bool add_host_twins<T>(Context<T>&, const Place<T>&, std::vector<OneRule<T>>&);
PAWPRINT_INSTANTIATE(NoTrace)
PAWPRINT_INSTANTIATE(Tracing)
#undef PAWPRINT_INSTANTIATE

}  // namespace pawprint::rules
