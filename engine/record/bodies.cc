#include "engine/record/bodies.h"

#include <concepts>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/record/json_depth.h"

namespace pawprint::record {
namespace {

using Json = nlohmann::json;

/// Our own bodies are at most four levels deep; a log from elsewhere may hold anything, and
/// nlohmann's destructor and dump recurse.
constexpr int kMaxDepth = 64;

/// Sorted keys and no spaces; bytes that are not UTF-8 (a server's message may hold them) become
/// U+FFFD, always the same way.
std::string canonical(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Reads members of one object; the first one of a wrong type is remembered and names the error.
class Fields {
 public:
  Fields(const Json& object, std::string& error) : object_(object), error_(error) {
    if (!object.is_object()) complain("document");
  }

  void read(const char* member, std::string& out) const {
    if (const Json* value = find(member)) {
      if (value->is_string()) out = value->get_ref<const std::string&>();
      else complain(member);
    }
  }

  void read(const char* member, bool& out) const {
    if (const Json* value = find(member)) {
      if (value->is_boolean()) out = value->get<bool>();
      else complain(member);
    }
  }

  template <std::integral T>
  void read(const char* member, T& out) const {
    const Json* value = find(member);
    if (value == nullptr) return;
    const bool fits =
        value->is_number_unsigned()
            ? std::in_range<T>(value->get<std::uint64_t>())
            : value->is_number_integer() && std::in_range<T>(value->get<std::int64_t>());
    if (fits) out = value->get<T>();
    else complain(member);
  }

  void read(const char* member, ObjectKey& out) const {
    if (const Json* value = find(member)) read_key(*value, out);
  }

  /// Calls `take` with each element of a list.
  template <class Take>
  void each(const char* member, const Take& take) const {
    const Json* list = find(member);
    if (list == nullptr) return;
    if (!list->is_array()) return complain(member);
    for (const Json& element : *list) take(element);
  }

  void read_key(const Json& value, ObjectKey& out) const {
    const Fields fields(value, error_);
    fields.read("zone", out.zone);
    fields.read("group", out.group);
    fields.read("kind", out.kind);
    fields.read("namespace", out.ns);
    fields.read("name", out.name);
  }

  void complain(const char* member) const {
    if (error_.empty()) error_ = member;
  }

 private:
  [[nodiscard]] const Json* find(const char* member) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(member);
    return found == object_.end() ? nullptr : &*found;
  }

  const Json& object_;
  std::string& error_;
};

/// Parses `body` and lets `take(fields, out)` fill the value.
template <class T, class Take>
Result<T> decode(const char* what, std::string_view body, const Take& take) {
  const std::string prefix = std::string(what) + " record body: ";
  if (nested_deeper(body, kMaxDepth))
    return fail(ErrorCode::kDamaged, prefix + "nested too deeply");
  const Json document = Json::parse(body, nullptr, false);
  if (document.is_discarded()) return fail(ErrorCode::kDamaged, prefix + "not a JSON document");
  std::string error;
  T out;
  take(Fields(document, error), out, error);
  if (!error.empty()) return fail(ErrorCode::kDamaged, prefix + "wrong type of " + error);
  return out;
}

Json key_json(const ObjectKey& key) {
  return Json{{"zone", key.zone},
              {"group", key.group},
              {"kind", key.kind},
              {"namespace", key.ns},
              {"name", key.name}};
}

}  // namespace

std::string encode(const Boot& boot) {
  return canonical(Json{{"build", boot.build},
                        {"reducer", boot.reducer},
                        {"previousSeq", boot.previous_seq},
                        {"clean", boot.clean}});
}

std::string encode(const Config& config) {
  Json zones = Json::array();
  for (const ZoneConfig& zone : config.zones) {
    zones.push_back(Json{{"name", zone.name}, {"role", zone.role}});
  }
  return canonical(Json{{"mode", config.mode},
                        {"profile", config.profile},
                        {"controllerName", config.controller_name},
                        {"systemNamespace", config.system_namespace},
                        {"defaultMesh", config.default_mesh},
                        {"zones", std::move(zones)},
                        {"deletesHeldCount", config.deletes_held_count},
                        {"deletesHeldShare", config.deletes_held_share},
                        {"assumeSynced", config.assume_synced},
                        {"assumeMesh", config.assume_mesh},
                        {"gatewayRoutesOnly", config.gateway_routes_only}});
}

std::string encode(const Discovery& discovery) {
  Json resources = Json::array();
  for (const Discovery::Resource& resource : discovery.resources) {
    resources.push_back(Json{{"group", resource.group},
                             {"version", resource.version},
                             {"kind", resource.kind},
                             {"plural", resource.plural},
                             {"namespaced", resource.namespaced}});
  }
  return canonical(
      Json{{"resources", std::move(resources)}, {"bundleVersion", discovery.bundle_version}});
}

std::string encode(const Sync& sync) {
  return canonical(Json{{"group", sync.group},
                        {"kind", sync.kind},
                        {"resourceVersion", sync.resource_version},
                        {"reason", sync.reason},
                        {"items", sync.items}});
}

std::string encode(const Decision& decision) {
  Json changed = Json::array();
  for (const ObjectKey& key : decision.changed) changed.push_back(key_json(key));
  Json operations = Json::array();
  for (const Decision::Op& op : decision.operations) {
    operations.push_back(Json{
        {"id", op.id}, {"verb", op.verb}, {"object", key_json(op.object)}, {"digest", op.digest}});
  }
  return canonical(Json{{"upto", decision.upto},
                        {"triggers", decision.triggers},
                        {"digestBefore", decision.digest_before},
                        {"digestAfter", decision.digest_after},
                        {"changed", std::move(changed)},
                        {"operations", std::move(operations)},
                        {"reducer", decision.reducer}});
}

std::string encode(const Applied& applied) {
  return canonical(Json{{"operation", applied.operation},
                        {"verb", applied.verb},
                        {"object", key_json(applied.object)},
                        {"attempt", applied.attempt},
                        {"digest", applied.digest},
                        {"status", applied.status},
                        {"outcome", applied.outcome},
                        {"reason", applied.reason},
                        {"resourceVersion", applied.resource_version},
                        {"uid", applied.uid},
                        {"latencyUs", applied.latency_us}});
}

std::string encode(const Operator& op) {
  return canonical(
      Json{{"who", op.who}, {"what", op.what}, {"object", op.object}, {"text", op.text}});
}

std::string encode(const Snapshot& snapshot) {
  return canonical(Json{{"reducer", snapshot.reducer},
                        {"outputDigest", snapshot.output_digest},
                        {"content", snapshot.content},
                        {"records", snapshot.records}});
}

Result<Boot> decode_boot(std::string_view body) {
  return decode<Boot>("Boot", body, [](const Fields& fields, Boot& out, std::string&) {
    fields.read("build", out.build);
    fields.read("reducer", out.reducer);
    fields.read("previousSeq", out.previous_seq);
    fields.read("clean", out.clean);
  });
}

Result<Config> decode_config(std::string_view body) {
  return decode<Config>("Config", body, [](const Fields& fields, Config& out, std::string& error) {
    fields.read("mode", out.mode);
    fields.read("profile", out.profile);
    fields.read("controllerName", out.controller_name);
    fields.read("systemNamespace", out.system_namespace);
    fields.read("defaultMesh", out.default_mesh);
    fields.each("zones", [&](const Json& element) {
      const Fields zone(element, error);
      ZoneConfig& added = out.zones.emplace_back();
      zone.read("name", added.name);
      zone.read("role", added.role);
    });
    fields.read("deletesHeldCount", out.deletes_held_count);
    fields.read("deletesHeldShare", out.deletes_held_share);
    fields.read("assumeSynced", out.assume_synced);
    fields.read("assumeMesh", out.assume_mesh);
    fields.read("gatewayRoutesOnly", out.gateway_routes_only);
  });
}

Result<Discovery> decode_discovery(std::string_view body) {
  return decode<Discovery>("Discovery", body,
                           [](const Fields& fields, Discovery& out, std::string& error) {
                             fields.each("resources", [&](const Json& element) {
                               const Fields resource(element, error);
                               Discovery::Resource& added = out.resources.emplace_back();
                               resource.read("group", added.group);
                               resource.read("version", added.version);
                               resource.read("kind", added.kind);
                               resource.read("plural", added.plural);
                               resource.read("namespaced", added.namespaced);
                             });
                             fields.read("bundleVersion", out.bundle_version);
                           });
}

Result<Sync> decode_sync(std::string_view body) {
  return decode<Sync>("Sync", body, [](const Fields& fields, Sync& out, std::string&) {
    fields.read("group", out.group);
    fields.read("kind", out.kind);
    fields.read("resourceVersion", out.resource_version);
    fields.read("reason", out.reason);
    fields.read("items", out.items);
  });
}

Result<Decision> decode_decision(std::string_view body) {
  return decode<Decision>("Decision", body,
                          [](const Fields& fields, Decision& out, std::string& error) {
                            fields.read("upto", out.upto);
                            fields.each("triggers", [&](const Json& element) {
                              if (element.is_number_unsigned())
                                out.triggers.push_back(element.get<Seq>());
                              else fields.complain("triggers");
                            });
                            fields.read("digestBefore", out.digest_before);
                            fields.read("digestAfter", out.digest_after);
                            fields.each("changed", [&](const Json& element) {
                              fields.read_key(element, out.changed.emplace_back());
                            });
                            fields.each("operations", [&](const Json& element) {
                              const Fields operation(element, error);
                              Decision::Op& added = out.operations.emplace_back();
                              operation.read("id", added.id);
                              operation.read("verb", added.verb);
                              operation.read("object", added.object);
                              operation.read("digest", added.digest);
                            });
                            fields.read("reducer", out.reducer);
                          });
}

Result<Applied> decode_applied(std::string_view body) {
  return decode<Applied>("Applied", body, [](const Fields& fields, Applied& out, std::string&) {
    fields.read("operation", out.operation);
    fields.read("verb", out.verb);
    fields.read("object", out.object);
    fields.read("attempt", out.attempt);
    fields.read("digest", out.digest);
    fields.read("status", out.status);
    fields.read("outcome", out.outcome);
    fields.read("reason", out.reason);
    fields.read("resourceVersion", out.resource_version);
    fields.read("uid", out.uid);
    fields.read("latencyUs", out.latency_us);
  });
}

Result<Operator> decode_operator(std::string_view body) {
  return decode<Operator>("Operator", body, [](const Fields& fields, Operator& out, std::string&) {
    fields.read("who", out.who);
    fields.read("what", out.what);
    fields.read("object", out.object);
    fields.read("text", out.text);
  });
}

Result<Snapshot> decode_snapshot(std::string_view body) {
  return decode<Snapshot>("Snapshot", body, [](const Fields& fields, Snapshot& out, std::string&) {
    fields.read("reducer", out.reducer);
    fields.read("outputDigest", out.output_digest);
    fields.read("content", out.content);
    fields.read("records", out.records);
  });
}

}  // namespace pawprint::record
