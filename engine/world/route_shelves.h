// What routes of one parent ask each other for: who has no or a wildcard host name, who matches
// this path exactly. An entry ("shelf") is named by a text and lists the routes on it.
//
// Wildcards and the absence of a host name are enough: a host name without wildcard is never the
// less specific one of two.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/model/facts.h"

namespace pawprint::world {

/// Routes that have this wildcard, or (empty) no host name at all.
std::string host_shelf(std::string_view pattern);
/// Routes with an Exact match of this path.
std::string path_shelf(std::string_view path);
/// The shelves that an HTTPRoute or GRPCRoute stands on below each of its parents, each once.
std::vector<std::string> shelves_of(const model::HttpRouteFact& route);

}  // namespace pawprint::world
