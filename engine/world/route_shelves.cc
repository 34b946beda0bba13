#include "engine/world/route_shelves.h"

#include <xxhash.h>

#include <algorithm>
#include <iterator>
#include <string>

namespace pawprint::world {

namespace {

using model::HttpRouteFact;

enum class Use : std::uint8_t { kAround, kExact, kExactInside, kPrefix, kInside, kAlike };

std::uint64_t text(std::string_view value) { return XXH3_64bits(value.data(), value.size()); }

ShelfId mix(Use use, std::uint32_t parent, std::uint64_t host, std::uint64_t path) {
  std::uint64_t out = (std::uint64_t{parent} << 3) + static_cast<std::uint64_t>(use);
  for (const std::uint64_t part : {host, path}) {
    out = (out ^ part) * 0x9E3779B97F4A7C15ull;
    out ^= out >> 29;
  }
  return out;
}

/// Where matches of a path are looked for: by its first segment. "/" stands for all of them.
std::string_view first_segment(std::string_view path) {
  if (path.size() < 2 || path.front() != '/' || path[1] == '/') return "/";
  return path.substr(0, path.find('/', 1));
}

std::string_view without_slash(std::string_view path) {
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path;
}

bool conditional(const model::Match& match) {
  return !match.headers.empty() || !match.query.empty();
}

/// Of equally specific matches these members are equal.
std::uint64_t place_of(const model::Match& match) {
  const std::string_view path = match.path_type.is("PathPrefix")
                                    ? without_slash(match.path_value.view())
                                    : match.path_value.view();
  return text(path) ^ (match.path_type.identity() << 1) ^ (match.method.identity() << 2);
}

void settle(std::vector<std::uint64_t>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

/// Hashes of what a route's matches say of paths, each once.
struct Paths {
  std::vector<std::uint64_t> exact, prefixes, segments, alike;

  explicit Paths(const HttpRouteFact& route) {
    for (const model::HttpRule& rule : route.rules) {
      for (const model::Match& match : rule.matches) {
        const std::string_view path = match.path_value.view();
        const bool expression = match.path_type.is("RegularExpression");
        if (conditional(match)) alike.push_back(place_of(match));
        segments.push_back(text(expression ? "/" : first_segment(path)));
        if (match.path_type.is("Exact")) exact.push_back(text(path));
        else if (!expression && path != "/") prefixes.push_back(text(without_slash(path)));
      }
    }
    settle(exact);
    settle(prefixes);
    settle(segments);
    settle(alike);
  }
};

/// The shelves of one route: where it is found, where it waits, and whom it is news for.
struct Names {
  std::vector<ShelfId> offers, asks, tells, alike;

  explicit Names(const RouteShelves::State& state) {
    if (state.route == nullptr || (state.parents.empty() && state.services.empty())) return;
    const Paths paths(*state.route);
    std::vector<std::string_view> hosts;
    for (const model::Sym each : state.route->hostnames) hosts.push_back(each.view());
    if (hosts.empty()) hosts.emplace_back();
    for (const std::string_view host : hosts) {
      std::vector<std::uint64_t> around;
      for (const std::string& each : patterns_around(host)) around.push_back(text(each));
      const bool wide = host.empty() || host.starts_with("*.");
      for (const std::uint32_t parent : state.parents) {
        add(parent, text(host), wide, around, paths);
      }
    }
    for (const std::uint32_t service : state.services) {
      for (const std::uint64_t each : paths.alike) {
        alike.push_back(mix(Use::kAlike, service, text({}), each));
      }
    }
    settle(alike);
    settle(offers);
    settle(asks);
    settle(tells);
  }

 private:
  void add(std::uint32_t parent, std::uint64_t host, bool wide,
           const std::vector<std::uint64_t>& around, const Paths& paths) {
    for (const std::uint64_t path : paths.exact) {
      offers.push_back(mix(Use::kExact, parent, host, path));
      tells.push_back(mix(Use::kPrefix, parent, host, path));
      for (const std::uint64_t pattern : around) {
        offers.push_back(mix(Use::kExactInside, parent, pattern, path));
        tells.push_back(mix(Use::kPrefix, parent, pattern, path));
      }
    }
    for (const std::uint64_t each : paths.alike) {
      alike.push_back(mix(Use::kAlike, parent, host, each));
    }
    for (const std::uint64_t path : paths.prefixes) {
      asks.push_back(mix(Use::kPrefix, parent, host, path));
    }
    for (const std::uint64_t segment : paths.segments) {
      for (const std::uint64_t pattern : around) {
        asks.push_back(mix(Use::kInside, parent, pattern, segment));
      }
      if (!wide) continue;
      offers.push_back(mix(Use::kAround, parent, host, segment));
      tells.push_back(mix(Use::kInside, parent, host, segment));
    }
    if (!wide) return;
    offers.push_back(mix(Use::kAround, parent, host, text("/")));
    tells.push_back(mix(Use::kInside, parent, host, text("/")));
  }
};

}  // namespace

ShelfId around_shelf(std::uint32_t parent, std::string_view pattern, std::string_view path) {
  return mix(Use::kAround, parent, text(pattern), text(first_segment(path)));
}

ShelfId exact_shelf(std::uint32_t parent, std::string_view hostname, std::string_view path) {
  return mix(Use::kExact, parent, text(hostname), text(path));
}

ShelfId exact_inside_shelf(std::uint32_t parent, std::string_view pattern, std::string_view path) {
  return mix(Use::kExactInside, parent, text(pattern), text(path));
}

ShelfId alike_shelf(std::uint32_t parent, std::string_view hostname, const model::Match& match) {
  return mix(Use::kAlike, parent, text(hostname), place_of(match));
}

std::vector<std::string> patterns_around(std::string_view hostname) {
  std::vector<std::string> out;
  if (hostname.empty()) return out;
  out.emplace_back();
  if (hostname.starts_with("*.")) hostname.remove_prefix(2);
  for (auto dot = hostname.find('.'); dot != std::string_view::npos; dot = hostname.find('.')) {
    hostname.remove_prefix(dot + 1);
    out.push_back("*." + std::string(hostname));
  }
  return out;
}

bool same_to_others(const HttpRouteFact& a, const HttpRouteFact& b) {
  return a.meta.created_s == b.meta.created_s && a.hostnames == b.hostnames &&
         a.parents == b.parents &&
         std::equal(a.rules.begin(), a.rules.end(), b.rules.begin(), b.rules.end(),
                    [](const auto& x, const auto& y) { return x.matches == y.matches; });
}

void RouteShelves::change(Shelves& shelves, std::uint32_t route, const std::vector<ShelfId>& before,
                          const std::vector<ShelfId>& after) {
  std::vector<ShelfId> gone, fresh;
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                      std::back_inserter(gone));
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                      std::back_inserter(fresh));
  for (const ShelfId each : gone) {
    const auto [first, last] = shelves.equal_range(each);
    const auto found =
        std::find_if(first, last, [&](const auto& entry) { return entry.second == route; });
    if (found != last) shelves.erase(found);
  }
  for (const ShelfId each : fresh) shelves.emplace(each, route);
}

std::vector<std::uint32_t> RouteShelves::move(std::uint32_t route, const State& before,
                                              const State& after) {
  std::vector<std::uint32_t> out;
  if (before.route != nullptr && after.route != nullptr &&
      same_to_others(*before.route, *after.route)) {
    return out;
  }
  const Names old(before);
  const Names fresh(after);
  change(offers_, route, old.offers, fresh.offers);
  change(asks_, route, old.asks, fresh.asks);
  change(alike_, route, old.alike, fresh.alike);
  const auto tell = [&](const Shelves& shelves, const std::vector<ShelfId>& whom) {
    for (const ShelfId each : whom) {
      const auto [first, last] = shelves.equal_range(each);
      for (auto at = first; at != last; ++at) {
        if (at->second != route) out.push_back(at->second);
      }
    }
  };
  for (const Names* names : {&old, &fresh}) {
    tell(asks_, names->tells);
    tell(alike_, names->alike);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<std::uint32_t> RouteShelves::listed(const Shelves& shelves, ShelfId shelf) {
  std::vector<std::uint32_t> out;
  if (shelves.empty()) return out;
  const auto [first, last] = shelves.equal_range(shelf);
  for (auto at = first; at != last; ++at) out.push_back(at->second);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace pawprint::world
