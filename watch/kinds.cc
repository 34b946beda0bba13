#include "watch/kinds.h"

namespace pawprint::watch {

const std::vector<WatchedKind>& watched_kinds() {
  // Inputs before outputs. ReferenceGrant and Mesh decide what is allowed, so they are inputs too.
  static const std::vector<WatchedKind> kinds = {
      {kGatewayGroup, "GatewayClass", "gatewayclasses", true},
      {kGatewayGroup, "Gateway", "gateways", true},
      {kGatewayGroup, "ListenerSet", "listenersets", false},
      {kGatewayGroup, "HTTPRoute", "httproutes", true},
      {kGatewayGroup, "GRPCRoute", "grpcroutes", false},
      {kGatewayGroup, "TLSRoute", "tlsroutes", false},
      {kGatewayGroup, "TCPRoute", "tcproutes", false},
      {kGatewayGroup, "UDPRoute", "udproutes", false},
      {kGatewayGroup, "BackendTLSPolicy", "backendtlspolicies", false},
      {kGatewayGroup, "ReferenceGrant", "referencegrants", true},
      {"", "Namespace", "namespaces", true},
      {"", "Service", "services", true},
      {"", "Secret", "secrets", false},
      {"", "ConfigMap", "configmaps", false},
      {kKumaGroup, "Mesh", "meshes", true},
      {kKumaGroup, "MeshGatewayConfig", "meshgatewayconfigs", false},
      {kKumaGroup, "ExternalService", "externalservices", false},
      {kKumaGroup, "MeshService", "meshservices", false},
      {kKumaGroup, "MeshMultiZoneService", "meshmultizoneservices", false},
      {kKumaGroup, "MeshExternalService", "meshexternalservices", false},
      {kKumaGroup, "Zone", "zones", false},
      {kKumaGroup, "MeshGateway", "meshgateways", true},
      {kKumaGroup, "MeshGatewayInstance", "meshgatewayinstances", true},
      {kKumaGroup, "MeshHTTPRoute", "meshhttproutes", true},
      {kKumaGroup, "MeshTCPRoute", "meshtcproutes", false},
      {kKumaGroup, "MeshTimeout", "meshtimeouts", true},
      {kKumaGroup, "MeshRetry", "meshretries", true},
  };
  return kinds;
}

std::vector<kube::WantedKind> wanted_kinds() {
  std::vector<kube::WantedKind> wanted;
  for (const auto& kind : watched_kinds()) wanted.push_back({kind.group, kind.kind});
  return wanted;
}

}  // namespace pawprint::watch
