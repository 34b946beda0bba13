// What is served in the mesh: Services, MeshServices and the tags of inbounds.
#pragma once

#include "engine/traffic/world.h"

namespace pawprint::traffic {

/// Kubernetes Service, with the mesh that its objects are in.
Service parse_service(const Json& body);
/// `endpoints` of every Service of a namespace from which EndpointSlices are known, else from which
/// Dataplanes are.
void count_endpoints(std::vector<Service>& services, const std::vector<const Json*>& slices,
                     const std::vector<Inbound>& inbounds);
Destination parse_destination(const Json& body, Meta meta);
void parse_dataplane(const Json& body, const Meta& meta, std::vector<Inbound>& out);
Inbound parse_external(const Json& body, const Meta& meta);
Mesh parse_mesh(const Json& body);

/// Fills what follows from several objects: MeshServices that Kuma would generate, endpoints of
/// MeshServices, labels that Kuma computes.
void complete_destinations(World& world);

/// One service tag value, split: `name_ns_svc` and `name_ns_svc_port`.
struct ServiceTag {
  std::string name, ns;
  std::int32_t port = 0;  ///< 0: the tag has none.
};
std::optional<ServiceTag> parse_service_tag(const std::string& tag);

const Service* find_service(const World& world, const std::string& ns, const std::string& name);
const Port* find_port(const std::vector<Port>& ports, std::int32_t port);

/// Who serves a `kuma.io/service` tag.
struct Served {
  bool known = false;      ///< Some inbound with an endpoint has the tag.
  bool reachable = false;  ///< Also with all tags that were asked for.
  std::string service;     ///< "ns/name", or the tag.
  Port port;
  const Inbound* external = nullptr;
};
Served served_by(const World& world, const std::string& mesh, const std::string& tag,
                 const Labels& tags);

}  // namespace pawprint::traffic
