// Statuses as JSON, per kind.
#pragma once

#include <string>
#include <string_view>

#include "engine/model/status.h"
#include "engine/world/world.h"

namespace pawprint::rules {

/// `{"conditions":..,...}` of a GatewayClass or Gateway, `{"parents":[..]}` of a route. With
/// `foreign`, entries and conditions of other controllers are kept in front, as the API asks.
std::string status_json(const world::Object& object, const model::Status& status,
                        std::string_view controller, const model::TransitionTime& time,
                        bool foreign);

/// `{"apiVersion":..,"kind":..,"metadata":{"name":..,"namespace":..},"status":{..}}`.
std::string status_document(const world::Object& object, const model::Status& status,
                            std::string_view controller, const model::TransitionTime& time,
                            bool foreign);

}  // namespace pawprint::rules
