// create, update, patch and delete of one resource.
#pragma once

#include "tools/sandbox/cluster.h"

namespace pawprint::sandbox {

Answer<Response> create(Cluster& cluster, const Call& call);
Answer<Response> update(Cluster& cluster, const Call& call);
/// merge-patch, JSON patch and apply-patch by content type; strategic merge of built-in kinds is
/// taken as a merge patch.
Answer<Response> patch(Cluster& cluster, const Call& call);
Answer<Response> remove(Cluster& cluster, const Call& call);
Answer<Response> remove_collection(Cluster& cluster, const Call& call);

}  // namespace pawprint::sandbox
