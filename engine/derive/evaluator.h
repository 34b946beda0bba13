// Runs the rules: keeps every derived value up to date after each record.
//
// Evaluation order is by kind of node, then by object id; results do not depend on it, because a
// node reads only facts and earlier kinds. Nodes of a zone that is not synced wait.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/derive/graph.h"
#include "engine/derive/outputs.h"
#include "engine/derive/reads.h"
#include "engine/rules/backend_tls.h"
#include "engine/rules/http_route.h"

namespace pawprint::derive {

class Evaluator : public rules::ClassValues {
 public:
  /// `profile_override` wins over the Config record when not empty.
  Evaluator(world::World& world, Outputs& outputs, std::string profile_override);

  /// Marks what a change of the world makes out of date.
  void note(const world::Change& change);
  /// Brings everything up to date; `time_ns` is the record's time.
  void run(std::int64_t time_ns);
  /// Marks everything out of date.
  void invalidate_all();

  [[nodiscard]] const rules::Settings& settings() const { return settings_; }
  [[nodiscard]] const rules::ClassValue& class_value(ObjId id) const override;
  [[nodiscard]] const rules::SetValue& set_value(ObjId id) const override;
  [[nodiscard]] const rules::PolicyValue& policy_value(ObjId id) const override;
  /// Gateways whose routes use a target of a BackendTLSPolicy, sorted by namespace and name.
  [[nodiscard]] std::vector<const Object*> policy_gateways(ObjId policy) const;
  /// Who gets the connections of a Gateway's TCP and TLS listeners.
  [[nodiscard]] std::vector<rules::ListenerWinner> listener_winners(ObjId gateway) const;
  /// Gateways that name a class; a used class of ours keeps a finalizer.
  [[nodiscard]] std::int64_t class_users(ObjId class_id) const;
  /// Classes whose number of users changed since the last call.
  std::vector<ObjId> take_users_changed();
  [[nodiscard]] std::vector<rules::ListenerCount> listener_counts(ObjId gateway) const;
  /// The Gateway whose node judges a ListenerSet; nothing when none of ours does.
  [[nodiscard]] std::optional<ObjId> gateway_of_set(ObjId listener_set) const;
  [[nodiscard]] const std::vector<rules::Remark>& remarks(ObjId object) const;
  /// Objects with remarks, in order of id.
  [[nodiscard]] std::vector<ObjId> remarked() const;
  [[nodiscard]] const Graph& graph() const { return graph_; }

 private:
  /// Connections of a listener for one host name, by text: the order must not hang on pointers.
  struct Connections {
    model::Sym listener, hostname;
    bool operator<(const Connections& other) const {
      return std::pair(listener.view(), hostname.view()) <
             std::pair(other.listener.view(), other.hostname.view());
    }
  };
  struct ClassState {
    rules::ClassValue value;
    std::int64_t users = 0;
  };
  struct GatewayState {
    rules::GatewayResult<rules::NoTrace> result;
    std::vector<rules::ListenerCount> counts;
    std::map<Connections, std::vector<ObjId>> askers;  // Routes, the one with precedence first.
    bool stale_outputs = false;
    ObjId class_id = 0;
    bool counted = false;  // class_users of class_id includes this Gateway.
  };
  struct SetState {
    rules::SetValue value;
    ObjId gateway = 0;
  };
  struct PolicyState {
    rules::PolicyValue value;
    std::vector<rules::Verdict<rules::NoTrace>> verdicts;
    std::map<ObjId, std::int64_t> uses;  // Routes by Gateway.
    std::vector<rules::Remark> remarks;
  };
  struct RouteState {
    std::vector<rules::Contribution> contributions;
    std::vector<rules::PolicyUse> policies;
  };
  struct Values {
    std::unique_ptr<ClassState> gateway_class;
    std::unique_ptr<GatewayState> gateway;
    std::unique_ptr<SetState> listener_set;
    std::unique_ptr<PolicyState> policy;
    std::unique_ptr<RouteState> route;
    std::vector<rules::Remark> remarks;
  };

  Values& values(ObjId id);
  ClassState& class_state(ObjId id);
  GatewayState& gateway_state(ObjId id);
  void load_settings();
  void note_object(ObjId id);
  void count_class_user(ObjId gateway);
  void release_deferred();
  void evaluate(Node node, ObjId object, std::int64_t time_ns);
  void run_class(ObjId id);
  void run_gateway(ObjId id);
  void run_route(ObjId id, std::int64_t time_ns);
  void run_gateway_status(ObjId id, std::int64_t time_ns);
  void run_class_status(ObjId id, std::int64_t time_ns);
  void contribute(ObjId route, std::vector<rules::Contribution> fresh);
  void add_count(const rules::Contribution& each, std::int64_t sign);
  void ask(ObjId route, const rules::Contribution& each, bool add);
  ObjId set_id(const Object& set);
  void settle_sets(ObjId gateway, const std::vector<ObjId>& before);
  void set_listener_set(ObjId id, ObjId gateway, rules::SetValue value);
  PolicyState& policy_state(ObjId id);
  void run_policy(ObjId id);
  void run_policy_status(ObjId id, std::int64_t time_ns);
  void use_policies(ObjId route, const std::vector<rules::PolicyUse>& fresh);
  void run_set_status(ObjId id, std::int64_t time_ns);
  [[nodiscard]] bool before(ObjId a, ObjId b) const;
  rules::Context<rules::NoTrace> context(model::Sym zone);
  [[nodiscard]] bool zone_ready(model::Sym zone) const;

  world::World& world_;
  Outputs& outputs_;
  std::string profile_override_;
  rules::Settings settings_;
  Graph graph_;
  Reads reads_;
  std::vector<Values> values_;  // By object id.
  std::vector<ObjId> users_changed_;
  std::vector<model::Sym> ready_;  // Zones that are synced.
  std::map<std::string, std::vector<std::pair<Node, ObjId>>, std::less<>> deferred_;  // By zone.
};

/// Sections as the status that is kept and printed.
template <class T>
model::Status to_status(std::vector<rules::Section<T>> sections, std::int64_t generation) {
  model::Status out;
  for (rules::Section<T>& section : sections) {
    model::StatusEntry& entry = out.entries.emplace_back();
    entry.section = std::move(section.section);
    entry.members = std::move(section.members);
    for (rules::Verdict<T>& each : section.verdicts) {
      each.condition.generation = generation;
      entry.conditions.push_back(std::move(each.condition));
    }
  }
  return out;
}

}  // namespace pawprint::derive
