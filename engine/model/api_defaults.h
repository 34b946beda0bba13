// Defaults that an API server fills into the objects that Pawprint reads.
//
// Source: the `default:` entries of the Gateway API v1.6.1 definitions (standard channel) and of
// Kuma 2.14's MeshGatewayConfig, held to those files by a test; for Service the API's
// documentation. They tell a field that somebody wrote from one that nobody did.
#pragma once

#include <string_view>

#include "engine/model/canonical.h"

namespace pawprint::model {

/// Defaults of a whole object (member `spec` and below); null for kinds without any.
const DefaultNode* object_defaults(std::string_view group, std::string_view kind);

}  // namespace pawprint::model
