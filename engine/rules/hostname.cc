#include "engine/rules/hostname.h"

#include <algorithm>

namespace pawprint::rules {

namespace {

bool covers(std::string_view pattern, std::string_view name) {
  if (!pattern.starts_with("*.")) return false;
  const std::string_view rest = pattern.substr(1);  // ".example.com"
  return name.ends_with(rest) && name != rest.substr(1) && name.size() > rest.size();
}

constexpr std::size_t kLongestName = 253;
constexpr std::size_t kLongestLabel = 63;

bool good_label(std::string_view label) {
  return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

}  // namespace

bool hostnames_intersect(std::string_view a, std::string_view b) {
  return a == b || covers(a, b) || covers(b, a);
}

std::string_view narrower(std::string_view a, std::string_view b) { return covers(a, b) ? b : a; }

bool listener_hostname(std::string_view name) {
  if (name.size() > kLongestName) return false;
  if (name.starts_with("*.")) name.remove_prefix(2);
  std::size_t labels = 0;
  bool numbers = true;
  for (bool more = true; more; ++labels) {
    const std::size_t dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    if (!good_label(label)) return false;
    numbers = numbers && label.find_first_not_of("0123456789") == std::string_view::npos;
    more = dot != std::string_view::npos;
    if (more) name.remove_prefix(dot + 1);
  }
  return !numbers || labels != 4;
}

bool more_specific(std::string_view a, std::string_view b) {
  return a != b && (b.empty() || covers(b, a));
}

bool listener_takes_hostnames(model::Sym listener, const std::vector<model::Sym>& route) {
  if (!listener.set() || route.empty()) return true;
  return std::any_of(route.begin(), route.end(), [&](model::Sym hostname) {
    return hostnames_intersect(listener.view(), hostname.view());
  });
}

}  // namespace pawprint::rules
