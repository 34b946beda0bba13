// Failures that a test plans for the next requests.
#pragma once

#include <chrono>
#include <list>
#include <optional>
#include <string>

#include "tools/sandbox/request.h"

namespace pawprint::sandbox {

/// What shall happen to the next `count` requests that match, instead of an answer.
struct Fault {
  std::string method;       ///< "" matches every method
  std::string path_prefix;  ///< of the target, "/apis/kuma.io/"; "" matches all
  int count = 1;
  int status = 0;            ///< the HTTP status to answer with; 0: the connection is reset
  int retry_after = 0;       ///< seconds for a Retry-After header; 0: none
  bool after_write = false;  ///< with status 0: the request takes effect, its answer is lost
  std::chrono::milliseconds delay{0};  ///< before the answer or the reset
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

/// The answer of a fault with a status: a Status object as a server under stress would send it.
Response fault_response(const Fault& fault);

}  // namespace pawprint::sandbox
