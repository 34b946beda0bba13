#include "tools/sandbox/write.h"

#include <fmt/format.h>

#include "tools/sandbox/body.h"
#include "tools/sandbox/commit.h"
#include "tools/sandbox/managed_fields.h"

namespace pawprint::sandbox {
namespace {

Response written(const Call& call, int status, const Json& object,
                 const std::vector<std::string>& dropped) {
  Response response = json_response(status, shown_object(call, object));
  for (const std::string& field : dropped) {
    std::string text = Json("unknown field \"" + field + "\"").dump();
    response.headers.emplace("Warning", "299 - " + text);
  }
  return response;
}

/// The fields that this path cannot own: status on the main object, the rest on /status.
Terrain terrain_of(const Call& call) {
  Terrain terrain{call.version->schema.get(), {}};
  if (!call.version->status_subresource) return terrain;
  if (call.place.subresource.empty()) {
    terrain.reset.insert({"f:status"});
  } else {
    terrain.reset.insert({"f:spec"});
  }
  return terrain;
}

/// The manager named by the request, else the part of the user agent before the slash.
std::string manager_of(const Call& call) {
  std::string manager = call.target.parameter("fieldManager");
  if (!manager.empty()) return manager;
  const std::string& agent = call.request->user_agent;
  manager = agent.substr(0, agent.find('/')).substr(0, 128);
  return manager.empty() ? "unknown" : manager;
}

Actor actor_of(const Cluster& cluster, const Call& call) {
  return {manager_of(call), call.api_version(), call.place.subresource, cluster.now()};
}

Json without_managed(Json object) {
  if (object.contains("metadata")) object["metadata"].erase("managedFields");
  return object;
}

/// Which managedFields an update starts from: those sent, unless they are missing or unreadable;
/// an empty list or one empty entry clears them.
Ownership sent_or_live(const Call& call, const Json& before, const Json& after) {
  const Json& sent = member(member(after, "metadata"), "managedFields");
  const Json& live = member(member(before, "metadata"), "managedFields");
  if (!call.place.subresource.empty()) return Ownership::read(live);
  bool cleared = sent.is_array() &&
                 (sent.empty() || (sent.size() == 1 && (sent[0].is_null() || sent[0].empty())));
  if (cleared) return {};
  Ownership ownership = Ownership::read(sent);
  return ownership.empty() ? Ownership::read(live) : ownership;
}

void set_managed(Json& object, const Ownership& ownership) {
  object["metadata"].erase("managedFields");
  if (!ownership.empty()) object["metadata"]["managedFields"] = ownership.write();
}

/// Ownership of a PUT or merge patch, then the write itself.
Answer<Response> update_to(Cluster& cluster, const Call& call, const Json& before, Json after) {
  auto dropped = settle(call, after);
  if (!dropped) return tl::unexpected(dropped.error());
  Ownership ownership = sent_or_live(call, before, after);
  // An object whose ownership is not tracked stays so until somebody applies.
  if (!ownership.empty()) {
    ownership.note_update(terrain_of(call), without_managed(before), without_managed(after),
                          actor_of(cluster, call));
  }
  set_managed(after, ownership);
  auto stored = commit_update(cluster, call, before, std::move(after));
  if (!stored) return tl::unexpected(stored.error());
  return written(call, 200, *stored, *dropped);
}

Answer<Response> apply_new(Cluster& cluster, const Call& call, const Json& patch) {
  if (!call.place.subresource.empty()) return not_found(*call.kind, call.place.name);
  std::string uid = text(patch["metadata"], "uid");
  if (!uid.empty()) {
    return conflict(*call.kind, call.place.name,
                    "uid mismatch: the provided object specified uid " + uid +
                        ", and no existing object was found");
  }
  Ownership ownership;
  auto object =
      ownership.apply(terrain_of(call), Json::object(), patch, actor_of(cluster, call), true);
  if (!object) return tl::unexpected(object.error());
  auto dropped = settle(call, *object);
  if (!dropped) return tl::unexpected(dropped.error());
  (*object)["metadata"].erase("resourceVersion");
  set_managed(*object, ownership);
  auto stored = commit_create(cluster, call, std::move(*object));
  if (!stored) return tl::unexpected(stored.error());
  return written(call, 201, *stored, {});
}

Answer<Json> decode_apply(const Call& call) {
  if (call.target.parameter("fieldManager").empty()) {
    return invalid(
        "meta.k8s.io", "PatchOptions", "",
        {{"FieldValueRequired", "Required value: is required for apply patch", "fieldManager"}});
  }
  auto object = decode_text(call, call.request->body);
  if (!object) return object;
  std::string version = text(*object, "apiVersion");
  if (version != call.api_version() || text(*object, "kind") != call.kind->kind) {
    return bad_request(fmt::format("invalid object type: {}, Kind={}",
                                   version.empty() ? "/" : version, text(*object, "kind")));
  }
  std::string space = text(member(*object, "metadata"), "namespace");
  if (auto placed = check_place(call, *object); !placed) return tl::unexpected(placed.error());
  if (!member((*object)["metadata"], "managedFields").is_null()) {
    return bad_request("metadata.managedFields must be nil");
  }
  if (auto error = typed_error(call.version->schema.get(), *object)) {
    return refuse(500, "",
                  fmt::format("failed to create typed patch object ({}/{}; {}, Kind={}): {}", space,
                              call.place.name, call.kind->group.empty() ? "/" + version : version,
                              call.kind->kind, *error));
  }
  return object;
}

Answer<Response> apply_patch(Cluster& cluster, const Call& call) {
  auto patch = decode_apply(call);
  if (!patch) return tl::unexpected(patch.error());
  ObjectPtr live = cluster.store.find(call.kind->resource(), call.key());
  if (live == nullptr) return apply_new(cluster, call, *patch);
  Terrain terrain = terrain_of(call);
  Actor actor = actor_of(cluster, call);
  Json bare = without_managed(shown_object(call, *live));
  Ownership ownership = Ownership::read(member((*live)["metadata"], "managedFields"));
  if (ownership.empty()) ownership.assume_live(terrain, bare, actor);
  auto object = ownership.apply(terrain, bare, *patch, actor, call.target.flag("force"));
  if (!object) return tl::unexpected(object.error());
  auto dropped = settle(call, *object);
  if (!dropped) return tl::unexpected(dropped.error());
  set_managed(*object, ownership);
  auto stored = commit_update(cluster, call, *live, std::move(*object));
  if (!stored) return tl::unexpected(stored.error());
  return written(call, 200, *stored, {});
}

Answer<Json> patched(const Call& call, const std::string& type, Json object) {
  auto patch = decode_text(call, call.request->body);
  if (!patch) return bad_request("error decoding patch");
  if (type == "application/json-patch+json") {
    try {
      return object.patch(*patch);
    } catch (const Json::exception&) {
      auto error =
          refuse(422, "Invalid", "the server rejected our request due to an error in our request");
      error.value().status["details"] = Json::object();
      return error;
    }
  }
  if (!patch->is_object()) {
    return bad_request(
        "error decoding patch: json: cannot unmarshal array into Go value of type "
        "map[string]interface {}");
  }
  object.merge_patch(*patch);
  return object;
}

}  // namespace

Answer<Response> create(Cluster& cluster, const Call& call) {
  auto object = decode_object(call);
  if (!object) return tl::unexpected(object.error());
  auto dropped = settle(call, *object);
  if (!dropped) return tl::unexpected(dropped.error());
  if (!text((*object)["metadata"], "resourceVersion").empty()) {
    return refuse(500, "", "resourceVersion should not be set on objects to be created");
  }
  Ownership ownership;
  // Built-in objects are structs: their spec is there before anybody sets it.
  Json empty = Json::object();
  if (call.kind->builtin && object->contains("spec")) empty["spec"] = Json::object();
  ownership.note_update(terrain_of(call), empty, without_managed(*object), actor_of(cluster, call));
  set_managed(*object, ownership);
  auto stored = commit_create(cluster, call, std::move(*object));
  if (!stored) return tl::unexpected(stored.error());
  return written(call, 201, *stored, *dropped);
}

Answer<Response> update(Cluster& cluster, const Call& call) {
  auto object = decode_object(call);
  if (!object) return tl::unexpected(object.error());
  ObjectPtr live = cluster.store.find(call.kind->resource(), call.key());
  if (live == nullptr) return not_found(*call.kind, call.place.name);
  return update_to(cluster, call, shown_object(call, *live), std::move(*object));
}

Answer<Response> patch(Cluster& cluster, const Call& call) {
  std::string type = call.request->content_type.substr(0, call.request->content_type.find(';'));
  if (type == "application/apply-patch+yaml") return apply_patch(cluster, call);
  bool strategic = type == "application/strategic-merge-patch+json" && call.kind->builtin;
  if (type != "application/merge-patch+json" && type != "application/json-patch+json" &&
      !strategic) {
    return refuse(
        415, "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: "
        "application/json-patch+json, application/merge-patch+json, "
        "application/apply-patch+yaml");
  }
  ObjectPtr live = cluster.store.find(call.kind->resource(), call.key());
  if (live == nullptr) return not_found(*call.kind, call.place.name);
  Json before = shown_object(call, *live);
  auto after = patched(call, type, before);
  if (!after) return tl::unexpected(after.error());
  if (auto placed = check_place(call, *after); !placed) return tl::unexpected(placed.error());
  return update_to(cluster, call, before, std::move(*after));
}

Answer<Response> remove(Cluster& cluster, const Call& call) {
  Json options = Json::object();
  if (!call.request->body.empty()) {
    auto decoded = decode_text(call, call.request->body);
    if (!decoded) return tl::unexpected(decoded.error());
    options = std::move(*decoded);
  }
  auto outcome = commit_remove(cluster, call, member(options, "preconditions"));
  if (!outcome) return tl::unexpected(outcome.error());
  if (outcome->remains) return json_response(200, shown_object(call, outcome->object));
  Json details = {{"name", call.place.name},
                  {"kind", call.kind->plural},
                  {"uid", text(outcome->object["metadata"], "uid")}};
  if (!call.kind->group.empty()) details["group"] = call.kind->group;
  return json_response(200, {{"kind", "Status"},
                             {"apiVersion", "v1"},
                             {"metadata", Json::object()},
                             {"status", "Success"},
                             {"details", details}});
}

Answer<Response> remove_collection(Cluster& cluster, const Call& call) {
  std::vector<std::string> names;
  std::string prefix = call.place.space.empty() ? "" : call.place.space + "/";
  for (const auto& [key, object] : cluster.store.table(call.kind->resource()).objects) {
    if (key.starts_with(prefix)) names.push_back(key);
  }
  for (const std::string& key : names) {
    Call one = call;
    std::size_t slash = key.find('/');
    one.place.space = slash == std::string::npos ? "" : key.substr(0, slash);
    one.place.name = slash == std::string::npos ? key : key.substr(slash + 1);
    if (auto done = commit_remove(cluster, one, nullptr); !done)
      return tl::unexpected(done.error());
  }
  return json_response(200, {{"kind", "Status"},
                             {"apiVersion", "v1"},
                             {"metadata", Json::object()},
                             {"status", "Success"}});
}

}  // namespace pawprint::sandbox
