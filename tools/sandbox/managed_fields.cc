#include "tools/sandbox/managed_fields.h"

#include <fmt/format.h>

#include <algorithm>

namespace pawprint::sandbox {
namespace {

constexpr const char* kApply = "Apply";
constexpr const char* kUpdate = "Update";

/// Paths that nobody owns: identity and what the server itself keeps.
const PathSet& unowned() {
  static const PathSet kUnowned = [] {
    PathSet set;
    set.insert({"f:apiVersion"});
    set.insert({"f:kind"});
    set.insert({"f:metadata"});
    for (const char* name : {"f:name", "f:namespace", "f:creationTimestamp", "f:selfLink", "f:uid",
                             "f:generation", "f:managedFields", "f:resourceVersion"}) {
      set.insert({"f:metadata", name});
    }
    return set;
  }();
  return kUnowned;
}

Comparison changes_between(const Terrain& terrain, const Json& before, const Json& after) {
  Comparison changes = compare(terrain.schema, before, after);
  changes.added = changes.added.without_subtrees(terrain.reset);
  changes.modified = changes.modified.without_subtrees(terrain.reset);
  changes.removed = changes.removed.without_subtrees(terrain.reset);
  return changes;
}

Json without_times(const Json& object) {
  Json copy = object;
  if (!copy.contains("metadata")) return copy;
  for (Json& entry : copy["metadata"]["managedFields"]) entry.erase("time");
  return copy;
}

}  // namespace

Ownership Ownership::read(const Json& managed_fields) {
  Ownership out;
  if (!managed_fields.is_array()) return out;
  for (const Json& source : managed_fields) {
    Actor actor{text(source, "manager"), text(source, "apiVersion"), text(source, "subresource"),
                text(source, "time")};
    std::string operation = text(source, "operation");
    Entry entry{{}, actor.time};
    bool known = operation == kApply || operation == kUpdate;
    if (!known || !PathSet::from_fields_v1(member(source, "fieldsV1"), entry.set)) continue;
    out.entries_[key_of(operation, actor)] = std::move(entry);
  }
  return out;
}

Json Ownership::write() const {
  std::vector<const std::pair<const Key, Entry>*> order;
  for (const auto& entry : entries_) order.push_back(&entry);
  std::sort(order.begin(), order.end(), [](const auto* left, const auto* right) {
    const auto& [left_op, left_manager, left_version, left_sub] = left->first;
    const auto& [right_op, right_manager, right_version, right_sub] = right->first;
    return std::tie(left_op, left->second.time, left_manager, left_version, left_sub) <
           std::tie(right_op, right->second.time, right_manager, right_version, right_sub);
  });
  Json out = Json::array();
  for (const auto* entry : order) {
    const auto& [operation, manager, version, subresource] = entry->first;
    Json line = {{"manager", manager},
                 {"operation", operation},
                 {"apiVersion", version},
                 {"fieldsType", "FieldsV1"},
                 {"fieldsV1", entry->second.set.to_fields_v1()}};
    if (!entry->second.time.empty()) line["time"] = entry->second.time;
    if (!subresource.empty()) line["subresource"] = subresource;
    out.push_back(std::move(line));
  }
  return out;
}

void Ownership::give_up(const Comparison& changes, const Key* except) {
  PathSet taken = changes.modified.united(changes.added).united(changes.removed);
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    if (except == nullptr || entry->first != *except) {
      entry->second.set = entry->second.set.without(taken);
    }
    entry = entry->second.set.empty() ? entries_.erase(entry) : std::next(entry);
  }
}

void Ownership::note_update(const Terrain& terrain, const Json& before, const Json& after,
                            const Actor& actor) {
  Comparison changes = changes_between(terrain, before, after);
  PathSet own = changes.modified.united(changes.added).without(unowned());
  give_up(changes, nullptr);
  if (own.empty()) return;
  Entry& entry = entries_[key_of(kUpdate, actor)];
  entry.set = entry.set.united(own);
  entry.time = actor.time;
}

void Ownership::assume_live(const Terrain& terrain, const Json& live, const Actor& actor) {
  Actor before = actor;
  before.manager = "before-first-apply";
  note_update(terrain, Json::object(), live, before);
}

Json Ownership::prune(const Schema* schema, const Json& merged, const PathSet& last) const {
  if (last.empty()) return merged;
  auto named = [schema](const PathSet& set) { return with_named_fields(schema, set); };
  PathSet before = named(field_set(schema, merged));
  PathSet owned;
  for (const auto& [key, entry] : entries_) owned = owned.united(entry.set);
  // First everything that this manager set last time goes, then what others own comes back, then
  // what only hung below something that went.
  PathSet rest = named(field_set(schema, remove_items(schema, merged, named(last))));
  Json pruned = remove_items(schema, merged, before.without(rest).without(named(owned)));
  rest = named(field_set(schema, pruned));
  return remove_items(schema, merged, before.without(rest).intersected(named(last)));
}

tl::unexpected<ApiError> Ownership::conflicts(const std::map<Key, PathSet>& found) {
  Json causes = Json::array();
  std::string list;
  for (const auto& [key, set] : found) {
    const auto& [operation, manager, version, subresource] = key;
    std::string who = Json(manager).dump();
    if (!subresource.empty()) who += fmt::format(" with subresource \"{}\"", subresource);
    if (operation == kUpdate) who += " using " + version;
    std::string fields;
    for (const PathSet::Path& path : set.paths()) {
      causes.push_back({{"reason", "FieldManagerConflict"},
                        {"message", "conflict with " + who},
                        {"field", shown(path)}});
      fields += "\n- " + shown(path);
    }
    list += fmt::format("{}conflicts with {}:{}", list.empty() ? "" : "\n", who, fields);
  }
  bool one = causes.size() == 1;
  if (one) list = text(causes[0], "message") + ": " + text(causes[0], "field");
  auto error = refuse(
      409, "Conflict",
      fmt::format("Apply failed with {} conflict{}: {}", causes.size(), one ? "" : "s", list));
  error.value().status["details"] = {{"causes", causes}};
  return error;
}

Answer<Json> Ownership::apply(const Terrain& terrain, const Json& live, const Json& patch,
                              const Actor& actor, bool force) {
  const Key self = key_of(kApply, actor);
  auto found = entries_.find(self);
  PathSet last = found == entries_.end() ? PathSet() : found->second.set;
  const std::string last_time = found == entries_.end() ? "" : found->second.time;
  Entry& own = entries_[self];
  // While pruning, the identity in the patch counts as set: it keeps metadata from going.
  own.set = field_set(terrain.schema, patch).without_subtrees(terrain.reset);
  Json merged = prune(terrain.schema, merge(terrain.schema, live, patch), last);
  own.set = own.set.without(unowned());
  // An apply that changes nothing leaves the time alone, even where there is none yet.
  own.time = merged == live ? last_time : actor.time;
  Comparison changes = changes_between(terrain, live, merged);
  PathSet written = changes.modified.united(changes.added);
  std::map<Key, PathSet> contested;
  for (const auto& [key, entry] : entries_) {
    PathSet both = entry.set.intersected(written);
    if (key != self && !both.empty()) contested.emplace(key, std::move(both));
  }
  if (!force && !contested.empty()) return conflicts(contested);
  give_up(changes, &self);
  return merged;
}

bool equal_but_times(const Json& before, const Json& after) {
  return without_times(before) == without_times(after);
}

}  // namespace pawprint::sandbox
