#include "engine/traffic/hostname.h"

#include <algorithm>
#include <cctype>

#include "engine/traffic/request.h"

namespace pawprint::traffic {
namespace {

constexpr int kExactRank = 1 << 20;

bool wildcard(const std::string& pattern) { return pattern.starts_with("*."); }

/// "*.example.com" and "foo.example.com" or "*.foo.example.com".
bool covers(const std::string& pattern, const std::string& name) {
  if (pattern == "*" || pattern.empty()) return true;
  return wildcard(pattern) && name.size() >= pattern.size() &&
         name.ends_with(std::string_view(pattern).substr(1));
}

bool all_of(const std::string& text, const char* allowed) {
  return text.find_first_not_of(allowed) == std::string::npos;
}

}  // namespace

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool host_matches(const std::string& pattern, const std::string& host) {
  if (pattern == "*" || pattern.empty()) return true;
  if (host.empty()) return false;
  return pattern == host || (covers(pattern, host) && host.size() >= pattern.size());
}

bool hosts_intersect(const std::string& a, const std::string& b) {
  return a == b || covers(a, b) || covers(b, a);
}

int host_rank(const std::string& pattern) {
  if (pattern == "*" || pattern.empty()) return 0;
  return wildcard(pattern) ? static_cast<int>(pattern.size()) : kExactRank;
}

std::size_t most_specific(const std::vector<std::string>& patterns, const std::string& host) {
  std::size_t best = std::string::npos;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (!host_matches(patterns[i], host)) continue;
    if (best == std::string::npos || host_rank(patterns[i]) > host_rank(patterns[best])) best = i;
  }
  return best;
}

bool is_address(const std::string& host) {
  if (host.starts_with('[')) return true;
  if (std::count(host.begin(), host.end(), ':') > 1) return true;
  return !host.empty() && all_of(host, "0123456789.") &&
         std::count(host.begin(), host.end(), '.') == 3;
}

HostPort split_authority(const std::string& authority) {
  const auto colon = authority.rfind(':');
  const bool bracketed = authority.starts_with('[');
  constexpr std::size_t kLongestPort = 5;
  if (colon == std::string::npos || colon + 1 == authority.size() ||
      authority.size() - colon - 1 > kLongestPort ||
      !all_of(authority.substr(colon + 1), "0123456789")) {
    return {authority, ""};
  }
  const bool plain_v6 = !bracketed && std::count(authority.begin(), authority.end(), ':') > 1;
  if (plain_v6 || (bracketed && authority[colon - 1] != ']')) return {authority, ""};
  return {authority.substr(0, colon), authority.substr(colon + 1)};
}

std::string Request::host() const {
  std::string out = lower(split_authority(authority).host);
  if (is_address(out)) return {};
  if (out.ends_with('.')) out.pop_back();
  return out;
}

}  // namespace pawprint::traffic
