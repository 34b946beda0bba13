// Field ownership: who set which field last (metadata.managedFields), and server-side apply.
//
// Source: Kubernetes documentation, "Server-Side Apply / Field management", and what
// kube-apiserver v1.34 writes.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "tools/sandbox/api_error.h"
#include "tools/sandbox/structure.h"

namespace pawprint::sandbox {

/// Who writes, through what and when.
struct Actor {
  std::string manager;
  std::string api_version;  ///< "gateway.networking.k8s.io/v1"
  std::string subresource;  ///< "" or "status"
  std::string time;         ///< RFC 3339, whole seconds
};

/// What a write goes by: the schema of the version used, and the fields that this path (main object
/// or subresource) ignores and hence cannot own.
struct Terrain {
  const Schema* schema = nullptr;
  PathSet reset;
};

/// The managedFields of one object.
class Ownership {
 public:
  /// Undecodable entries are dropped, as real servers do.
  static Ownership read(const Json& managed_fields);
  Json write() const;
  bool empty() const { return entries_.empty(); }

  /// Moves what differs between the two objects to `actor`.
  void note_update(const Terrain& terrain, const Json& before, const Json& after,
                   const Actor& actor);

  /// The object that results from applying `patch` to `live`, neither with managedFields. 409 names
  /// each conflict when `force` is off.
  Answer<Json> apply(const Terrain& terrain, const Json& live, const Json& patch,
                     const Actor& actor, bool force);

  /// Records everything of `live` as set before the first apply, by nobody known.
  void assume_live(const Terrain& terrain, const Json& live, const Actor& actor);

 private:
  /// Order of the wire form: operation, time, manager, version, subresource.
  using Key = std::tuple<std::string, std::string, std::string, std::string>;  // op, mgr, ver, sub
  struct Entry {
    PathSet set;
    std::string time;
  };

  static Key key_of(const std::string& operation, const Actor& actor) {
    return {operation, actor.manager, actor.api_version, actor.subresource};
  }
  Json prune(const Schema* schema, const Json& merged, const PathSet& last) const;
  static tl::unexpected<ApiError> conflicts(const std::map<Key, PathSet>& found);
  void give_up(const Comparison& changes, const Key* except);

  std::map<Key, Entry> entries_;
};

/// True when the two objects differ at most in the times of managedFields.
bool equal_but_times(const Json& before, const Json& after);

}  // namespace pawprint::sandbox
