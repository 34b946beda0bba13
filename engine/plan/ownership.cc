#include "engine/plan/ownership.h"

#include "engine/rules/labels.h"

namespace pawprint::plan {

std::optional<Observed> observed(const world::Object& object) {
  if (const auto* fact = object.as<model::GeneratedFact>()) {
    return Observed{fact->mesh, fact->spec, &fact->labels, fact->managed, {}, {}};
  }
  if (const auto* service = object.as<model::MeshServiceFact>()) {
    return Observed{model::find_label(service->labels, "kuma.io/mesh"),
                    service->spec,
                    &service->labels,
                    service->managed,
                    {},
                    {}};
  }
  if (const auto* secret = object.as<model::SecretFact>()) {
    return Observed{model::find_label(secret->labels, "kuma.io/mesh"),
                    {},
                    &secret->labels,
                    secret->managed,
                    secret->value_digest,
                    secret->type};
  }
  return std::nullopt;
}

bool owned(const world::Object& object, bool kuma_labels) {
  const auto seen = observed(object);
  if (!seen || !seen->managed) return false;
  if (model::find_label(*seen->labels, rules::kOwnerKey).set()) return true;
  if (!kuma_labels) return false;
  const bool labelled =
      object.kind == model::Kind::kMeshGateway || object.kind == model::Kind::kMeshHttpRoute;
  return !labelled || model::find_label(*seen->labels, rules::kKumaOwnerKey).set();
}

}  // namespace pawprint::plan
