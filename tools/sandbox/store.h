// The objects of a sandbox, their revisions and the recent past of each kind.
//
// One counter gives every write its resourceVersion. Each kind keeps a window of its last events;
// what is older than the window is gone, as it is in a real server's watch cache.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "tools/sandbox/json.h"

namespace pawprint::sandbox {

using Revision = std::uint64_t;
using ObjectPtr = std::shared_ptr<const Json>;
/// "namespace/name", or "name" for a cluster-scoped object: the order in which lists come.
using Objects = std::map<std::string, ObjectPtr>;

std::string object_key(const std::string& space, const std::string& name);

/// One write. `before` is null for a creation, `after` for a removal; `last` is what the removal
/// shows: the object with the revision of its deletion.
struct StoreEvent {
  Revision revision = 0;
  std::string key;
  ObjectPtr before, after, last;
};

/// What is kept of one kind.
struct Table {
  Objects objects;
  std::deque<StoreEvent> events;
  Revision horizon = 0;           ///< events at or before it are forgotten
  std::uint64_t incarnation = 0;  ///< grows when the kind is withdrawn
  Revision withdrawn_at = 0;
};

/// Not thread-safe; the API server guards it.
class Store {
 public:
  /// `window`: events kept per kind. `first`: the revision before the first write.
  Store(std::size_t window, Revision first) : window_(window), revision_(first), first_(first) {}

  Revision revision() const { return revision_; }
  const Table& table(const std::string& resource);
  ObjectPtr find(const std::string& resource, const std::string& key);

  /// Creates or replaces; sets metadata.resourceVersion. Returns what is now stored.
  ObjectPtr put(const std::string& resource, const std::string& key, Json object);
  /// Like put, but the object keeps a resourceVersion that is greater than all before it.
  ObjectPtr place(const std::string& resource, const std::string& key, Json object);
  /// Removes `key`, which must exist, showing `last` to watchers.
  ObjectPtr erase(const std::string& resource, const std::string& key, Json last);
  /// Removes all objects, with events, and ends the kind's watches.
  void withdraw(const std::string& resource);

  /// The objects as of `revision`; nullopt when the window no longer reaches that far back.
  std::optional<Objects> at(const std::string& resource, Revision revision);

  /// Forgets the past of every kind: resuming a watch from before now gives 410.
  void compact();

 private:
  Table& open(const std::string& resource);
  void record(Table& table, StoreEvent event);
  ObjectPtr replace(const std::string& resource, const std::string& key, Json object);

  std::size_t window_;
  Revision revision_;
  Revision first_;
  std::map<std::string, Table> tables_;
};

}  // namespace pawprint::sandbox
