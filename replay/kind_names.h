// How people name kinds: "httproutes", "HTTPRoute", "gtw", "httproutes.gateway.networking.k8s.io".
//
// Source: `names` of the CRDs in deploy/crds and kubectl's names of the core kinds.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/kinds.h"
#include "engine/record/record.h"
#include "engine/result.h"

namespace pawprint::replay {

struct KindName {
  model::Kind kind;
  std::string_view plural, singular, short_name;  ///< Lower case; short_name may be empty.
};

/// Every kind that can be asked for.
std::span<const KindName> kind_names();
const KindName& name_of(model::Kind kind);

/// One kind; kInvalid with the nearest known name.
Result<model::Kind> parse_kind(std::string_view text);
/// A comma list, each kind once, in the order given.
Result<std::vector<model::Kind>> parse_kinds(std::string_view text);

/// Whether an object of these kinds, or a namespace, can have that name: lower-case letters,
/// digits,
/// '-' and '.', at most 253, not at the ends ('-' and '.'). Source: RFC 1123 as Kubernetes uses it.
bool is_object_name(std::string_view text);

/// True when Pawprint prints what it wants of this kind, not what it saw. Of Secrets it prints
/// both.
bool is_generated(model::Kind kind);

/// The key of an object as a person names it; the namespace is dropped for cluster-scoped kinds.
record::ObjectKey key_of(model::Kind kind, std::string_view zone, std::string_view ns,
                         std::string_view name);

}  // namespace pawprint::replay
