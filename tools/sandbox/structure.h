// Objects as trees of fields: which paths an object sets, what differs between two objects, and how
// an applied configuration is merged into a live object. The schema says which lists and maps are
// one value (atomic) and which are merged item by item.
//
// Source: Kubernetes documentation, "Server-Side Apply / Merge strategy".
#pragma once

#include <optional>
#include <string>

#include "tools/sandbox/path_set.h"
#include "tools/sandbox/schema.h"

namespace pawprint::sandbox {

/// Paths that differ between two objects.
struct Comparison {
  PathSet added, modified, removed;
};

/// Every path that `value` sets. A null `schema`: the structure is deduced from the value.
PathSet field_set(const Schema* schema, const Json& value);

Comparison compare(const Schema* schema, const Json& before, const Json& after);

/// `live` with what `applied` sets; lists with keys keep the order that `applied` gives its items.
Json merge(const Schema* schema, const Json& live, const Json& applied);

/// `value` without the paths in `gone` and what is below them.
Json remove_items(const Schema* schema, const Json& value, const PathSet& gone);

/// `set` and, for each path below a declared field, that field itself.
PathSet with_named_fields(const Schema* schema, const PathSet& set);

/// Why `value` cannot be applied: a field that is not declared, a list item without its key or a
/// key twice. Empty when it can.
std::optional<std::string> typed_error(const Schema* schema, const Json& value);

}  // namespace pawprint::sandbox
