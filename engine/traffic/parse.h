// JSON of Kuma resources -> values. Tolerant: a member of the wrong type counts as absent.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/traffic/world.h"

namespace pawprint::traffic {

/// Member `name` of an object; null when absent or when `from` is no object.
const Json& member(const Json& from, std::string_view name);
std::string text(const Json& from, std::string_view name, std::string_view otherwise = {});
std::int64_t number(const Json& from, std::string_view name, std::int64_t otherwise);
Labels labels_of(const Json& from);

/// Name, mesh and labels; not the role.
Meta parse_meta(const Json& body, bool generated, const std::string& default_mesh);

TargetRef parse_target(const Json& from);
RoutePolicy parse_route(const Json& body, Meta meta);
ConfPolicy parse_conf(const Json& body, Meta meta);
MeshGateway parse_gateway(const Json& body, Meta meta);
std::vector<BackendRef> parse_backends(const Json& list);
std::vector<Port> parse_mesh_ports(const Json& spec);

/// `appProtocol` in Kuma's words; "tcp" when Kuma does not know it.
std::string protocol_of(const std::string& app_protocol, const std::string& annotation);

}  // namespace pawprint::traffic
