// Where resources live on an API server.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/record/bodies.h"

namespace pawprint::watch::kube {

/// Bytes outside the unreserved set of RFC 3986 as %XX.
std::string percent_encode(std::string_view text);

/// "/apis/kuma.io/v1alpha1" or "/api/v1" for the core group.
std::string group_path(std::string_view group, std::string_view version);

/// "/apis/G/V/[namespaces/NS/]PLURAL[/NAME]". `ns` is left out when empty or `resource` is
/// cluster-scoped; `name` empty gives the collection.
std::string resource_path(const record::Discovery::Resource& resource, std::string_view ns,
                          std::string_view name = {});

/// "?a=b&c=d" from pairs, values encoded; "" when there are none.
std::string query(const std::vector<std::pair<std::string_view, std::string>>& parameters);

/// "group/version", or "version" for the core group.
std::string api_version(const record::Discovery::Resource& resource);

}  // namespace pawprint::watch::kube
