// Failures that a test plans for the next requests.
#pragma once

#include <chrono>
#include <list>
#include <map>
#include <optional>
#include <string>

#include "tools/sandbox/request.h"

namespace pawprint::sandbox {

/// What shall happen to the next `count` requests that match. By what is set:
///  - status: that answer, with a Status object or `body`, instead of the request
///  - cut_after: the request takes effect (unless status is set too), and the connection is reset
///    after so many bytes of the answer, of a watch also
///  - neither: the connection is reset without an answer, after the request took effect if
///    `after_write`
struct Fault {
  std::string method;       ///< "" matches every method
  std::string path_prefix;  ///< of the target, "/apis/kuma.io/"; "" matches all
  int count = 1;
  int status = 0;            ///< the HTTP status to answer with; 0: none
  int retry_after = 0;       ///< seconds for a Retry-After header; 0: none
  std::string body;          ///< what to answer with `status`; "": a Status object
  std::string content_type;  ///< of `body`; "": application/json
  std::multimap<std::string, std::string> headers;  ///< more headers with `status`
  std::optional<std::size_t> cut_after;
  bool after_write = false;
  std::chrono::milliseconds delay{0};  ///< before the answer or the reset

  bool resets() const { return status == 0 && !cut_after; }
  /// Whether the request takes effect.
  bool runs() const { return status == 0 && (cut_after.has_value() || after_write); }
};

/// The planned faults, first match first. Not thread-safe; the API server guards it.
class FaultPlan {
 public:
  void add(Fault fault) { faults_.push_back(std::move(fault)); }
  void clear() { faults_.clear(); }
  /// The fault for this request, used up by one; nullopt when none matches.
  std::optional<Fault> take(const Request& request);

 private:
  std::list<Fault> faults_;
};

/// The answer of a fault with a status, by default as a server under stress would send it.
Response fault_response(const Fault& fault);

}  // namespace pawprint::sandbox
