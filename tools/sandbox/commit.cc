#include "tools/sandbox/commit.h"

#include <fmt/format.h>

#include "tools/sandbox/builtin.h"
#include "tools/sandbox/managed_fields.h"
#include "tools/sandbox/metadata.h"

namespace pawprint::sandbox {
namespace {

bool dry_run(const Call& call) { return call.target.parameter("dryRun") == "All"; }

bool is_namespace(const Kind& kind) { return kind.builtin && kind.kind == "Namespace"; }

bool has_finalizers(const Json& object) {
  return !member(member(object, "metadata"), "finalizers").empty();
}

std::vector<Cause> check_object(const Call& call, const Json& object) {
  std::vector<Cause> causes = check_metadata(*call.kind, object);
  std::vector<Cause> more = validate(*call.version->schema, object, "");
  causes.insert(causes.end(), more.begin(), more.end());
  return causes;
}

Answer<void> check_namespace(Cluster& cluster, const Call& call, const std::string& name) {
  if (!call.kind->namespaced) return {};
  KindPtr spaces = cluster.catalogue.by_resource("namespaces");
  ObjectPtr space = cluster.store.find("namespaces", call.place.space);
  if (space == nullptr) return not_found(*spaces, call.place.space);
  if (text(member(*space, "status"), "phase") != "Terminating") return {};
  auto error =
      refuse(403, "Forbidden",
             fmt::format("{} \"{}\" is forbidden: unable to create new content in namespace "
                         "{} because it is being terminated",
                         call.kind->resource(), name, call.place.space));
  Json cause = {{"reason", "NamespaceTerminating"},
                {"message", fmt::format("namespace {} is being terminated", call.place.space)},
                {"field", "metadata.namespace"}};
  error.value().status["details"] = {
      {"name", name}, {"kind", call.kind->plural}, {"causes", Json::array({cause})}};
  return error;
}

Answer<void> check_preconditions(const Call& call, const Json& before, const Json& after) {
  const Json& old = before["metadata"];
  std::string version = text(after["metadata"], "resourceVersion");
  if ((version.empty() || version == "0") && !allows_unconditional_update(*call.kind)) {
    return invalid(call.kind->group, call.kind->plural, call.place.name,
                   {{"FieldValueInvalid", "Invalid value: 0: must be specified for an update",
                     "metadata.resourceVersion"}});
  }
  std::string uid = text(after["metadata"], "uid");
  if (!uid.empty() && uid != text(old, "uid")) {
    return conflict(
        *call.kind, call.place.name,
        fmt::format("Precondition failed: UID in precondition: {}, UID in object meta: {}", uid,
                    text(old, "uid")));
  }
  if (!version.empty() && version != "0" && version != text(old, "resourceVersion")) {
    return modified(*call.kind, call.place.name);
  }
  return {};
}

/// Keeps what this path may not write as it was.
void isolate(const Call& call, const Json& before, Json& after) {
  if (!call.version->status_subresource) return;
  auto keep = [&](const char* name) {
    if (before.contains(name)) {
      after[name] = before[name];
    } else {
      after.erase(name);
    }
  };
  if (call.place.subresource.empty()) {
    keep("status");
    return;
  }
  Json managed = member(after["metadata"], "managedFields");
  Json status = member(after, "status");
  bool has_status = after.contains("status");
  after = before;
  after["metadata"].erase("managedFields");
  if (!managed.is_null()) after["metadata"]["managedFields"] = std::move(managed);
  if (has_status) {
    after["status"] = std::move(status);
  } else {
    after.erase("status");
  }
}

void drop_empty_metadata(Json& object) {
  for (const char* name : {"labels", "annotations", "finalizers", "ownerReferences"}) {
    if (member(object["metadata"], name).empty()) object["metadata"].erase(name);
  }
}

/// Metadata that only the server sets.
void keep_server_metadata(const Json& before, Json& after) {
  for (const char* name : {"uid", "creationTimestamp", "generation", "deletionTimestamp",
                           "deletionGracePeriodSeconds", "resourceVersion", "namespace"}) {
    if (before["metadata"].contains(name)) {
      after["metadata"][name] = before["metadata"][name];
    } else {
      after["metadata"].erase(name);
    }
  }
  drop_empty_metadata(after);
}

/// Anything outside metadata counts, and status only where it is no subresource.
bool changes_generation(const Call& call, Json before, Json after) {
  for (Json* side : {&before, &after}) {
    side->erase("metadata");
    if (call.version->status_subresource) side->erase("status");
  }
  return before != after;
}

void store_object(Cluster& cluster, const Call& call, const std::string& key, Json& object) {
  // The stored form has the kind's preferred version; every call shows its own.
  object["apiVersion"] = call.kind->api_version(call.kind->versions.front());
  object["kind"] = call.kind->kind;
  object = *cluster.store.put(call.kind->resource(), key, std::move(object));
}

/// Ends a Namespace that is being deleted as soon as nothing is left in it.
void finish_namespace(Cluster& cluster, const std::string& space) {
  ObjectPtr object = space.empty() ? nullptr : cluster.store.find("namespaces", space);
  if (object == nullptr || text(member(*object, "status"), "phase") != "Terminating") return;
  for (const auto& [resource, kind] : cluster.catalogue.all()) {
    if (!kind->namespaced) continue;
    const Objects& objects = cluster.store.table(resource).objects;
    auto first = objects.lower_bound(space + "/");
    if (first != objects.end() && first->first.starts_with(space + "/")) return;
  }
  cluster.store.erase("namespaces", space, *object);
}

void begin_removal(Cluster& cluster, const Call& call, Json& object) {
  Json& metadata = object["metadata"];
  metadata["deletionTimestamp"] = cluster.now();
  if (is_namespace(*call.kind)) {
    object["status"]["phase"] = "Terminating";
  } else {
    metadata["deletionGracePeriodSeconds"] = 0;
  }
  auto generation = metadata.find("generation");
  if (generation != metadata.end()) *generation = generation->get<std::int64_t>() + 1;
  store_object(cluster, call, call.key(), object);
}

void empty_namespace(Cluster& cluster, const std::string& space) {
  std::vector<std::pair<KindPtr, std::string>> inside;
  for (const auto& [resource, kind] : cluster.catalogue.all()) {
    if (!kind->namespaced) continue;
    for (const auto& [key, object] : cluster.store.table(resource).objects) {
      if (key.starts_with(space + "/")) inside.emplace_back(kind, key.substr(space.size() + 1));
    }
  }
  for (const auto& [kind, name] : inside) {
    Call call;
    call.kind = kind;
    call.version = &kind->versions.front();
    call.place.space = space;
    call.place.name = name;
    // What has finalizers stays; whoever removes the last one ends the Namespace.
    static_cast<void>(commit_remove(cluster, call, nullptr));
  }
  finish_namespace(cluster, space);
}

Answer<void> check_removal(const Call& call, const Json& object, const Json& preconditions) {
  const std::string& name = call.place.name;
  if (is_namespace(*call.kind) &&
      (name == "default" || name == "kube-system" || name == "kube-public")) {
    auto error = refuse(403, "Forbidden",
                        fmt::format("namespaces \"{}\" is forbidden: this namespace "
                                    "may not be deleted",
                                    name));
    error.value().status["details"] = {{"name", name}, {"kind", "namespaces"}};
    return error;
  }
  const Json& metadata = object["metadata"];
  std::string uid = text(preconditions, "uid");
  if (!uid.empty() && uid != text(metadata, "uid")) {
    return conflict(*call.kind, call.place.name,
                    fmt::format("the UID in the precondition ({}) does not match the UID in record "
                                "({}). The object might have been deleted and then recreated",
                                uid, text(metadata, "uid")),
                    true);
  }
  std::string version = text(preconditions, "resourceVersion");
  if (!version.empty() && version != text(metadata, "resourceVersion")) {
    return conflict(
        *call.kind, call.place.name,
        fmt::format("the ResourceVersion in the precondition ({}) does not match the "
                    "ResourceVersion in record ({}). The object might have been modified",
                    version, text(metadata, "resourceVersion")),
        true);
  }
  return {};
}

}  // namespace

Answer<Json> commit_create(Cluster& cluster, const Call& call, Json object) {
  std::string name = text(object["metadata"], "name");
  if (auto open = check_namespace(cluster, call, name); !open) return tl::unexpected(open.error());
  if (call.version->status_subresource) object.erase("status");
  std::vector<Cause> causes = check_object(call, object);
  if (!causes.empty()) return invalid(call.kind->group, call.kind->kind, name, causes);
  Json& metadata = object["metadata"];
  metadata["uid"] = cluster.new_uid();
  metadata["creationTimestamp"] = cluster.now();
  for (const char* field : {"deletionTimestamp", "deletionGracePeriodSeconds", "generation"}) {
    metadata.erase(field);
  }
  if (!call.kind->builtin) metadata["generation"] = 1;
  drop_empty_metadata(object);
  // A status that the schema gives a default begins with it.
  apply_defaults(*call.version->schema, object);
  std::string key = object_key(call.place.space, name);
  if (cluster.store.find(call.kind->resource(), key) != nullptr) {
    return already_exists(*call.kind, name);
  }
  allocate_builtin(cluster, *call.kind, object);
  if (!dry_run(call)) store_object(cluster, call, key, object);
  return object;
}

Answer<Json> commit_update(Cluster& cluster, const Call& call, const Json& before, Json after) {
  if (auto met = check_preconditions(call, before, after); !met) return tl::unexpected(met.error());
  keep_server_metadata(before, after);
  if (call.place.subresource.empty()) keep_allocations(*call.kind, before, after);
  isolate(call, before, after);
  for (const char* name : {"apiVersion", "kind"}) after[name] = before[name];
  if (!call.kind->builtin && changes_generation(call, before, after)) {
    after["metadata"]["generation"] = before["metadata"].value("generation", 0) + 1;
  }
  std::vector<Cause> causes = check_object(call, after);
  if (!causes.empty()) return invalid(call.kind->group, call.kind->kind, call.place.name, causes);
  if (after["metadata"].contains("deletionTimestamp") && !has_finalizers(after)) {
    if (!dry_run(call)) cluster.store.erase(call.kind->resource(), call.key(), after);
    if (!dry_run(call)) finish_namespace(cluster, call.place.space);
    return after;
  }
  if (equal_but_times(before, after)) return before;
  if (!dry_run(call)) store_object(cluster, call, call.key(), after);
  return after;
}

Answer<Removal> commit_remove(Cluster& cluster, const Call& call, const Json& preconditions) {
  ObjectPtr found = cluster.store.find(call.kind->resource(), call.key());
  if (found == nullptr) return not_found(*call.kind, call.place.name);
  Json object = *found;
  if (auto met = check_removal(call, object, preconditions); !met) {
    return tl::unexpected(met.error());
  }
  if (dry_run(call)) return Removal{object, false};
  bool space = is_namespace(*call.kind);
  if (!space && !has_finalizers(object)) {
    cluster.store.erase(call.kind->resource(), call.key(), object);
    finish_namespace(cluster, call.place.space);
    return Removal{object, false};
  }
  if (!object["metadata"].contains("deletionTimestamp")) begin_removal(cluster, call, object);
  if (space) empty_namespace(cluster, call.place.name);
  return Removal{object, true};
}

}  // namespace pawprint::sandbox
