#include "tools/sandbox/fault.h"

#include "tools/sandbox/api_error.h"
#include "tools/sandbox/cluster.h"

namespace pawprint::sandbox {
namespace {

const char* reason_of(int status) {
  switch (status) {
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "NotFound";
    case 409:
      return "Conflict";
    case 410:
      return "Expired";
    case 429:
      return "TooManyRequests";
    case 500:
      return "InternalError";
    case 503:
      return "ServiceUnavailable";
    case 504:
      return "Timeout";
    default:
      return "Unknown";
  }
}

}  // namespace

std::optional<Fault> FaultPlan::take(const Request& request) {
  for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
    bool matches = (fault->method.empty() || fault->method == request.method) &&
                   request.target.starts_with(fault->path_prefix);
    if (!matches || fault->count <= 0) continue;
    Fault taken = *fault;
    if (--fault->count == 0) faults_.erase(fault);
    return taken;
  }
  return std::nullopt;
}

Response fault_response(const Fault& fault) {
  Response response;
  if (!fault.body.empty()) {
    response.status = fault.status;
    response.body = fault.body;
    if (!fault.content_type.empty()) response.content_type = fault.content_type;
    response.headers = fault.headers;
    return response;
  }
  auto error = refuse(fault.status, reason_of(fault.status), "planned fault of the sandbox");
  Json status = error.value().status;
  if (fault.retry_after > 0) status["details"] = {{"retryAfterSeconds", fault.retry_after}};
  response = json_response(fault.status, status);
  response.headers = fault.headers;
  if (fault.retry_after > 0)
    response.headers.emplace("Retry-After", std::to_string(fault.retry_after));
  return response;
}

}  // namespace pawprint::sandbox
