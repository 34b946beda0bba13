// The kinds that the engine understands. Anything else is recorded and ignored.
#pragma once

#include <cstdint>
#include <string_view>

namespace pawprint::model {

enum class Kind : std::uint8_t {
  kNone,
  kGatewayClass,
  kGateway,
  kListenerSet,
  kHttpRoute,
  kGrpcRoute,
  kTlsRoute,
  kTcpRoute,
  kUdpRoute,
  kReferenceGrant,
  kBackendTlsPolicy,
  kNamespace,
  kService,
  kSecret,
  kConfigMap,
  kMesh,
  kMeshGatewayConfig,
  kExternalService,
  kMeshService,
  kMeshMultiZoneService,
  kMeshExternalService,
  kMeshGateway,
  kMeshGatewayInstance,
  kMeshHttpRoute,
  kMeshTcpRoute,
  kMeshTimeout,
  kMeshRetry,
};
inline constexpr int kKindCount = 27;

struct KindInfo {
  Kind kind;
  std::string_view group, name;
  std::string_view api_version;  ///< What we write and print.
  bool namespaced;
  bool generated;  ///< Pawprint creates objects of this kind.
  bool required;   ///< Nothing is decided for a zone before it is synced.
  bool status;     ///< Pawprint writes (part of) its status.
};

/// kNone when the engine has no use for it.
Kind kind_of(std::string_view group, std::string_view name);
const KindInfo& info(Kind kind);
/// The five kinds whose facts are an HttpRouteFact.
bool is_route(Kind kind);

}  // namespace pawprint::model
