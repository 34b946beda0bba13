// What routes of one parent ask each other for, found without walking all of them: whose less
// specific host name lies around mine and matches below my paths, who names this path exactly.
//
// A shelf is named by a parent, a host name or wildcard, and a path or its first segment. Routes
// stand on shelves where they can be found ("offers") and on others where they wait for news
// ("asks"). Names are hashes of these texts, so a shelf may hold a stranger: whoever looks compares
// the texts, and one evaluation too many is harmless.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/model/facts.h"

namespace pawprint::world {

using ShelfId = std::uint64_t;

/// Routes with this wildcard or (empty) no host name, and a match in this first segment of paths;
/// segment "/" has them all.
ShelfId around_shelf(std::uint32_t parent, std::string_view pattern, std::string_view path);
/// Routes of this very host name with an Exact match of the path.
ShelfId exact_shelf(std::uint32_t parent, std::string_view hostname, std::string_view path);
/// Routes of a host name inside this one, or any when it is empty, with an Exact match of the path.
ShelfId exact_inside_shelf(std::uint32_t parent, std::string_view pattern, std::string_view path);

/// Routes of this very host name (of a Service: always empty) with a match of this kind of path,
/// path and method, and with headers or query parameters.
ShelfId alike_shelf(std::uint32_t parent, std::string_view hostname, const model::Match& match);

/// Wildcards around a host name, and the empty one for "no host name"; none around that.
std::vector<std::string> patterns_around(std::string_view hostname);

/// Whether no other route can see the difference.
bool same_to_others(const model::HttpRouteFact& a, const model::HttpRouteFact& b);

class RouteShelves {
 public:
  /// A route that was `before` is now `after`; each null when it does not exist, and below the
  /// parents (ids of Gateways and ListenerSets) of that time. Returns who must look again, sorted.
  struct State {
    const model::HttpRouteFact* route = nullptr;
    std::vector<std::uint32_t> parents;   ///< Gateways and ListenerSets.
    std::vector<std::uint32_t> services;  ///< Found by alike_shelf() only.
  };
  std::vector<std::uint32_t> move(std::uint32_t route, const State& before, const State& after);

  /// Routes that can be found on a shelf, sorted.
  [[nodiscard]] std::vector<std::uint32_t> on(ShelfId shelf) const {
    return listed(offers_, shelf);
  }
  /// The same for an alike_shelf(). These are many, and apart so that few have to be looked at.
  [[nodiscard]] std::vector<std::uint32_t> alike(ShelfId shelf) const {
    return listed(alike_, shelf);
  }

 private:
  using Shelves = std::unordered_multimap<ShelfId, std::uint32_t>;
  static void change(Shelves& shelves, std::uint32_t route, const std::vector<ShelfId>& before,
                     const std::vector<ShelfId>& after);

  static std::vector<std::uint32_t> listed(const Shelves& shelves, ShelfId shelf);

  Shelves offers_, asks_, alike_;
};

}  // namespace pawprint::world
