#include "engine/plan/bodies.h"

#include <nlohmann/json.hpp>

#include "engine/model/canonical.h"
#include "engine/model/defaults.h"

namespace pawprint::plan {

namespace {

using Json = nlohmann::json;

constexpr std::string_view kFinalizer = "gateway-exists-finalizer.gateway.networking.k8s.io";

}  // namespace

Comparison comparison(const derive::Claim& claim) {
  Comparison out;
  const Json object = Json::parse(claim.made.body, nullptr, false);
  if (object.is_discarded()) return out;
  const Json& labels = object.at("metadata").value("labels", Json::object());
  for (const auto& [key, value] : labels.items()) out.labels.emplace_back(key, value);
  out.mesh = object.value("mesh", labels.value("kuma.io/mesh", std::string{}));
  const auto text =
      model::normalise_for_compare(model::info(claim.made.kind).name, claim.made.body);
  if (text) out.spec = record::sha256(*text);
  return out;
}

bool has_labels(const Observed& seen,
                const std::vector<std::pair<std::string, std::string>>& labels) {
  for (const auto& [key, value] : labels) {
    if (!model::find_label(*seen.labels, key).is(value)) return false;
  }
  return true;
}

std::string status_patch(const world::Object& object, const derive::Outputs& outputs,
                         world::ObjId id) {
  Json patch;
  patch["metadata"]["resourceVersion"] = object.resource_version;
  if (outputs.status(id) != nullptr) {
    patch["status"] = Json::parse(outputs.print_status(id, true)).at("status");
    // A merge patch keeps what it does not name; addresses that are gone must be named.
    if (object.kind == model::Kind::kGateway && !patch["status"].contains("addresses")) {
      patch["status"]["addresses"] = nullptr;
    }
    if (object.kind == model::Kind::kGateway && !patch["status"].contains("attachedListenerSets")) {
      patch["status"]["attachedListenerSets"] = nullptr;
    }
  } else if (const auto* policy = object.as<model::BackendTlsPolicyFact>()) {
    patch["status"]["ancestors"] = Json::parse('[' + policy->foreign_entries + ']', nullptr, false);
  } else {
    const auto* route = object.as<model::HttpRouteFact>();
    const std::string foreign = route == nullptr ? std::string{} : route->foreign_entries;
    patch["status"]["parents"] = Json::parse('[' + foreign + ']', nullptr, false);
  }
  return patch.dump();
}

std::string finalizer_patch(const world::Object& object, bool add) {
  Json patch;
  patch["metadata"]["resourceVersion"] = object.resource_version;
  Json& list = patch["metadata"]["finalizers"] = Json::array();
  for (const model::Sym each : object.seen.finalizers) {
    if (!each.is(kFinalizer)) list.push_back(std::string(each.view()));
  }
  if (add) list.push_back(std::string(kFinalizer));
  return patch.dump();
}

}  // namespace pawprint::plan
