// A set of field paths, the unit of ownership in server-side apply, and its FieldsV1 form.
//
// A path element is kept in its wire form: "f:name" (member), `k:{"name":"x"}` (item of a list with
// keys), `v:"x"` (item of a set). Source: Kubernetes documentation, "Server-Side Apply", and the
// managedFields that API servers write.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tools/sandbox/json.h"

namespace pawprint::sandbox {

/// A tree: a path is in the set when its node is a member. Value type.
class PathSet {
 public:
  using Path = std::vector<std::string>;

  void insert(const Path& path);
  bool has(const Path& path) const;
  bool empty() const { return !member_ && children_.empty(); }

  PathSet united(const PathSet& other) const;
  PathSet intersected(const PathSet& other) const;
  /// Without the paths of `other`.
  PathSet without(const PathSet& other) const;
  /// Without the paths of `other` and everything below them.
  PathSet without_subtrees(const PathSet& other) const;

  /// The tree below `element`, or null.
  const PathSet* below(const std::string& element) const;
  const std::map<std::string, PathSet>& children() const { return children_; }
  bool member() const { return member_; }

  /// All paths, in order.
  std::vector<Path> paths() const;

  Json to_fields_v1() const;
  /// False when `fields` is not a FieldsV1 object.
  static bool from_fields_v1(const Json& fields, PathSet& out);

  /// Adds or fetches the child without making it a member; prune_empty() drops unused ones.
  PathSet& child(const std::string& element) { return children_[element]; }
  void set_member(bool member) { member_ = member; }
  void prune_empty();

  bool operator==(const PathSet& other) const = default;

 private:
  void collect(Path& prefix, std::vector<Path>& out) const;

  bool member_ = false;
  std::map<std::string, PathSet> children_;
};

/// ".spec.listeners[name=\"http\"].port": how conflicts name a path.
std::string shown(const PathSet::Path& path);

}  // namespace pawprint::sandbox
