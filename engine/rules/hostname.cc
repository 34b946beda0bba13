#include "engine/rules/hostname.h"

#include <algorithm>

namespace pawprint::rules {

namespace {

bool covers(std::string_view pattern, std::string_view name) {
  if (!pattern.starts_with("*.")) return false;
  const std::string_view rest = pattern.substr(1);  // ".example.com"
  return name.ends_with(rest) && name != rest.substr(1) && name.size() > rest.size();
}

}  // namespace

bool hostnames_intersect(std::string_view a, std::string_view b) {
  return a == b || covers(a, b) || covers(b, a);
}

std::string_view narrower(std::string_view a, std::string_view b) { return covers(a, b) ? b : a; }

bool listener_takes_hostnames(model::Sym listener, const std::vector<model::Sym>& route) {
  if (!listener.set() || route.empty()) return true;
  return std::any_of(route.begin(), route.end(), [&](model::Sym hostname) {
    return hostnames_intersect(listener.view(), hostname.view());
  });
}

}  // namespace pawprint::rules
