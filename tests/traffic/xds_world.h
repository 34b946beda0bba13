// The world in which the cases under xds/ were recorded, from the words of their `context`.
#pragma once

#include <string>

#include "engine/traffic/world.h"

namespace pawprint::traffic {

/// What a context says.
struct Surroundings {
  std::string mesh, mode, ns, other_ns, zone;
  bool timeout_routes = false;  ///< Routes to1, to2 and to3 exist.
};
Surroundings read_context(const std::string& context);

/// Services v1, v2, ... with endpoints, parents p01 to p40, the gateway with its listeners, and the
/// mesh; not the objects of the case. Listener gNN is at port `listener_port(mesh, NN)`.
Input world_of(const Surroundings& around);
int listener_port(const std::string& mesh, int number);

/// How the answers of a Service were told apart: its name, "backend" for parents.
std::string echo_of(const std::string& service);

}  // namespace pawprint::traffic
