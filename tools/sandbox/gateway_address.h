// What a load balancer and kuma-cp do together on a real cluster: give each MeshGatewayInstance an
// address.
#pragma once

#include "tools/sandbox/cluster.h"

namespace pawprint::sandbox {

/// After an object of `kind` was created: sets status.loadBalancer.ingress of every
/// MeshGatewayInstance that has none, as manager "kuma-cp" through /status. Does nothing for other
/// kinds and when the cluster's option is off.
void assign_gateway_addresses(Cluster& cluster, const Kind& kind);

}  // namespace pawprint::sandbox
