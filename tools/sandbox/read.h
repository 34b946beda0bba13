// get and list of one resource, and where a watch begins.
#pragma once

#include <memory>

#include "tools/sandbox/cluster.h"
#include "tools/sandbox/selector.h"

namespace pawprint::sandbox {

Answer<Response> get(Cluster& cluster, const Call& call);

/// With limit/continue, resourceVersion and resourceVersionMatch, selectors.
Answer<Response> list(Cluster& cluster, const Call& call);

/// A decimal resourceVersion; "" gives 0. 400 on anything else.
Answer<Revision> parse_revision(const std::string& text);

}  // namespace pawprint::sandbox
