// What of a Secret's metadata may be recorded: what identity, ownership and blame need.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "store/secret_facts.h"

namespace pawprint::store {

/// Of `object`'s metadata: name, namespace, uid, versions, times, finalizers, ownerReferences,
/// labels, and managedFields without values. Labels that Kuma and Pawprint give meaning to keep
/// their value; of every other label the digest under `key`, so that a change is seen.
/// Annotations are left out, all of them: tools keep whole manifests there, data included, and no
/// rule reads one. A text that spells one of `values` (the Secret's) is its digest too, wherever.
nlohmann::json secret_metadata(const nlohmann::json& object,
                               const std::map<std::string, std::string>& values,
                               const DigestKey& key);

/// Whether `text` holds one of `values`, as it is or as base64, hexadecimal or percent-encoding; of
/// a value with several lines also one of the longer ones. Values of fewer than eight bytes do
/// not count.
bool spells_any(std::string_view text, const std::map<std::string, std::string>& values);

}  // namespace pawprint::store
