// An HTTP request and answer without HTTP: what the API server sees of them.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace pawprint::sandbox {

struct Request {
  std::string method;  ///< "GET", ...
  std::string target;  ///< path and query as sent
  std::string accept, content_type, user_agent, authorization;
  std::string body;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::multimap<std::string, std::string> headers;
};

/// A target taken apart; percent escapes are decoded.
struct Target {
  std::vector<std::string> path;
  std::map<std::string, std::string> query;  ///< of repeated parameters the first

  /// "" when absent.
  std::string parameter(const std::string& name) const;
  bool flag(const std::string& name) const;
};

Target parse_target(const std::string& target);

/// Where a path of the resource API points.
struct Place {
  bool valid = false;
  std::string group, version;
  std::string space;  ///< namespace, "" for cluster-scoped and for all namespaces
  std::string plural, name, subresource;
};

/// /api/v1/... and /apis/GROUP/VERSION/...; invalid for discovery and anything else.
Place parse_place(const std::vector<std::string>& path);

}  // namespace pawprint::sandbox
