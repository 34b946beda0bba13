// Defaults that the API server fills into the Kuma objects that Pawprint generates.
//
// Source: the `default:` entries of Kuma 2.14's CustomResourceDefinitions. A test walks those files
// and holds this table to them. They apply only where the parent object is present.
//
// With them a desired object and the one read back compare equal, so that no write follows from a
// default. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "engine/model/canonical.h"
#include "engine/result.h"

namespace pawprint::model {

/// Defaults of the `spec` of a generated kind; null for kinds without any (MeshGateway, Secret).
const DefaultNode* spec_defaults(std::string_view kind);

/// The canonical form of a spec with the defaults of `kind` filled in. For kinds without defaults
/// it is canonical_json.
Result<std::string> fill_defaults(std::string_view kind, std::string_view spec_json);

/// What is compared of a whole object: canonical JSON of its members `mesh` and `spec` (`type` of a
/// Secret, whose payload is compared by digest), defaults filled in, members that are null, {} or
/// [] left out. Two objects for which this is equal need no write.
Result<std::string> normalise_for_compare(std::string_view kind, std::string_view object_json);

}  // namespace pawprint::model
