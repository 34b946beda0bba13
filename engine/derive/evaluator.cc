#include "engine/derive/evaluator.h"

#include <algorithm>

namespace pawprint::derive {

namespace {

using model::Kind;
using model::Sym;

const rules::ClassValue kNoClass;

/// Nodes whose object is of this kind, beside their readers.
std::vector<Node> nodes_of(Kind kind) {
  if (kind == Kind::kGatewayClass) return {Node::kClass, Node::kClassStatus};
  if (kind == Kind::kGateway) return {Node::kGateway, Node::kGatewayStatus};
  if (kind == Kind::kListenerSet) return {Node::kSetStatus};
  if (kind == Kind::kBackendTlsPolicy) return {Node::kPolicy, Node::kPolicyStatus};
  if (model::is_route(kind)) return {Node::kRoute};
  return {};
}

}  // namespace

Evaluator::Evaluator(world::World& world, Outputs& outputs, std::string profile_override)
    : world_(world),
      outputs_(outputs),
      profile_override_(std::move(profile_override)),
      reads_(world) {
  load_settings();
}

Evaluator::Values& Evaluator::values(ObjId id) {
  if (id >= values_.size()) values_.resize(std::max<std::size_t>(id + 1, values_.size() * 2));
  return values_[id];
}

Evaluator::ClassState& Evaluator::class_state(ObjId id) {
  auto& state = values(id).gateway_class;
  if (!state) state = std::make_unique<ClassState>();
  return *state;
}

Evaluator::GatewayState& Evaluator::gateway_state(ObjId id) {
  auto& state = values(id).gateway;
  if (!state) state = std::make_unique<GatewayState>();
  return *state;
}

void Evaluator::load_settings() {
  const record::Config& config = world_.config();
  settings_.profile = profile_override_.empty() ? config.profile : profile_override_;
  rules::quirks_of(settings_.profile, settings_.quirks);
  std::vector<Kind> dispensable;
  if (settings_.quirks.k3_no_gateways) {
    dispensable = {Kind::kMeshGateway, Kind::kMeshGatewayInstance};
  }
  world_.set_dispensable(std::move(dispensable));
  settings_.controller = world_.intern(config.controller_name);
  settings_.system_namespace = world_.intern(config.system_namespace);
  settings_.default_mesh = world_.intern(config.default_mesh);
  settings_.assume_mesh = config.assume_mesh;
  settings_.assume_address = config.assume_synced;
  settings_.gateway_routes_only = config.gateway_routes_only;
  settings_.zones.clear();
  settings_.bundle_versions.clear();
  settings_.global_zones.clear();
  for (const auto& [name, zone] : world_.zones()) {
    settings_.zones.push_back(zone.name);
    settings_.bundle_versions.push_back(zone.bundle_version);
    if (zone.role == "global") settings_.global_zones.push_back(zone.name);
  }
}

void Evaluator::note(const world::Change& change) {
  if (change.config) {
    load_settings();
    invalidate_all();
  }
  // Zones may also appear by their objects alone; messages name them.
  if (world_.zones().size() != settings_.zones.size()) load_settings();
  if (change.config || change.sync || ready_.size() != world_.zones().size()) release_deferred();
  for (const ObjId anchor : change.indexed) graph_.touch(cell(anchor, Slot::kIndex));
  for (const ObjId route : change.neighbours) graph_.invalidate(Node::kRoute, route);
  if (change.object && change.fact) note_object(*change.object);
}

void Evaluator::release_deferred() {
  ready_.clear();
  for (const auto& [name, zone] : world_.zones()) {
    if (!world_.synced(name)) continue;
    ready_.push_back(zone.name);
    const auto waiting = deferred_.find(name);
    if (waiting == deferred_.end()) continue;
    for (const auto& [node, object] : waiting->second) graph_.invalidate(node, object);
    deferred_.erase(waiting);
  }
}

void Evaluator::note_object(ObjId id) {
  const Object& object = world_.object(id);
  graph_.touch(cell(id, Slot::kFact));
  for (const Node node : nodes_of(object.kind)) graph_.invalidate(node, id);
  if (object.kind == Kind::kMesh) {
    graph_.touch(cell(world_.census(object.kind, object.zone), Slot::kIndex));
  }
  if (object.kind == Kind::kGateway) count_class_user(id);
}

void Evaluator::count_class_user(ObjId id) {
  const auto* fact = world_.object(id).as<model::GatewayFact>();
  const Sym zone = world_.object(id).zone;
  const bool exists = fact != nullptr;
  const ObjId fresh = exists ? world_.id(Kind::kGatewayClass, zone, {}, fact->class_name) : 0;
  GatewayState& state = gateway_state(id);
  if (state.counted == exists && (!exists || state.class_id == fresh)) return;
  if (state.counted) {
    const ObjId old = state.class_id;
    --class_state(old).users;
    users_changed_.push_back(old);
  }
  GatewayState& again = gateway_state(id);
  again.counted = exists;
  again.class_id = fresh;
  if (!exists) return;
  ++class_state(fresh).users;
  users_changed_.push_back(fresh);
}

void Evaluator::invalidate_all() {
  for (ObjId id = 0; id < world_.size(); ++id) {
    for (const Node node : nodes_of(world_.object(id).kind)) graph_.invalidate(node, id);
  }
}

bool Evaluator::zone_ready(Sym zone) const {
  return world_.config().assume_synced ||
         std::find(ready_.begin(), ready_.end(), zone) != ready_.end();
}

void Evaluator::run(std::int64_t time_ns) {
  for (std::size_t node = 0; node < kNodeKinds; ++node) {
    for (const ObjId object : graph_.take(static_cast<Node>(node))) {
      const Sym zone = world_.object(object).zone;
      if (zone_ready(zone)) evaluate(static_cast<Node>(node), object, time_ns);
      else deferred_[std::string(zone.view())].emplace_back(static_cast<Node>(node), object);
    }
  }
}

rules::Context<rules::NoTrace> Evaluator::context(Sym zone) { return {reads_, settings_, zone}; }

void Evaluator::evaluate(Node node, ObjId object, std::int64_t time_ns) {
  reads_.cells().clear();
  switch (node) {
    case Node::kClass:
      run_class(object);
      break;
    case Node::kGateway:
      run_gateway(object);
      break;
    case Node::kRoute:
      run_route(object, time_ns);
      break;
    case Node::kGatewayStatus:
      run_gateway_status(object, time_ns);
      break;
    case Node::kPolicy:
      run_policy(object);
      break;
    case Node::kPolicyStatus:
      run_policy_status(object, time_ns);
      break;
    case Node::kSetStatus:
      run_set_status(object, time_ns);
      break;
    case Node::kClassStatus:
      run_class_status(object, time_ns);
      break;
  }
  graph_.record_reads(node, object, reads_.cells());
}

void Evaluator::run_class(ObjId id) {
  auto ctx = context(world_.object(id).zone);
  rules::ClassValue fresh = rules::evaluate_class(ctx, reads_.object(id));
  ClassState& state = class_state(id);
  if (fresh == state.value) return;
  state.value = std::move(fresh);
  graph_.touch(cell(id, Slot::kFirst));
  graph_.invalidate(Node::kClassStatus, id);
}

void Evaluator::run_gateway(ObjId id) {
  const Object& object = reads_.object(id);
  auto ctx = context(object.zone);
  const auto* fact = object.as<model::GatewayFact>();
  const rules::ClassValue* gateway_class = &kNoClass;
  if (fact != nullptr) {
    const ObjId class_id = world_.id(Kind::kGatewayClass, object.zone, {}, fact->class_name);
    reads_.derived(class_id, Slot::kFirst);
    gateway_class = &class_value(class_id);
  }
  GatewayState& state = gateway_state(id);
  std::vector<ObjId> before;
  for (const auto& set : state.result.sets) before.push_back(set_id(*set.object));
  state.result = rules::evaluate_gateway(ctx, object, *gateway_class);
  state.stale_outputs = true;
  values(id).remarks = state.result.remarks;
  settle_sets(id, before);
  graph_.invalidate(Node::kGatewayStatus, id);
}

ObjId Evaluator::set_id(const Object& set) {
  return world_.id(Kind::kListenerSet, set.zone, set.ns, set.name);
}

void Evaluator::settle_sets(ObjId gateway, const std::vector<ObjId>& before) {
  const Object& object = world_.object(gateway);
  std::vector<ObjId> now;
  // Values first: setting one may move the states.
  std::vector<std::pair<ObjId, bool>> judged;
  for (const auto& set : gateway_state(gateway).result.sets) {
    judged.emplace_back(set_id(*set.object), set.accepted);
  }
  const bool handled = gateway_state(gateway).result.handled;
  for (const auto& [id, accepted] : judged) {
    now.push_back(id);
    set_listener_set(id, gateway, {handled, accepted, object.ns, object.name});
  }
  for (const ObjId id : before) {
    const auto& state = values(id).listener_set;
    const bool ours = state && state->gateway == gateway;
    if (ours && std::find(now.begin(), now.end(), id) == now.end()) set_listener_set(id, 0, {});
  }
}

void Evaluator::set_listener_set(ObjId id, ObjId gateway, rules::SetValue value) {
  auto& state = values(id).listener_set;
  if (!state) state = std::make_unique<SetState>();
  state->gateway = gateway;
  graph_.invalidate(Node::kSetStatus, id);
  if (state->value == value) return;
  state->value = value;
  graph_.touch(cell(id, Slot::kFirst));
}

bool Evaluator::before(ObjId a, ObjId b) const {
  const auto order = [this](ObjId id) {
    const Object& object = world_.object(id);
    const auto* fact = object.as<model::HttpRouteFact>();
    return std::tuple(fact == nullptr ? 0 : fact->meta.created_s, object.ns.view(),
                      object.name.view(), id);
  };
  return order(a) < order(b);
}

/// Adds or takes back what a TLSRoute or TCPRoute asks of a listener.
void Evaluator::ask(ObjId route, const rules::Contribution& each, bool add) {
  if (!each.connections) return;
  GatewayState& gateway = gateway_state(each.gateway);
  std::vector<Sym> hostnames = each.hostnames;
  if (hostnames.empty()) hostnames.emplace_back();
  for (const Sym hostname : hostnames) {
    const Connections key{each.listener, hostname};
    auto& routes = gateway.askers[key];
    std::erase(routes, route);
    if (add) {
      const auto place = std::find_if(routes.begin(), routes.end(),
                                      [&](ObjId other) { return before(route, other); });
      routes.insert(place, route);
    }
    if (routes.empty()) gateway.askers.erase(key);
  }
  gateway.stale_outputs = true;
}

void Evaluator::add_count(const rules::Contribution& each, std::int64_t sign) {
  auto& counts = gateway_state(each.gateway).counts;
  auto found = std::find_if(counts.begin(), counts.end(),
                            [&](const auto& count) { return count.listener == each.listener; });
  if (found == counts.end()) found = counts.insert(counts.end(), {each.listener, 0});
  found->routes += sign * each.routes;
  if (found->routes == 0) counts.erase(found);
  graph_.invalidate(Node::kGatewayStatus, each.gateway);
}

void Evaluator::contribute(ObjId route, std::vector<rules::Contribution> fresh) {
  auto& state = values(route).route;
  if (!state) state = std::make_unique<RouteState>();
  const bool connections =
      std::any_of(fresh.begin(), fresh.end(), [](const auto& each) { return each.connections; });
  if (state->contributions == fresh && !connections) return;
  const std::vector<rules::Contribution> old = std::move(state->contributions);
  state->contributions = fresh;
  for (const rules::Contribution& each : old) {
    add_count(each, -1);
    ask(route, each, false);
  }
  for (const rules::Contribution& each : fresh) {
    add_count(each, 1);
    ask(route, each, true);
  }
}

Evaluator::PolicyState& Evaluator::policy_state(ObjId id) {
  auto& state = values(id).policy;
  if (!state) state = std::make_unique<PolicyState>();
  return *state;
}

void Evaluator::use_policies(ObjId route, const std::vector<rules::PolicyUse>& fresh) {
  auto& state = values(route).route;
  if (!state) state = std::make_unique<RouteState>();
  if (state->policies == fresh) return;
  const std::vector<rules::PolicyUse> old = std::move(state->policies);
  state->policies = fresh;
  const auto count = [this](const rules::PolicyUse& use, std::int64_t sign) {
    auto& uses = policy_state(use.policy).uses;
    std::int64_t& routes = uses[use.gateway];
    routes += sign;
    if (routes == 0) uses.erase(use.gateway);
    graph_.invalidate(Node::kPolicyStatus, use.policy);
  };
  for (const rules::PolicyUse& use : old) count(use, -1);
  for (const rules::PolicyUse& use : fresh) count(use, 1);
}

void Evaluator::run_policy(ObjId id) {
  const Object& object = reads_.object(id);
  auto ctx = context(object.zone);
  auto result = rules::evaluate_policy(ctx, object);
  const auto* fact = object.as<model::BackendTlsPolicyFact>();
  outputs_.set_generated(id, fact == nullptr ? 0 : fact->meta.created_s, std::move(result.outputs));
  PolicyState& state = policy_state(id);
  state.verdicts = std::move(result.verdicts);
  state.remarks = std::move(result.remarks);
  graph_.invalidate(Node::kPolicyStatus, id);
  if (state.value == result.value) return;
  state.value = result.value;
  graph_.touch(cell(id, Slot::kFirst));
}

void Evaluator::run_policy_status(ObjId id, std::int64_t time_ns) {
  const Object& object = reads_.object(id);
  const auto* fact = object.as<model::BackendTlsPolicyFact>();
  const PolicyState& state = policy_state(id);
  std::vector<rules::Remark> remarks = state.remarks;
  std::vector<rules::Section<rules::NoTrace>> sections;
  if (fact != nullptr && state.value.handled) {
    auto ctx = context(object.zone);
    std::string left_out;
    sections = rules::policy_status(ctx, object, state.verdicts, policy_gateways(id), left_out);
    if (!left_out.empty()) {
      remarks.push_back(
          {"error", rules::kBackendTlsAncestors.id,
           "status.ancestors is full (16 entries); it says nothing of Gateway " + left_out});
    }
  }
  values(id).remarks = std::move(remarks);
  if (sections.empty()) return outputs_.set_status(id, std::nullopt, time_ns);
  outputs_.set_status(id, to_status(std::move(sections), fact->meta.generation), time_ns);
}

void Evaluator::run_route(ObjId id, std::int64_t time_ns) {
  const Object& object = reads_.object(id);
  auto ctx = context(object.zone);
  auto result = rules::evaluate_route(ctx, object, *this);
  const auto* fact = object.as<model::HttpRouteFact>();
  const std::int64_t created = fact == nullptr ? 0 : fact->meta.created_s;
  outputs_.set_generated(id, created, std::move(result.outputs));
  contribute(id, std::move(result.contributions));
  use_policies(id, result.policies);
  values(id).remarks = std::move(result.remarks);
  const bool has_status =
      result.handled && (!result.sections.empty() || settings_.quirks.d44_empty_parents_everywhere);
  if (!has_status) return outputs_.set_status(id, std::nullopt, time_ns);
  outputs_.set_status(id, to_status(std::move(result.sections), fact->meta.generation), time_ns);
}

void Evaluator::run_gateway_status(ObjId id, std::int64_t time_ns) {
  const Object& object = reads_.object(id);
  GatewayState& state = gateway_state(id);
  const auto* fact = object.as<model::GatewayFact>();
  if (state.stale_outputs) {
    state.stale_outputs = false;
    auto printing = context(object.zone);
    outputs_.set_generated(
        id, fact == nullptr ? 0 : fact->meta.created_s,
        rules::print_gateway(printing, object, state.result, listener_winners(id)));
    // Printing reads nothing that judging has not read, and judging makes the outputs stale.
    reads_.cells().clear();
    reads_.object(id);
  }
  for (const auto& set : state.result.sets)
    graph_.invalidate(Node::kSetStatus, set_id(*set.object));
  if (!state.result.handled || fact == nullptr) {
    return outputs_.set_status(id, std::nullopt, time_ns);
  }
  auto ctx = context(object.zone);
  outputs_.set_status(id,
                      to_status(rules::gateway_status(ctx, object, state.result, state.counts),
                                fact->meta.generation),
                      time_ns);
}

void Evaluator::run_set_status(ObjId id, std::int64_t time_ns) {
  const Object& object = reads_.object(id);
  const auto& state = values(id).listener_set;
  const auto* fact = object.as<model::ListenerSetFact>();
  if (fact == nullptr || !state || !state->value.handled) {
    return outputs_.set_status(id, std::nullopt, time_ns);
  }
  const GatewayState& gateway = gateway_state(state->gateway);
  auto ctx = context(object.zone);
  for (const auto& set : gateway.result.sets) {
    if (set.object != &object) continue;
    return outputs_.set_status(
        id,
        to_status(rules::listener_set_status(ctx, set, gateway.result, gateway.counts),
                  fact->meta.generation),
        time_ns);
  }
}

void Evaluator::run_class_status(ObjId id, std::int64_t time_ns) {
  const Object& object = reads_.object(id);
  const auto* fact = object.as<model::GatewayClassFact>();
  const rules::ClassValue& value = class_value(id);
  if (fact == nullptr || value.state != rules::ClassState::kOurs) {
    return outputs_.set_status(id, std::nullopt, time_ns);
  }
  std::vector<rules::Section<rules::NoTrace>> sections;
  sections.push_back(rules::class_status<rules::NoTrace>(settings_, object, value));
  outputs_.set_status(id, to_status(std::move(sections), fact->meta.generation), time_ns);
}

}  // namespace pawprint::derive
