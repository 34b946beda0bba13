// Which Gateway API object stands behind a match of a Kuma route.
//
// The caller who generated the Kuma objects knows it exactly and says so in a table; for everything
// else there is a guess from the owner label, and the Kuma object itself when there is none. Names
// and structure of generated objects matter nowhere else in this folder.
#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <string>

namespace pawprint::traffic {

struct Meta;

/// One match of one rule of a Kuma route: `.spec.to[to].rules[rule].matches[match]`.
struct KumaMatch {
  std::string object;  ///< "MeshHTTPRoute/ns/name".
  std::size_t to = 0, rule = 0, match = 0;
  auto operator<=>(const KumaMatch&) const = default;
};

/// Where a match comes from, as people wrote it.
struct Origin {
  std::string object;  ///< "HTTPRoute/ns/name", or the Kuma object itself. Empty: nothing to name.
  std::size_t rule = 0, match = 0;
  bool internal = false;  ///< Added by the generator (floor routes, catch-alls): answers no rule.
};

/// What the generator knows: exact, for all matches that it wrote. Matches that it does not name
/// fall back to `origin_of`'s guess.
using SourceTable = std::map<KumaMatch, Origin>;

/// The table's entry; else the owner named by the object's labels with the indexes of the Kuma
/// object; else the Kuma object itself.
Origin origin_of(const SourceTable& table, const Meta& meta, const KumaMatch& match);

/// True when the labels of an object say that a Gateway API object owns it.
bool has_owner(const Meta& meta);

}  // namespace pawprint::traffic
