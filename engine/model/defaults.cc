#include "engine/model/defaults.h"

#include <array>
#include <string>

namespace pawprint::model {
namespace {

using Node = DefaultNode;

// MeshHTTPRoute: spec.to[].rules[].
constexpr std::array kWeight{Node{"weight", "1"}};
constexpr std::array kMirror{Node{"backendRef", "", kWeight}};
constexpr std::array kRedirect{Node{"statusCode", "302"}};
constexpr std::array kFilter{Node{"requestMirror", "", kMirror},
                             Node{"requestRedirect", "", kRedirect}};
constexpr std::array kRuleDefault{Node{"backendRefs", "", kWeight}, Node{"filters", "", kFilter}};
constexpr std::array kHeader{Node{"type", "\"Exact\""}};
constexpr std::array kMatch{Node{"headers", "", kHeader}};
constexpr std::array kRule{Node{"default", "", kRuleDefault}, Node{"matches", "", kMatch}};
constexpr std::array kTo{Node{"rules", "", kRule}};
constexpr std::array kMeshHttpRouteSpec{Node{"to", "", kTo}};
constexpr Node kMeshHttpRoute{"spec", "", kMeshHttpRouteSpec};

// MeshTCPRoute.
constexpr std::array kTcpRuleDefault{Node{"backendRefs", "", kWeight}};
constexpr std::array kTcpRule{Node{"default", "", kTcpRuleDefault}};
constexpr std::array kTcpTo{Node{"rules", "", kTcpRule}};
constexpr std::array kMeshTcpRouteSpec{Node{"to", "", kTcpTo}};
constexpr Node kMeshTcpRoute{"spec", "", kMeshTcpRouteSpec};

// MeshRetry.
constexpr std::array kHostSelection{Node{"updateFrequency", "2"}};
constexpr std::array kHttpRetry{Node{"hostSelection", "", kHostSelection},
                                Node{"retriableRequestHeaders", "", kHeader},
                                Node{"retriableResponseHeaders", "", kHeader}};
constexpr std::array kRetryDefault{Node{"http", "", kHttpRetry}};
constexpr std::array kRetryTo{Node{"default", "", kRetryDefault}};
constexpr std::array kMeshRetrySpec{Node{"to", "", kRetryTo}};
constexpr Node kMeshRetry{"spec", "", kMeshRetrySpec};

// MeshExternalService.
constexpr std::array kExternalMatch{Node{"protocol", "\"tcp\""},
                                    Node{"type", "\"HostnameGenerator\""}};
constexpr std::array kExternalName{Node{"type", "\"Exact\""}};
constexpr std::array kExternalVerification{Node{"mode", "\"Secured\""},
                                           Node{"subjectAltNames", "", kExternalName}};
constexpr std::array kExternalTls{Node{"allowRenegotiation", "false"}, Node{"enabled", "false"},
                                  Node{"verification", "", kExternalVerification}};
constexpr std::array kMeshExternalServiceSpec{Node{"match", "", kExternalMatch},
                                              Node{"tls", "", kExternalTls}};
constexpr Node kMeshExternalService{"spec", "", kMeshExternalServiceSpec};

constexpr std::array kInstanceSpec{Node{"replicas", "1"}, Node{"serviceType", "\"LoadBalancer\""}};
constexpr Node kMeshGatewayInstance{"spec", "", kInstanceSpec};

}  // namespace

const DefaultNode* spec_defaults(std::string_view kind) {
  if (kind == "MeshHTTPRoute") return &kMeshHttpRoute;
  if (kind == "MeshTCPRoute") return &kMeshTcpRoute;
  if (kind == "MeshRetry") return &kMeshRetry;
  if (kind == "MeshExternalService") return &kMeshExternalService;
  if (kind == "MeshGatewayInstance") return &kMeshGatewayInstance;
  return nullptr;
}

Result<std::string> fill_defaults(std::string_view kind, std::string_view spec_json) {
  CanonicalOptions options;
  options.defaults = spec_defaults(kind);
  return canonical_json(spec_json, options);
}

Result<std::string> normalise_for_compare(std::string_view kind, std::string_view object_json) {
  static constexpr std::array<std::string_view, 2> kCompared{"mesh", "spec"};
  static constexpr std::array<std::string_view, 1> kComparedOfSecret{"type"};
  CanonicalOptions options;
  options.drop_empty = true;
  options.keep = kCompared;
  if (kind == "Secret") options.keep = kComparedOfSecret;
  DefaultNode root;
  if (const DefaultNode* spec = spec_defaults(kind)) {
    root.children = std::span<const DefaultNode>(spec, 1);
  }
  options.defaults = &root;
  return canonical_json(object_json, options);
}

}  // namespace pawprint::model
