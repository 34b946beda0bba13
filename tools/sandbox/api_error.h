// Refusals as API servers word them: a metav1.Status and its HTTP code.
//
// The texts were read off kube-apiserver v1.34; programs match on reason and causes, people on the
// message, so all of them are kept.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "tools/sandbox/kind.h"

namespace pawprint::sandbox {

/// A failed request. `status` is the body that the client gets.
struct ApiError {
  int code = 500;
  Json status;
};

template <class T>
using Answer = tl::expected<T, ApiError>;

/// A Status without details; `reason` may be empty, as it is for some errors of real servers.
tl::unexpected<ApiError> refuse(int code, const std::string& reason, const std::string& message);

tl::unexpected<ApiError> bad_request(const std::string& message);
tl::unexpected<ApiError> not_found(const Kind& kind, const std::string& name);
tl::unexpected<ApiError> already_exists(const Kind& kind, const std::string& name);
/// 409 "Operation cannot be fulfilled on ...". `as_kind`: names the kind, not the resource, which
/// is what the checks of a deletion do.
tl::unexpected<ApiError> conflict(const Kind& kind, const std::string& name, const std::string& why,
                                  bool as_kind = false);
/// The conflict of optimistic locking.
tl::unexpected<ApiError> modified(const Kind& kind, const std::string& name);
/// 422 with one cause per entry. `subject`: "HTTPRoute.gateway.networking.k8s.io" and its parts.
tl::unexpected<ApiError> invalid(const std::string& group, const std::string& kind,
                                 const std::string& name, const std::vector<Cause>& causes);
/// 410 for a revision that history no longer holds.
tl::unexpected<ApiError> expired(const std::string& message);
/// 504 for a revision that this server has not seen yet.
tl::unexpected<ApiError> too_large_version(const std::string& wanted, const std::string& current);

}  // namespace pawprint::sandbox
