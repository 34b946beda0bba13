// Gateway -> MeshGateway, MeshGatewayInstance and copies of the Secrets that its listeners use.
#pragma once

#include "engine/rules/gateway_class.h"
#include "engine/rules/listener_set.h"
#include "engine/rules/mesh_selection.h"

namespace pawprint::rules {

extern const Rule kMeshGateway;
extern const Rule kMeshGatewayListener;
extern const Rule kListenerRoute;
extern const Rule kMeshGatewayInstance;
extern const Rule kInstanceAddress;
extern const Rule kInstanceInfrastructure;
extern const Rule kInstanceParameters;
extern const Rule kSecretCopy;

/// A Gateway with everything that its outputs are made of. Borrows; lives for one evaluation.
template <class T>
struct GatewayInput {
  const Object& object;
  const model::GatewayFact& fact;
  const Object& gateway_class;
  Parameters parameters;
  Mesh<T> mesh;
  const std::vector<JudgedListener<T>>& listeners;
  [[nodiscard]] bool cross_mesh() const {
    return parameters.config != nullptr && parameters.config->cross_mesh;
  }
  /// Some listener of the MeshGateway will speak HTTP.
  [[nodiscard]] bool any_http() const {
    for (const JudgedListener<T>& each : listeners) {
      const Sym protocol = each.spec->protocol;
      if (each.emitted && (protocol.is("HTTP") || protocol.is("HTTPS"))) return true;
    }
    return false;
  }
};

/// The route that gets the connections of a TCP or TLS listener for one host name (SNI); Kuma
/// itself would order by object name. Sorted by (listener, hostname); hostname absent on TCP.
struct ListenerWinner {
  Sym listener;  ///< JudgedListener::key.
  Sym hostname;
  const Object* route = nullptr;
};

/// A tag of MeshGateway listeners: which route may have their connections.
inline constexpr std::string_view kRouteTag = "pawprint.dev/route";
/// Value of kRouteTag for a route.
std::string route_tag(const Object& route);

template <class T>
Generated print_mesh_gateway(Context<T>& ctx, const GatewayInput<T>& in,
                             const std::vector<ListenerWinner>& winners);
template <class T>
Generated print_instance(Context<T>& ctx, const GatewayInput<T>& in);
/// One per Secret that an emitted listener uses, each once.
template <class T>
std::vector<Generated> print_secret_copies(Context<T>& ctx, const GatewayInput<T>& in);

}  // namespace pawprint::rules
