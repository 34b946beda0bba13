// What rules and the status printer read of derived values.
#include <algorithm>

#include "engine/derive/evaluator.h"

namespace pawprint::derive {

namespace {

const rules::ClassValue kNoClass;
const rules::SetValue kNoSet;
const rules::PolicyValue kNoPolicy;
const std::vector<rules::Remark> kNoRemarks;

}  // namespace

const rules::ClassValue& Evaluator::class_value(ObjId id) const {
  return id < values_.size() && values_[id].gateway_class ? values_[id].gateway_class->value
                                                          : kNoClass;
}

const rules::SetValue& Evaluator::set_value(ObjId id) const {
  return id < values_.size() && values_[id].listener_set ? values_[id].listener_set->value : kNoSet;
}

const rules::PolicyValue& Evaluator::policy_value(ObjId id) const {
  return id < values_.size() && values_[id].policy ? values_[id].policy->value : kNoPolicy;
}

std::vector<const Object*> Evaluator::policy_gateways(ObjId id) const {
  std::vector<const Object*> out;
  if (id >= values_.size() || !values_[id].policy) return out;
  for (const auto& [gateway, routes] : values_[id].policy->uses) {
    out.push_back(&world_.object(gateway));
  }
  std::sort(out.begin(), out.end(), [](const Object* a, const Object* b) {
    return std::pair(a->ns.view(), a->name.view()) < std::pair(b->ns.view(), b->name.view());
  });
  return out;
}

std::optional<ObjId> Evaluator::gateway_of_set(ObjId id) const {
  if (!set_value(id).handled) return std::nullopt;
  return values_[id].listener_set->gateway;
}

std::vector<rules::ListenerWinner> Evaluator::listener_winners(ObjId id) const {
  std::vector<rules::ListenerWinner> out;
  if (id >= values_.size() || !values_[id].gateway) return out;
  for (const auto& [connections, routes] : values_[id].gateway->askers) {
    out.push_back({connections.listener, connections.hostname, &world_.object(routes.front())});
  }
  return out;
}

std::int64_t Evaluator::class_users(ObjId id) const {
  return id < values_.size() && values_[id].gateway_class ? values_[id].gateway_class->users : 0;
}

std::vector<ObjId> Evaluator::take_users_changed() {
  std::vector<ObjId> out;
  out.swap(users_changed_);
  return out;
}

std::vector<rules::ListenerCount> Evaluator::listener_counts(ObjId id) const {
  if (id >= values_.size() || !values_[id].gateway) return {};
  return values_[id].gateway->counts;
}

const std::vector<rules::Remark>& Evaluator::remarks(ObjId object) const {
  return object < values_.size() ? values_[object].remarks : kNoRemarks;
}

std::vector<ObjId> Evaluator::remarked() const {
  std::vector<ObjId> out;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (!values_[i].remarks.empty()) out.push_back(static_cast<ObjId>(i));
  }
  return out;
}

}  // namespace pawprint::derive
