// Gateway -> MeshGateway, MeshGatewayInstance and copies of the Secrets that its listeners use.
#pragma once

#include "engine/rules/gateway_class.h"
#include "engine/rules/listener.h"
#include "engine/rules/mesh_selection.h"

namespace pawprint::rules {

extern const Rule kMeshGateway;
extern const Rule kMeshGatewayListener;
extern const Rule kMeshGatewayInstance;
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
  std::vector<JudgedListener<T>> listeners;
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

template <class T>
Generated print_mesh_gateway(Context<T>& ctx, const GatewayInput<T>& in);
template <class T>
Generated print_instance(Context<T>& ctx, const GatewayInput<T>& in);
/// One per Secret that an emitted listener uses, each once.
template <class T>
std::vector<Generated> print_secret_copies(Context<T>& ctx, const GatewayInput<T>& in);

}  // namespace pawprint::rules
