#include "engine/world/route_shelves.h"

#include <algorithm>

namespace pawprint::world {

std::string host_shelf(std::string_view pattern) { return "host " + std::string(pattern); }

std::string path_shelf(std::string_view path) { return "exact " + std::string(path); }

std::vector<std::string> shelves_of(const model::HttpRouteFact& route) {
  std::vector<std::string> out;
  if (route.hostnames.empty()) out.push_back(host_shelf({}));
  for (const model::Sym hostname : route.hostnames) {
    if (hostname.view().starts_with("*.")) out.push_back(host_shelf(hostname.view()));
  }
  for (const model::HttpRule& rule : route.rules) {
    for (const model::Match& match : rule.matches) {
      if (match.path_type.is("Exact")) out.push_back(path_shelf(match.path_value.view()));
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace pawprint::world
