// What an answer says once a match has taken the request: the same for gateways and sidecars.
#pragma once

#include <string>
#include <vector>

#include "engine/traffic/answer.h"
#include "engine/traffic/entry.h"
#include "engine/traffic/filters.h"

namespace pawprint::traffic {

/// Names the match, runs the filters, and sets outcome redirect or forward with `backends`.
void take(const World& world, const Entry& entry, const Request& request, Proxy proxy,
          std::vector<Backend> backends, Answer& answer);

/// Forward to backends that no rule chose.
void forward(std::vector<Backend> backends, Answer& answer);
/// The proxy answers by itself.
void respond(std::int32_t status, std::string reason, Answer& answer);
/// Nobody answers: refused, reset, or rejected during the TLS handshake.
void refuse(std::string reason, Answer& answer);

}  // namespace pawprint::traffic
