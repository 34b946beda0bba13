// Does a match take a request, and which of two matches is asked first.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/traffic/request.h"
#include "engine/traffic/world.h"

namespace pawprint::traffic {

/// What a match sees of a request.
struct Sight {
  std::string path;  ///< Without the query.
  std::string method;
  std::vector<Header> headers, query;  ///< Header names lower case, equal ones joined by ",".
};
Sight sight_of(const Request& request);

/// Where the builtin gateway differs from a sidecar.
struct MatchRules {
  /// D-49: `/p` itself is not taken by PathPrefix `/p` while some Exact `/p` is in the same host.
  std::vector<std::string> shadowed;
  /// D-25: of several regular expressions for query parameters only the last counts, and exact ones
  /// are also read as expressions.
  bool query_expressions_collapse = false;
};

/// Why the match does not take the request; `on` empty: it does.
struct Failure {
  std::string on, detail;
};
Failure match_failure(const Match& match, const Sight& sight, const MatchRules& rules);

/// True when `a` is asked before `b`; ties keep their order.
bool before(const Match& a, const Match& b);

/// A regular expression that Envoy refuses, with it the whole configuration; empty: none.
std::string bad_expression(const Match& match);

std::string describe(const Match& match);

}  // namespace pawprint::traffic
