// Field-level causes: which rule wrote a leaf, and from which input field.
//
// Computed by running the same rule code again with tracing on (docs/architecture.md, section
// "The incremental reducer"); it holds no state and changes no result.
#pragma once

#include <string>
#include <vector>

#include "engine/record/record.h"

namespace pawprint::explain {

/// Where a value came from. Exactly one of object and setting is set.
struct Source {
  record::ObjectKey object;  ///< Kind empty when the source is a setting or a constant.
  std::string field;         ///< JSONPath without `$`: ".spec.rules[0].backendRefs[1].weight".
  std::string setting;  ///< Member of the Config record: "systemNamespace", "zones", "profile".
};

struct Cause {
  std::string rule;             ///< Rule id, "backend_reference/weight".
  std::vector<Source> sources;  ///< In the order in which the rule used them; never empty.
};

struct Leaf {
  std::string field;  ///< Path in the generated object.
  std::string value;  ///< JSON text of the leaf.
  Cause cause;
};

/// Where a rule of a generated route comes from: `.spec.to[to].rules[rule]`, which has one match in
/// the profiles that are our own.
struct RuleOrigin {
  std::size_t to = 0, rule = 0;
  record::ObjectKey source;  ///< The route; of internal rules the Gateway or Service.
  std::size_t source_rule = 0, source_match = 0;
  bool internal = false;  ///< Answers for what no rule takes; stands for no rule of `source`.
};

/// Everything that explains one generated object or status.
struct ObjectTrace {
  record::ObjectKey object;
  bool is_status = false;
  std::vector<Leaf> leaves;         ///< In document order; every leaf of the object once.
  std::vector<Cause> gates;         ///< What had to hold for the object to exist at all.
  std::vector<RuleOrigin> rules{};  ///< MeshHTTPRoutes of our own profiles: one entry a rule.
};

}  // namespace pawprint::explain
