#include "engine/model/kinds.h"

#include <array>

namespace pawprint::model {

namespace {
constexpr std::string_view kGatewayGroup = "gateway.networking.k8s.io";
constexpr std::string_view kGatewayApi = "gateway.networking.k8s.io/v1";
constexpr std::string_view kKumaApi = "kuma.io/v1alpha1";

// In the order of the enum.
constexpr std::array<KindInfo, kKindCount> kKinds{{
    {Kind::kNone, "", "", "", false, false, false},
    {Kind::kGatewayClass, kGatewayGroup, "GatewayClass", kGatewayApi, false, false, true},
    {Kind::kGateway, kGatewayGroup, "Gateway", kGatewayApi, true, false, true},
    {Kind::kHttpRoute, kGatewayGroup, "HTTPRoute", kGatewayApi, true, false, true},
    {Kind::kReferenceGrant, kGatewayGroup, "ReferenceGrant", "gateway.networking.k8s.io/v1beta1",
     true, false, true},
    {Kind::kNamespace, "", "Namespace", "v1", false, false, true},
    {Kind::kService, "", "Service", "v1", true, false, true},
    {Kind::kSecret, "", "Secret", "v1", true, true, false},
    {Kind::kMesh, "kuma.io", "Mesh", kKumaApi, false, false, true},
    {Kind::kMeshGatewayConfig, "kuma.io", "MeshGatewayConfig", kKumaApi, false, false, true},
    {Kind::kExternalService, "kuma.io", "ExternalService", kKumaApi, false, false, false},
    {Kind::kMeshService, "kuma.io", "MeshService", kKumaApi, true, false, false},
    {Kind::kMeshMultiZoneService, "kuma.io", "MeshMultiZoneService", kKumaApi, true, false, false},
    {Kind::kMeshExternalService, "kuma.io", "MeshExternalService", kKumaApi, true, false, false},
    {Kind::kMeshGateway, "kuma.io", "MeshGateway", kKumaApi, false, true, true},
    {Kind::kMeshGatewayInstance, "kuma.io", "MeshGatewayInstance", kKumaApi, true, true, true},
    {Kind::kMeshHttpRoute, "kuma.io", "MeshHTTPRoute", kKumaApi, true, true, true},
    {Kind::kMeshTimeout, "kuma.io", "MeshTimeout", kKumaApi, true, true, true},
    {Kind::kMeshRetry, "kuma.io", "MeshRetry", kKumaApi, true, true, true},
}};
}  // namespace

Kind kind_of(std::string_view group, std::string_view name) {
  for (const KindInfo& entry : kKinds) {
    if (entry.kind != Kind::kNone && entry.name == name && entry.group == group) return entry.kind;
  }
  return Kind::kNone;
}

const KindInfo& info(Kind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

}  // namespace pawprint::model
