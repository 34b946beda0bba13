// Names to addresses, with a deadline that the C library's resolver does not have.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "engine/result.h"
#include "watch/kube/backoff.h"

namespace pawprint::watch::kube {

/// Numeric addresses of `host` in the order in which they should be tried; an address is returned
/// as it is. The lookup itself cannot be interrupted: after the deadline or a stop its thread is
/// left to end by itself, holding nothing of ours but its own result. kUnreachable says why.
Result<std::vector<std::string>> resolve(const std::string& host, Clock::time_point deadline,
                                         const std::stop_token& stop);

}  // namespace pawprint::watch::kube
