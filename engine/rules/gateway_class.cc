#include "engine/rules/gateway_class.h"

namespace pawprint::rules {

const Rule kClassController{
    "gateway_class/controller", "GatewayClass.spec.controllerName", "-",
    "Classes of other controllers, and everything below them, are not touched",
    "oracle/class-foreign-controller"};
const Rule kClassParameters{"gateway_class/parameters",
                            "GatewayClass.spec.parametersRef, Accepted/InvalidParameters", "-",
                            "Only a cluster-scoped MeshGatewayConfig can customise Kuma's gateways",
                            "oracle/class-params-missing, oracle/class-params-wrong-kind"};

template <class T>
Parameters class_parameters(Context<T>& ctx, const model::GatewayClassFact& fact) {
  if (!fact.has_parameters) return {};
  const Object& object =
      ctx.reads.object(Kind::kMeshGatewayConfig, ctx.zone, {}, fact.parameters_name);
  return {&object, object.template as<model::MeshGatewayConfigFact>()};
}

template <class T>
ClassValue evaluate_class(Context<T>& ctx, const Object& object) {
  const auto* fact = object.template as<model::GatewayClassFact>();
  if (fact == nullptr) return {};
  if (fact->controller != ctx.settings.controller) return {ClassState::kForeign, false, {}};
  ClassValue value{ClassState::kOurs, false, {}};
  if (!fact->has_parameters) {
    value.accepted = true;
  } else if (!fact->parameters_group.is("kuma.io") ||
             !fact->parameters_kind.is("MeshGatewayConfig")) {
    value.message = "parametersRef must point to a MeshGatewayConfig.kuma.io";
  } else if (fact->parameters_namespace.set()) {
    value.message = "parametersRef must not refer to a namespace";
  } else if (class_parameters<T>(ctx, *fact).config == nullptr) {
    value.message = "parametersRef could not be found";
  } else {
    value.accepted = true;
  }
  return value;
}

template <class T>
Section<T> class_status(const Object& object, const ClassValue& value) {
  Section<T> out;
  const auto cause =
      T::by(value.accepted ? kClassController : kClassParameters,
            T::object(object, value.accepted ? ".spec.controllerName" : ".spec.parametersRef"));
  out.verdicts.push_back(verdict<T>("Accepted", value.accepted,
                                    value.accepted ? "Accepted" : "InvalidParameters",
                                    value.message, cause));
  return out;
}

template ClassValue evaluate_class<NoTrace>(Context<NoTrace>&, const Object&);
template ClassValue evaluate_class<Tracing>(Context<Tracing>&, const Object&);
template Section<NoTrace> class_status<NoTrace>(const Object&, const ClassValue&);
template Section<Tracing> class_status<Tracing>(const Object&, const ClassValue&);
template Parameters class_parameters<NoTrace>(Context<NoTrace>&, const model::GatewayClassFact&);
template Parameters class_parameters<Tracing>(Context<Tracing>&, const model::GatewayClassFact&);

}  // namespace pawprint::rules
