// A request of a client in the mesh, at its own sidecar.
#pragma once

#include "engine/traffic/answer.h"
#include "engine/traffic/request.h"

namespace pawprint::traffic {

void route_at_sidecar(const World& world, const Request& request, Answer& answer);

}  // namespace pawprint::traffic
