#include "engine/rules/gateway_class.h"

#include <array>

namespace pawprint::rules {

const Rule kClassController{
    "gateway_class/controller", "GatewayClass.spec.controllerName", "-",
    "Classes of other controllers, and everything below them, are not touched",
    "oracle/class-foreign-controller"};
const Rule kClassParameters{"gateway_class/parameters",
                            "GatewayClass.spec.parametersRef, Accepted/InvalidParameters", "-",
                            "Only a cluster-scoped MeshGatewayConfig can customise Kuma's gateways",
                            "oracle/class-params-missing, oracle/class-params-wrong-kind"};

const Rule kClassFeatures{"gateway_class/features", "GatewayClass.status.supportedFeatures", "-",
                          "Says what may be relied on; nothing that Kuma 2.14 cannot carry",
                          "conformance/GatewayClassObservedGenerationBump"};
const Rule kClassVersion{"gateway_class/version", "GatewayClass condition SupportedVersion", "-",
                         "Every release of version 1 is understood",
                         "engine/fold_test: DiscoveryTellsTheVersion"};

template <class T>
Parameters class_parameters(Context<T>& ctx, const model::GatewayClassFact& fact) {
  if (!fact.has_parameters) return {};
  const Object& object =
      ctx.reads.object(Kind::kMeshGatewayConfig, ctx.zone, {}, fact.parameters_name);
  return {&object, object.template as<model::MeshGatewayConfigFact>()};
}

/// Why the parameters of a class cannot be used; empty when they can, or when there are none.
template <class T>
std::string parameters_fault(Context<T>& ctx, const model::GatewayClassFact& fact) {
  if (!fact.has_parameters) return {};
  if (!fact.parameters_group.is("kuma.io") || !fact.parameters_kind.is("MeshGatewayConfig")) {
    return "parametersRef must point to a MeshGatewayConfig.kuma.io";
  }
  if (fact.parameters_namespace.set()) return "parametersRef must not refer to a namespace";
  if (class_parameters<T>(ctx, fact).config == nullptr) return "parametersRef could not be found";
  return {};
}

template <class T>
ClassValue evaluate_class(Context<T>& ctx, const Object& object) {
  const auto* fact = object.template as<model::GatewayClassFact>();
  if (fact == nullptr) return {};
  if (fact->controller != ctx.settings.controller) return {ClassState::kForeign, false, {}};
  std::string fault = parameters_fault<T>(ctx, *fact);
  return {ClassState::kOurs, fault.empty(), std::move(fault)};
}

namespace {

/// What the default profile serves, sorted. Each name is one that Kuma 2.14 carries in the shapes
/// that this engine prints. Infrastructure metadata and a static address are passed on, but what
/// becomes of them is up to Kuma and the load balancer: they are not claimed.
constexpr std::array<std::string_view, 32> kFeatures{"BackendTLSPolicy",
                                                     "BackendTLSPolicySANValidation",
                                                     "GRPCRoute",
                                                     "GRPCRouteNamedRouteRule",
                                                     "Gateway",
                                                     "GatewayAddressEmpty",
                                                     "GatewayHTTPListenerIsolation",
                                                     "GatewayPort8080",
                                                     "HTTPRoute",
                                                     "HTTPRoute303RedirectStatusCode",
                                                     "HTTPRoute307RedirectStatusCode",
                                                     "HTTPRoute308RedirectStatusCode",
                                                     "HTTPRouteDestinationPortMatching",
                                                     "HTTPRouteHostRewrite",
                                                     "HTTPRouteMethodMatching",
                                                     "HTTPRouteNamedRouteRule",
                                                     "HTTPRouteParentRefPort",
                                                     "HTTPRoutePathRedirect",
                                                     "HTTPRoutePathRewrite",
                                                     "HTTPRoutePortRedirect",
                                                     "HTTPRouteQueryParamMatching",
                                                     "HTTPRouteRequestMirror",
                                                     "HTTPRouteRequestPercentageMirror",
                                                     "HTTPRouteRequestTimeout",
                                                     "HTTPRouteResponseHeaderModification",
                                                     "HTTPRouteSchemeRedirect",
                                                     "ListenerSet",
                                                     "ReferenceGrant",
                                                     "TCPRoute",
                                                     "TLSRoute",
                                                     "TLSRouteModeMixed",
                                                     "TLSRouteModeTerminate"};

/// The features of a class are those of its Gateways; where there are none, it has none.
std::string print_features(const Quirks& quirks) {
  std::string out = "\"supportedFeatures\":[";
  if (quirks.k3_no_gateways) return out + ']';
  for (const std::string_view feature : kFeatures) {
    if (out.back() != '[') out += ',';
    out += "{\"name\":\"" + std::string(feature) + "\"}";
  }
  return out + ']';
}

/// The condition SupportedVersion, where the version of the CRDs is known.
template <class T>
void add_version(const Settings& settings, const Object& object, Section<T>& out) {
  for (std::size_t i = 0; i < settings.zones.size(); ++i) {
    if (settings.zones[i] != object.zone || settings.bundle_versions[i].empty()) continue;
    const std::string& version = settings.bundle_versions[i];
    const bool supported = version.starts_with("v1.");
    out.verdicts.push_back(verdict<T>(
        "SupportedVersion", supported, supported ? "SupportedVersion" : "UnsupportedVersion",
        "the Gateway API's CRDs are of version " + version,
        T::by(kClassVersion, T::object(object, ".spec.controllerName"))));
  }
}

}  // namespace

template <class T>
Section<T> class_status(const Settings& settings, const Object& object, const ClassValue& value) {
  Section<T> out;
  const auto cause =
      T::by(value.accepted ? kClassController : kClassParameters,
            T::object(object, value.accepted ? ".spec.controllerName" : ".spec.parametersRef"));
  out.verdicts.push_back(verdict<T>("Accepted", value.accepted,
                                    value.accepted ? "Accepted" : "InvalidParameters",
                                    value.message, cause));
  if (settings.quirks.d36_http_only) return out;
  add_version<T>(settings, object, out);
  out.members = print_features(settings.quirks);
  out.member_causes.push_back(
      T::by(kClassFeatures, T::object(object, ".spec.controllerName"), T::setting("profile")));
  return out;
}

template ClassValue evaluate_class<NoTrace>(Context<NoTrace>&, const Object&);
template ClassValue evaluate_class<Tracing>(Context<Tracing>&, const Object&);
template Section<NoTrace> class_status<NoTrace>(const Settings&, const Object&, const ClassValue&);
template Section<Tracing> class_status<Tracing>(const Settings&, const Object&, const ClassValue&);
template Parameters class_parameters<NoTrace>(Context<NoTrace>&, const model::GatewayClassFact&);
template Parameters class_parameters<Tracing>(Context<Tracing>&, const model::GatewayClassFact&);

}  // namespace pawprint::rules
