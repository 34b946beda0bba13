// The parts that an HTTPRoute is judged by; shared by attachment, references and printing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/rules/context.h"
#include "engine/rules/gateway_class.h"
#include "engine/rules/listener_set.h"
#include "engine/rules/mesh_selection.h"
#include "engine/rules/traffic_conf.h"

namespace pawprint::rules {

/// What routes read of a BackendTLSPolicy. Value of its first slot.
struct PolicyValue {
  bool handled = false;
  bool usable = false;  ///< Its targets can be reached as it asks.
  bool operator==(const PolicyValue&) const = default;
};

/// Answers what earlier nodes say of a GatewayClass, a ListenerSet and a BackendTLSPolicy.
class ClassValues {
 public:
  virtual ~ClassValues() = default;
  [[nodiscard]] virtual const ClassValue& class_value(world::ObjId id) const = 0;
  [[nodiscard]] virtual const SetValue& set_value(world::ObjId id) const = 0;
  [[nodiscard]] virtual const PolicyValue& policy_value(world::ObjId id) const = 0;
};

/// One route under evaluation. Borrows; lives for one evaluation.
template <class T>
struct RouteInput {
  const Object& object;
  const model::HttpRouteFact& fact;
  Mesh<T> mesh;
  const ClassValues& classes;
  typename T::Src spec;  ///< .spec of the route.
};

enum class ParentKind : std::uint8_t { kUnknown, kGateway, kService };

/// Labels of a MeshService: what it is called, and in which zone it is.
struct MeshServiceLabels {
  Sym display, ns, zone;
};

/// What became of one parentRef.
template <class T>
struct Attachment {
  ParentKind parent = ParentKind::kUnknown;  ///< kUnknown: no output, no status entry.
  bool accepted = false;
  std::string_view reason;  ///< Of Accepted=False.
  std::string message;
  const Object* target = nullptr;  ///< The Gateway, Service or MeshService.
  const Object* set = nullptr;     ///< The ListenerSet that the parentRef names, if it names one.
  Sym target_ns;
  bool whole = true;  ///< The parentRef's own selection is all permitted.
  std::vector<const model::Listener*> listeners;  ///< Those that take the route.
  std::vector<model::ServicePort> ports;          ///< Service parents: the ports that are routed.
  MeshServiceLabels selects;                      ///< Service parents: what selects it in Kuma 3.
  std::vector<typename T::Cause> gates;

  /// Where the listeners stand.
  [[nodiscard]] const Object& owner() const { return set != nullptr ? *set : *target; }
  /// The gates as explain keeps them; empty without tracing.
  [[nodiscard]] std::vector<explain::Cause> gate_causes() const {
    std::vector<explain::Cause> out;
    if constexpr (T::kOn) {
      for (const auto& gate : gates) out.push_back(gate.cause);
    }
    return out;
  }
};

/// How a backendRef is printed.
enum class Target : std::uint8_t {
  kService,           ///< A Service of this zone by its legacy name, or a MeshService by labels.
  kMultiZoneService,  ///< MeshMultiZoneService, by labels.
  kMeshExternal,      ///< MeshExternalService, by labels.
  kExternalService,   ///< The legacy kind, by its service tag.
  kUnresolved,
};

template <class T>
struct Backend {
  const model::BackendRef* spec = nullptr;
  Target target = Target::kUnresolved;
  Sym ns, service;    ///< Names where it comes from; ExternalService: `service` is its tag.
  Sym zone;           ///< Of a Service or MeshService.
  Sym section;        ///< Name or number of the port; absent when the reference has none.
  bool real = false;  ///< kService: a MeshService of these labels was observed with the port.
  Sym app_protocol;   ///< Of a Service's port, as given.
  Sym kuma_protocol;  ///< What Kuma takes the port to speak; absent when not known.
  std::int64_t weight = 1;
  std::string caution;         ///< What is doubtful about sending there; empty: nothing.
  typename T::Src src;         ///< The backendRef.
  typename T::Src target_src;  ///< The object that it resolved to, or its absence.
};

/// How a path modifier is written.
enum class PathForm : std::uint8_t {
  kAsGiven,
  kWhole,      ///< For a match of exactly the prefix: the replacement is the whole path.
  kWithSlash,  ///< Kuma's sidecars swallow the slash behind the prefix; the replacement has it.
};

template <class T>
struct FilterPlan {
  const model::Filter* spec = nullptr;
  bool dropped = false;
  std::optional<Backend<T>> mirror;
  typename T::Src src;
};

template <class T>
struct RulePlan {
  const model::HttpRule* spec = nullptr;
  typename T::Src src;
  std::vector<Backend<T>> backends;
  std::vector<FilterPlan<T>> filters;
  std::vector<Verdict<T>> verdicts;  ///< ResolvedRefs=False of this rule.
  std::string fault;                 ///< Why Kuma would refuse it; fails closed.
  typename T::Src fault_src;
  /// Our own profiles: what is wrong with each match (empty: nothing), and the first of these texts
  /// when other matches of the rule are good. A bad match is left out.
  std::vector<std::string> match_faults;
  std::string dropped_match;
  TrafficConf conf;
};

}  // namespace pawprint::rules
