// May an HTTPRoute attach to the parent that it names.
#pragma once

#include "engine/rules/route_input.h"

namespace pawprint::rules {

extern const Rule kAttachListener;
extern const Rule kAttachNamespace;
extern const Rule kAttachHostname;
extern const Rule kAttachMesh;
extern const Rule kAttachService;
extern const Rule kAttachMeshService;
extern const Rule kAttachNoGateway;

template <class T>
Attachment<T> attach(Context<T>& ctx, const RouteInput<T>& route, std::size_t parent_index);

}  // namespace pawprint::rules
