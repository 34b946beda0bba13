// The watched kinds as the parts of the edge need them.
#pragma once

#include <string_view>
#include <vector>

#include "watch/edge.h"
#include "watch/kube/discovery.h"

namespace pawprint::watch {

inline constexpr std::string_view kGatewayGroup = "gateway.networking.k8s.io";
inline constexpr std::string_view kKumaGroup = "kuma.io";

/// watched_kinds() for discovery.
std::vector<kube::WantedKind> wanted_kinds();

}  // namespace pawprint::watch
