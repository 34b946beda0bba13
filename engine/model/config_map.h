// What of a ConfigMap goes on the record.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pawprint::model {

/// The ConfigMap without what no rule reads: of `data` only "ca.crt" stays, binaryData and
/// last-applied annotations go. ConfigMaps are read for certificate authorities alone
/// (BackendTLSPolicy), and whatever else people keep in them is not ours to store. Nothing when
/// `object` is no JSON object. Source of the rule: docs/decisions/0007.
std::optional<std::string> config_map_on_record(std::string_view object);

}  // namespace pawprint::model
