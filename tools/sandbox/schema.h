// A structural schema, read from the openAPIV3Schema of a CustomResourceDefinition, and what an API
// server does with it: validate, fill in defaults, prune unknown fields. Rules in CEL
// (x-kubernetes-validations) are not evaluated.
//
// Source: Kubernetes documentation, "Custom Resources / Structural schemas".
#pragma once

#include <re2/re2.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/result.h"
#include "tools/sandbox/json.h"

namespace pawprint::sandbox {

/// The JSON type that a schema demands. kAny: none given.
enum class Shape : std::uint8_t {
  kAny,
  kObject,
  kArray,
  kString,
  kInteger,
  kNumber,
  kBoolean,
  kIntOrString
};

/// How server-side apply merges a list.
enum class ListType : std::uint8_t { kAtomic, kSet, kMap };

struct Schema;
using SchemaPtr = std::shared_ptr<const Schema>;

/// One node. Immutable after parse_schema; shared between threads freely.
struct Schema {
  Shape shape = Shape::kAny;
  bool nullable = false;
  bool preserve_unknown = false;
  bool atomic_map = false;
  ListType list_type = ListType::kAtomic;
  std::vector<std::string> list_keys;  ///< for ListType::kMap

  std::map<std::string, SchemaPtr> properties;
  SchemaPtr additional;  ///< additionalProperties, null when not given
  SchemaPtr items;
  std::optional<Json> default_value;

  std::vector<std::string> required;
  std::vector<Json> allowed;  ///< enum
  std::string pattern;
  std::shared_ptr<const RE2> regex;
  std::string format;
  std::optional<double> minimum, maximum;
  std::optional<std::size_t> min_length, max_length, min_items, max_items, min_members, max_members;
  std::vector<SchemaPtr> all_of, any_of, one_of;
  SchemaPtr none_of;  ///< "not"

  /// The schema of member `name`: a property, else additionalProperties, else null.
  const Schema* child(const std::string& name) const;
};

/// kInvalid names the place of an unsupported type or a pattern that RE2 refuses.
Result<SchemaPtr> parse_schema(const Json& open_api);

/// One reason why an object is refused, in the words of Kubernetes' field errors.
struct Cause {
  std::string reason;   ///< FieldValueRequired, FieldValueInvalid, ...
  std::string message;  ///< without the field
  std::string field;    ///< "spec.rules[0].matches"
};

/// Everything that is wrong with `value`. `path` names it in messages; "" is the root.
std::vector<Cause> validate(const Schema& schema, const Json& value, const std::string& path);

/// Fills in what is absent and has a default, at every depth that exists.
void apply_defaults(const Schema& schema, Json& value);

/// Removes members that the schema does not declare. Returns their paths, in document order.
std::vector<std::string> prune(const Schema& schema, Json& value);

}  // namespace pawprint::sandbox
