#include "engine/model/kinds.h"

#include <array>

namespace pawprint::model {

namespace {
constexpr std::string_view kGatewayGroup = "gateway.networking.k8s.io";
constexpr std::string_view kGatewayApi = "gateway.networking.k8s.io/v1";
constexpr std::string_view kKumaApi = "kuma.io/v1alpha1";

// In the order of the enum.
constexpr std::array<KindInfo, kKindCount> kKinds{{
    {Kind::kNone, "", "", "", false, false, false, false},
    {Kind::kGatewayClass, kGatewayGroup, "GatewayClass", kGatewayApi, false, false, true, true},
    {Kind::kGateway, kGatewayGroup, "Gateway", kGatewayApi, true, false, true, true},
    {Kind::kListenerSet, kGatewayGroup, "ListenerSet", kGatewayApi, true, false, false, true},
    {Kind::kHttpRoute, kGatewayGroup, "HTTPRoute", kGatewayApi, true, false, true, true},
    {Kind::kGrpcRoute, kGatewayGroup, "GRPCRoute", kGatewayApi, true, false, false, true},
    {Kind::kTlsRoute, kGatewayGroup, "TLSRoute", kGatewayApi, true, false, false, true},
    {Kind::kTcpRoute, kGatewayGroup, "TCPRoute", kGatewayApi, true, false, false, true},
    {Kind::kUdpRoute, kGatewayGroup, "UDPRoute", kGatewayApi, true, false, false, true},
    {Kind::kReferenceGrant, kGatewayGroup, "ReferenceGrant", "gateway.networking.k8s.io/v1beta1",
     true, false, true, false},
    {Kind::kBackendTlsPolicy, kGatewayGroup, "BackendTLSPolicy", kGatewayApi, true, false, false,
     true},
    {Kind::kNamespace, "", "Namespace", "v1", false, false, true, false},
    {Kind::kService, "", "Service", "v1", true, false, true, false},
    {Kind::kSecret, "", "Secret", "v1", true, true, false, false},
    {Kind::kConfigMap, "", "ConfigMap", "v1", true, false, false, false},
    {Kind::kMesh, "kuma.io", "Mesh", kKumaApi, false, false, true, false},
    {Kind::kMeshGatewayConfig, "kuma.io", "MeshGatewayConfig", kKumaApi, false, false, true, false},
    {Kind::kExternalService, "kuma.io", "ExternalService", kKumaApi, false, false, false, false},
    {Kind::kMeshService, "kuma.io", "MeshService", kKumaApi, true, false, false, false},
    {Kind::kMeshMultiZoneService, "kuma.io", "MeshMultiZoneService", kKumaApi, true, false, false,
     false},
    {Kind::kMeshExternalService, "kuma.io", "MeshExternalService", kKumaApi, true, true, false,
     false},
    {Kind::kMeshGateway, "kuma.io", "MeshGateway", kKumaApi, false, true, true, false},
    {Kind::kMeshGatewayInstance, "kuma.io", "MeshGatewayInstance", kKumaApi, true, true, true,
     false},
    {Kind::kMeshHttpRoute, "kuma.io", "MeshHTTPRoute", kKumaApi, true, true, true, false},
    {Kind::kMeshTcpRoute, "kuma.io", "MeshTCPRoute", kKumaApi, true, true, false, false},
    {Kind::kMeshTimeout, "kuma.io", "MeshTimeout", kKumaApi, true, true, true, false},
    {Kind::kMeshRetry, "kuma.io", "MeshRetry", kKumaApi, true, true, true, false},
}};
}  // namespace

Kind kind_of(std::string_view group, std::string_view name) {
  for (const KindInfo& entry : kKinds) {
    if (entry.kind != Kind::kNone && entry.name == name && entry.group == group) return entry.kind;
  }
  return Kind::kNone;
}

bool is_route(Kind kind) {
  return kind == Kind::kHttpRoute || kind == Kind::kGrpcRoute || kind == Kind::kTlsRoute ||
         kind == Kind::kTcpRoute || kind == Kind::kUdpRoute;
}

const KindInfo& info(Kind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

}  // namespace pawprint::model
