// The last step of every write: what the server decides about an object whatever the client sent,
// validation, the precondition of the resourceVersion, and the store.
#pragma once

#include "tools/sandbox/cluster.h"

namespace pawprint::sandbox {

/// Stores a new object: uid, creationTimestamp, generation, allocations. 404 or 403 when its
/// namespace is missing or ending, 422 when it is invalid, 409 when the name is taken.
Answer<Json> commit_create(Cluster& cluster, const Call& call, Json object);

/// Replaces `before` by `after` as far as the call's path (main object or /status) may. 409 when
/// after's resourceVersion or uid is another one. An update that changes nothing is no write. The
/// last finalizer's removal ends an object that is being deleted.
Answer<Json> commit_update(Cluster& cluster, const Call& call, const Json& before, Json after);

/// What a deletion left: the object as last seen, and whether finalizers keep it.
struct Removal {
  Json object;
  bool remains = false;
};

/// Deletes, or marks as deleted while finalizers remain. `preconditions`: {uid, resourceVersion} or
/// null. A Namespace takes its objects with it.
Answer<Removal> commit_remove(Cluster& cluster, const Call& call, const Json& preconditions);

}  // namespace pawprint::sandbox
