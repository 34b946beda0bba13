#include "engine/model/api_defaults.h"

#include <array>

namespace pawprint::model {
namespace {

using Node = DefaultNode;

constexpr std::string_view kGatewayGroup = "gateway.networking.k8s.io";
constexpr std::string_view kGatewayGroupText = "\"gateway.networking.k8s.io\"";

// HTTPRoute.
constexpr std::array kParentRef{Node{"group", kGatewayGroupText}, Node{"kind", "\"Gateway\""}};
constexpr std::array kCors{Node{"maxAge", "5"}};
constexpr std::array kServiceRef{Node{"group", "\"\""}, Node{"kind", "\"Service\""}};
constexpr std::array kFraction{Node{"denominator", "100"}};
constexpr std::array kMirror{Node{"backendRef", "", kServiceRef}, Node{"fraction", "", kFraction}};
constexpr std::array kRedirect{Node{"statusCode", "302"}};
constexpr std::array kFilter{Node{"cors", "", kCors}, Node{"requestMirror", "", kMirror},
                             Node{"requestRedirect", "", kRedirect}};
constexpr std::array kBackendRef{Node{"filters", "", kFilter}, Node{"group", "\"\""},
                                 Node{"kind", "\"Service\""}, Node{"weight", "1"}};
constexpr std::array kExact{Node{"type", "\"Exact\""}};
constexpr std::array kPath{Node{"type", "\"PathPrefix\""}, Node{"value", "\"/\""}};
constexpr std::array kMatch{Node{"headers", "", kExact}, Node{"queryParams", "", kExact},
                            Node{"path", R"({"type":"PathPrefix","value":"/"})", kPath}};
constexpr std::array kRouteRule{
    Node{"backendRefs", "", kBackendRef}, Node{"filters", "", kFilter},
    Node{"matches", R"([{"path":{"type":"PathPrefix","value":"/"}}])", kMatch}};
constexpr std::array kRouteSpec{
    Node{"parentRefs", "", kParentRef},
    Node{"rules", R"([{"matches":[{"path":{"type":"PathPrefix","value":"/"}}]}])", kRouteRule}};
constexpr std::array kRouteMembers{Node{"spec", "", kRouteSpec}};
constexpr Node kRoute{"", "", kRouteMembers};

// Gateway.
constexpr std::array kAddress{Node{"type", "\"IPAddress\""}};
constexpr std::array kNone{Node{"from", "\"None\""}};
constexpr std::array kAllowedListeners{Node{"namespaces", R"({"from":"None"})", kNone}};
constexpr std::array kRouteKind{Node{"group", kGatewayGroupText}};
constexpr std::array kSame{Node{"from", "\"Same\""}};
constexpr std::array kAllowedRoutes{Node{"kinds", "", kRouteKind},
                                    Node{"namespaces", R"({"from":"Same"})", kSame}};
constexpr std::array kSecretRef{Node{"group", "\"\""}, Node{"kind", "\"Secret\""}};
constexpr std::array kListenerTls{Node{"certificateRefs", "", kSecretRef},
                                  Node{"mode", "\"Terminate\""}};
constexpr std::array kListener{
    Node{"allowedRoutes", R"({"namespaces":{"from":"Same"}})", kAllowedRoutes},
    Node{"tls", "", kListenerTls}};
constexpr std::array kValidation{Node{"mode", "\"AllowValidOnly\""}};
constexpr std::array kValidated{Node{"validation", "", kValidation}};
constexpr std::array kPerPort{Node{"tls", "", kValidated}};
constexpr std::array kFrontend{Node{"default", "", kValidated}, Node{"perPort", "", kPerPort}};
constexpr std::array kBackendTls{Node{"clientCertificateRef", "", kSecretRef}};
constexpr std::array kGatewayTls{Node{"backend", "", kBackendTls}, Node{"frontend", "", kFrontend}};
constexpr std::array kGatewaySpec{Node{"addresses", "", kAddress},
                                  Node{"allowedListeners", "", kAllowedListeners},
                                  Node{"listeners", "", kListener}, Node{"tls", "", kGatewayTls}};
constexpr std::array kGatewayMembers{Node{"spec", "", kGatewaySpec}};
constexpr Node kGateway{"", "", kGatewayMembers};

constexpr std::array kConfigSpec{Node{"replicas", "1"}, Node{"serviceType", "\"LoadBalancer\""}};
constexpr std::array kConfigMembers{Node{"spec", "", kConfigSpec}};
constexpr Node kConfig{"", "", kConfigMembers};

constexpr std::array kPort{Node{"protocol", "\"TCP\""}};
constexpr std::array kServiceSpec{Node{"ports", "", kPort}, Node{"type", "\"ClusterIP\""}};
constexpr std::array kServiceMembers{Node{"spec", "", kServiceSpec}};
constexpr Node kService{"", "", kServiceMembers};

}  // namespace

const DefaultNode* object_defaults(std::string_view group, std::string_view kind) {
  if (group == kGatewayGroup && kind == "HTTPRoute") return &kRoute;
  if (group == kGatewayGroup && kind == "Gateway") return &kGateway;
  if (group == "kuma.io" && kind == "MeshGatewayConfig") return &kConfig;
  if (group.empty() && kind == "Service") return &kService;
  return nullptr;
}

}  // namespace pawprint::model
