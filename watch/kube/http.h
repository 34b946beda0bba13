// Requests and answers as values; nothing here does I/O.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/redacted.h"

namespace pawprint::watch::kube {

struct Request {
  std::string method = "GET";
  std::string target;  ///< Path and query, starting with '/'.
  std::string body;
  std::string content_type = "application/json";  ///< Sent only with a body.
  std::chrono::milliseconds timeout{60'000};      ///< For the whole exchange, connecting included.
};

/// Of a request: who asks. Values are credentials, or may be.
using Headers = std::vector<std::pair<std::string, Redacted>>;

struct Response {
  int status = 0;
  std::string body;
  std::optional<std::chrono::seconds>
      retry_after;  ///< Header Retry-After in seconds, cut at 300 s.
  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

inline constexpr const char* kJson = "application/json";
inline constexpr const char* kMergePatch = "application/merge-patch+json";
inline constexpr const char* kApplyPatch = "application/apply-patch+yaml";

}  // namespace pawprint::watch::kube
