#include "engine/explain/tracer.h"

#include <nlohmann/json.hpp>

#include "engine/rules/http_route.h"

namespace pawprint::explain {

namespace {

using Json = nlohmann::json;
using rules::Tracing;
using world::Object;
using world::ObjId;

struct Traced {
  std::vector<rules::Generated> outputs;
  std::vector<rules::Section<Tracing>> sections;
};

const rules::ClassValue& class_of(world::World& world, const derive::Evaluator& evaluator,
                                  const Object& gateway) {
  const auto* fact = gateway.as<model::GatewayFact>();
  static const rules::ClassValue kNone;
  if (fact == nullptr) return kNone;
  return evaluator.class_value(
      world.id(model::Kind::kGatewayClass, gateway.zone, {}, fact->class_name));
}

std::vector<rules::Section<Tracing>> run_set(world::World& world,
                                             const derive::Evaluator& evaluator,
                                             rules::Context<Tracing>& ctx, ObjId id) {
  const auto gateway = evaluator.gateway_of_set(id);
  if (!gateway) return {};
  const Object& parent = world.object(*gateway);
  const auto result = rules::evaluate_gateway(ctx, parent, class_of(world, evaluator, parent));
  for (const auto& set : result.sets) {
    if (set.object != &world.object(id)) continue;
    return rules::listener_set_status(ctx, set, result, evaluator.listener_counts(*gateway));
  }
  return {};
}

/// Everything that the rules make of one source object.
Traced run(world::World& world, const derive::Evaluator& evaluator, ObjId id) {
  derive::Reads reads(world);
  const Object& object = world.object(id);
  rules::Context<Tracing> ctx{reads, evaluator.settings(), object.zone};
  Traced out;
  if (object.kind == model::Kind::kGateway) {
    auto result = rules::evaluate_gateway(ctx, object, class_of(world, evaluator, object));
    if (result.handled) {
      out.sections = rules::gateway_status(ctx, object, result, evaluator.listener_counts(id));
    }
    out.outputs = rules::print_gateway(ctx, object, result, evaluator.listener_winners(id));
  } else if (object.kind == model::Kind::kListenerSet) {
    out.sections = run_set(world, evaluator, ctx, id);
  } else if (object.kind == model::Kind::kBackendTlsPolicy) {
    auto result = rules::evaluate_policy(ctx, object);
    std::string left_out;
    out.outputs = std::move(result.outputs);
    out.sections =
        rules::policy_status(ctx, object, result.verdicts, evaluator.policy_gateways(id), left_out);
  } else if (model::is_route(object.kind)) {
    auto result = rules::evaluate_route(ctx, object, evaluator);
    out.outputs = std::move(result.outputs);
    out.sections = std::move(result.sections);
  } else if (object.kind == model::Kind::kGatewayClass) {
    out.sections.push_back(
        rules::class_status<Tracing>(evaluator.settings(), object, evaluator.class_value(id)));
  }
  return out;
}

/// Walks a printed status; `causes` answers for each leaf by its path.
class StatusLeaves {
 public:
  StatusLeaves(const std::vector<rules::Section<Tracing>>& sections, Cause fallback)
      : sections_(sections), fallback_(std::move(fallback)) {}

  std::vector<Leaf> walk(const Json& document) {
    visit(document, "", nullptr, nullptr);
    return std::move(leaves_);
  }

 private:
  using Section = rules::Section<Tracing>;

  const Section* section_of(const Json& value) const {
    for (const Section& each : sections_) {
      const bool listener = value.contains("name") && value["name"] == each.section;
      const bool parent =
          (value.contains("parentRef") && value["parentRef"].dump() == each.section) ||
          (value.contains("ancestorRef") && value["ancestorRef"].dump() == each.section);
      if (!each.section.empty() && (listener || parent)) return &each;
      if (each.section.empty() && value.contains("conditions") && !value.contains("name") &&
          !value.contains("parentRef") && !value.contains("ancestorRef")) {
        return &each;
      }
    }
    return nullptr;
  }

  static const rules::Verdict<Tracing>* verdict_of(const Json& value, const Section* section) {
    if (section == nullptr || !value.contains("type") || !value.contains("reason")) return nullptr;
    return rules::find_verdict(section->verdicts, value["type"].get_ref<const std::string&>());
  }

  Cause cause(const Section* section, const rules::Verdict<Tracing>* verdict) const {
    if (verdict != nullptr) return verdict->cause.cause;
    if (section != nullptr && !section->member_causes.empty()) {
      return section->member_causes.front().cause;
    }
    return fallback_;
  }

  void visit(const Json& value, const std::string& path, const Section* section,
             const rules::Verdict<Tracing>* verdict) {
    if (value.is_object() && !value.empty()) {
      if (const Section* own = section_of(value)) section = own;
      if (const auto* own = verdict_of(value, section)) verdict = own;
      for (const auto& [key, member] : value.items()) {
        std::string field = path;
        rules::append_field(field, key);
        visit(member, field, section, verdict);
      }
    } else if (value.is_array() && !value.empty()) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        visit(value[i], path + '[' + std::to_string(i) + ']', section, verdict);
      }
    } else {
      leaves_.push_back({path, value.dump(), cause(section, verdict)});
    }
  }

  const std::vector<Section>& sections_;
  Cause fallback_;
  std::vector<Leaf> leaves_;
};

ObjectTrace trace_status(world::World& world, const derive::Outputs& outputs,
                         const derive::Evaluator& evaluator, ObjId id) {
  const Traced traced = run(world, evaluator, id);
  ObjectTrace out;
  out.object = world.key(id);
  out.is_status = true;
  const Cause fallback{std::string(rules::kRouteAccepted.id),
                       {Tracing::object(world.object(id), ".metadata.name").source}};
  out.leaves = StatusLeaves(traced.sections, fallback)
                   .walk(Json::parse(outputs.print_status(id, true), nullptr, false));
  return out;
}

}  // namespace

std::optional<ObjectTrace> trace_object(world::World& world, const derive::Outputs& outputs,
                                        const derive::Evaluator& evaluator, ObjId id) {
  const derive::Claim* claim = outputs.winner(id);
  if (claim == nullptr) {
    if (outputs.status(id) == nullptr) return std::nullopt;
    return trace_status(world, outputs, evaluator, id);
  }
  Traced traced = run(world, evaluator, claim->owner);
  for (rules::Generated& made : traced.outputs) {
    if (made.kind != claim->made.kind || made.ns != claim->made.ns ||
        made.name != claim->made.name) {
      continue;
    }
    ObjectTrace out;
    out.object = world.key(id);
    out.leaves = std::move(made.leaves);
    out.gates = std::move(made.gates);
    out.rules = std::move(made.rules);
    return out;
  }
  return std::nullopt;
}

}  // namespace pawprint::explain
