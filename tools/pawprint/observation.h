// Objects from files as records.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/record/record.h"
#include "engine/result.h"
#include "store/secret_facts.h"

namespace pawprint::cli {

/// Makes the Observed record of one object, without seq and time. `json` has an apiVersion, a kind
/// and a metadata.name (tools/manifests sees to it). A namespaced kind that Pawprint knows is in
/// "default" when the object names no namespace; a cluster-scoped one is in none. A Secret becomes
/// its facts under `key`; the error never quotes it.
Result<record::Record> observed(std::string_view json, record::Event event, std::string_view zone,
                                const store::DigestKey& key);

/// The object with what a server would have added on creation: `creationTimestamp` unless it has
/// one.
std::string with_creation_time(std::string_view json, std::string_view rfc3339);

}  // namespace pawprint::cli
