// Kubernetes' own error document (kind Status, meta/v1) in an answer or in a watch ERROR event.
#pragma once

#include <string>
#include <string_view>

namespace pawprint::watch::kube {

struct Status {
  int code = 0;          ///< 0 when the document has none.
  std::string reason;    ///< "Expired", "Conflict", ...; letters only, else empty.
  std::string message;   ///< One line, at most 500 bytes, scrubbed (engine/model/scrub.h).
  bool too_new = false;  ///< Cause ResourceVersionTooLarge: the server lags behind our cursor.
};

/// Empty fields when `body` is no Status (a proxy's HTML, for example).
Status parse_status(std::string_view body);

/// "Forbidden: gateways is forbidden ... (HTTP 403)" from an answer; falls back to the number.
std::string describe_answer(int http_status, std::string_view body);

/// The same without the message: answers about Secrets may quote what is in them.
std::string describe_briefly(int http_status, std::string_view body);

/// `text` without control characters, cut at `limit` bytes on a character boundary.
std::string one_line(std::string_view text, std::size_t limit = 500);

}  // namespace pawprint::watch::kube
