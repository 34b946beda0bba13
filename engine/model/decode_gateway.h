// Decoders of the Gateway API kinds; used by decode.cc only.
#pragma once

#include "engine/model/facts.h"
#include "engine/model/json_read.h"
#include "engine/model/kinds.h"
#include "engine/model/status.h"

namespace pawprint::model {

Meta read_meta(Reading& in, const JsonObject& object);
/// group, kind, name and namespace; group defaults to the core group.
ObjectRef read_ref(Reading& in, const JsonObject& ref, std::string_view kind);
GatewayClassFact read_gateway_class(Reading& in, const JsonObject& object);
GatewayFact read_gateway(Reading& in, const JsonObject& object);
ListenerSetFact read_listener_set(Reading& in, const JsonObject& object);
/// A route of any kind.
HttpRouteFact read_route(Reading& in, Kind kind, const JsonObject& object);
BackendTlsPolicyFact read_backend_tls_policy(Reading& in, const JsonObject& object);
ConfigMapFact read_config_map(Reading& in, const JsonObject& object);
GrantFact read_grant(Reading& in, const JsonObject& object);

/// Conditions, listeners and addresses of a GatewayClass, Gateway or ListenerSet; own route or
/// policy entries and the foreign ones (which go into the fact).
void read_status(Reading& in, const JsonObject& object, Seen& seen);
void read_route_status(Reading& in, const JsonObject& object, std::string_view controller,
                       HttpRouteFact& route, Seen& seen);
void read_policy_status(Reading& in, const JsonObject& object, std::string_view controller,
                        BackendTlsPolicyFact& policy, Seen& seen);

/// The parentRef as the API writes it: canonical JSON with the members that are set.
std::string parent_json(const ParentRef& parent);

/// The conditions of `parent` into `entry`, their transition times into `seen`.
void read_conditions(Reading& in, const JsonObject& parent, StatusEntry& entry, Seen& seen);
/// The parentRef or ancestorRef in `ref`, defaults filled in.
ParentRef read_parent(Reading& in, const JsonObject& ref);

}  // namespace pawprint::model
