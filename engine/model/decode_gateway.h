// Decoders of the Gateway API kinds; used by decode.cc only.
#pragma once

#include "engine/model/facts.h"
#include "engine/model/json_read.h"
#include "engine/model/status.h"

namespace pawprint::model {

Meta read_meta(Reading& in, const JsonObject& object);
GatewayClassFact read_gateway_class(Reading& in, const JsonObject& object);
GatewayFact read_gateway(Reading& in, const JsonObject& object);
HttpRouteFact read_http_route(Reading& in, const JsonObject& object);
GrantFact read_grant(Reading& in, const JsonObject& object);

/// Conditions, listeners and addresses of a GatewayClass or Gateway; own route entries and the
/// foreign ones (which go into `route`).
void read_status(Reading& in, const JsonObject& object, Seen& seen);
void read_route_status(Reading& in, const JsonObject& object, std::string_view controller,
                       HttpRouteFact& route, Seen& seen);

/// The parentRef as the API writes it: canonical JSON with the members that are set.
std::string parent_json(const ParentRef& parent);

}  // namespace pawprint::model
