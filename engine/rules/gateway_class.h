// GatewayClass: is it ours, are its parameters good.
#pragma once

#include "engine/rules/context.h"

namespace pawprint::rules {

extern const Rule kClassParameters;
extern const Rule kClassController;
extern const Rule kClassFeatures;
extern const Rule kClassVersion;

enum class ClassState : std::uint8_t { kAbsent, kForeign, kOurs };

/// Value of the node `class`.
struct ClassValue {
  ClassState state = ClassState::kAbsent;
  bool accepted = false;
  std::string message;  ///< Why not accepted.
  bool operator==(const ClassValue&) const = default;
};

template <class T>
ClassValue evaluate_class(Context<T>& ctx, const Object& object);

/// Status of a class of ours.
template <class T>
Section<T> class_status(const Settings& settings, const Object& object, const ClassValue& value);

/// The MeshGatewayConfig of an accepted class; null fact when the class names none.
struct Parameters {
  const Object* object = nullptr;
  const model::MeshGatewayConfigFact* config = nullptr;
};
template <class T>
Parameters class_parameters(Context<T>& ctx, const model::GatewayClassFact& fact);

}  // namespace pawprint::rules
