#include <algorithm>

#include "engine/rules/attachment.h"
#include "engine/rules/backend_tls.h"
#include "engine/rules/http_route.h"
#include "engine/rules/labels.h"
#include "engine/rules/mesh_policy.h"
#include "engine/rules/mesh_service.h"
#include "engine/rules/neighbours.h"
#include "engine/rules/one_match.h"
#include "engine/rules/reference_grant.h"
#include "engine/rules/route_floor.h"
#include "engine/rules/route_remarks.h"
#include "engine/rules/service_target.h"

namespace pawprint::rules {

namespace {

const Rule* const kRules[] = {&kAttachHostname,
                              &kAttachListener,
                              &kAttachMesh,
                              &kAttachMeshService,
                              &kAttachNamespace,
                              &kAttachNoGateway,
                              &kAttachService,
                              &kAttachedRoutes,
                              &kBackendKuma,
                              &kBackendReal,
                              &kBackendTarget,
                              &kBackendTls,
                              &kBackendTlsAccepted,
                              &kBackendTlsAncestors,
                              &kBackendTlsAuthorities,
                              &kBackendUnresolved,
                              &kBackendWeight,
                              &kBackendZone,
                              &kClassController,
                              &kClassFeatures,
                              &kClassParameters,
                              &kClassVersion,
                              &kExactTwin,
                              &kFilter,
                              &kGammaDestination,
                              &kGammaTarget,
                              &kGatewayAccepted,
                              &kGatewayAddresses,
                              &kGatewayFloor,
                              &kGatewayLabels,
                              &kGatewayProgrammed,
                              &kGrantPermitted,
                              &kHostTwin,
                              &kInstanceAddress,
                              &kInstanceInfrastructure,
                              &kInstanceParameters,
                              &kListenerAccepted,
                              &kListenerClientValidation,
                              &kListenerConflict,
                              &kListenerKinds,
                              &kListenerAddress,
                              &kListenerOverlap,
                              &kListenerProtocol,
                              &kListenerRoute,
                              &kListenerSetAccepted,
                              &kListenerSetAllowed,
                              &kMatch,
                              &kMeshGateway,
                              &kMeshGatewayInstance,
                              &kMeshGatewayListener,
                              &kMeshHttpRoute,
                              &kMeshHttpRouteHostnames,
                              &kMeshHttpRouteTarget,
                              &kMeshRetry,
                              &kMeshSelection,
                              &kMeshTcpRoute,
                              &kMeshTcpRouteTarget,
                              &kMeshTimeout,
                              &kMirror,
                              &kObjectKind,
                              &kOwnerLabel,
                              &kRouteAccepted,
                              &kRouteIgnored,
                              &kRouteResolved,
                              &kRuleUnsupported,
                              &kSecretCopy,
                              &kServiceFloor,
                              &kServiceTargetLabels,
                              &kTie,
                              &kTlsReference,
                              &kZoneLabels};

}  // namespace

const std::vector<const Rule*>& all_rules() {
  static const std::vector<const Rule*> kAll = [] {
    std::vector<const Rule*> rules(std::begin(kRules), std::end(kRules));
    std::sort(rules.begin(), rules.end(),
              [](const Rule* a, const Rule* b) { return a->id < b->id; });
    return rules;
  }();
  return kAll;
}

const Rule* find_rule(std::string_view id) {
  for (const Rule* rule : all_rules()) {
    if (rule->id == id) return rule;
  }
  return nullptr;
}

}  // namespace pawprint::rules
