// Hostnames: "*", "*.example.com" and "foo.example.com".
#pragma once

#include <string>
#include <vector>

namespace pawprint::traffic {

/// ASCII letters in lower case; what host and header names are compared in.
std::string lower(std::string text);

/// `host` is lower case; empty (an IP address, or none) is matched by "*" only.
bool host_matches(const std::string& pattern, const std::string& host);
/// Some host is matched by both.
bool hosts_intersect(const std::string& a, const std::string& b);
/// Larger is more specific: an exact name, then wildcards by length, then "*".
int host_rank(const std::string& pattern);

/// Position in `patterns` of the most specific one that matches; npos when none does.
std::size_t most_specific(const std::vector<std::string>& patterns, const std::string& host);

}  // namespace pawprint::traffic
