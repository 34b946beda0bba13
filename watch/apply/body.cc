#include "watch/apply/body.h"

#include <nlohmann/json.hpp>

#include "watch/kube/base64.h"
#include "watch/reflect/json_span.h"

namespace pawprint::watch::apply {
namespace {

using nlohmann::json;

/// nlohmann walks values recursively, so the depth is checked before anything is built.
Result<json> parse(std::string_view text, const char* what) {
  const std::size_t start = text.find('{');
  const bool fits =
      start != std::string_view::npos && reflect::value_end(text, start) != std::string_view::npos;
  json value = fits ? json::parse(text, nullptr, false) : json(json::value_t::discarded);
  if (!value.is_object()) {
    return fail(ErrorCode::kInvalid, std::string(what) + " is not a JSON object");
  }
  return value;
}

std::string print(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Sets each member of wanted.metadata.`member` in live.metadata.`member`.
void merge_map(json& live, const json& wanted, const char* member) {
  const auto metadata = wanted.find("metadata");
  if (metadata == wanted.end() || !metadata->is_object()) return;
  const auto map = metadata->find(member);
  if (map == metadata->end() || !map->is_object() || map->empty()) return;
  json& into = live["metadata"][member];
  if (!into.is_object()) into = json::object();
  for (const auto& [key, value] : map->items()) into[key] = value;
}

std::optional<std::string> secret_part(const json& secret, const char* key) {
  const auto data = secret.find("data");
  if (data == secret.end() || !data->is_object()) return std::nullopt;
  const auto value = data->find(key);
  if (value == data->end() || !value->is_string()) return std::nullopt;
  return kube::base64_decode(value->get_ref<const std::string&>());
}

}  // namespace

std::string_view verb_text(plan::Verb verb) {
  switch (verb) {
    case plan::Verb::kCreate:
      return "create";
    case plan::Verb::kReplace:
      return "replace";
    case plan::Verb::kDelete:
      return "delete";
    case plan::Verb::kStatus:
      return "status";
    case plan::Verb::kFinalizer:
      return "finalizer";
  }
  return "";
}

std::string delete_options(const plan::Operation& operation) {
  json preconditions = json::object();
  if (!operation.uid.empty()) preconditions["uid"] = operation.uid;
  if (!operation.resource_version.empty()) {
    preconditions["resourceVersion"] = operation.resource_version;
  }
  return print({{"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"preconditions", preconditions}});
}

Result<std::string> replacement(std::string_view live, std::string_view wanted) {
  auto object = parse(live, "the live object");
  if (!object) return tl::unexpected(object.error());
  auto ours = parse(wanted, "the operation's body");
  if (!ours) return tl::unexpected(ours.error());
  for (const char* member : {"spec", "mesh", "data", "type"}) {
    if (const auto found = ours->find(member); found != ours->end()) {
      (*object)[member] = *found;
    } else if (std::string_view(member) != "type") {  // The type of a Secret cannot change.
      object->erase(member);
    }
  }
  if (!(*object)["metadata"].is_object()) {
    return fail(ErrorCode::kInvalid, "the live object has no metadata");
  }
  merge_map(*object, *ours, "labels");
  merge_map(*object, *ours, "annotations");
  return print(*object);
}

Result<std::string> with_secret_value(std::string_view wanted, std::string_view bytes) {
  auto object = parse(wanted, "the operation's body");
  if (!object) return tl::unexpected(object.error());
  (*object)["data"] = {{"value", kube::base64_encode(bytes)}};
  return print(*object);
}

Result<std::string> key_and_certificate(std::string_view secret, bool joined) {
  auto object = parse(secret, "the Secret");
  if (!object) return tl::unexpected(object.error());
  auto key = secret_part(*object, "tls.key");
  auto certificate = secret_part(*object, "tls.crt");
  if (!key || !certificate)
    return fail(ErrorCode::kInvalid, "it has no usable tls.key and tls.crt");
  if (joined && !key->ends_with('\n')) key->push_back('\n');
  return *key + *certificate;
}

}  // namespace pawprint::watch::apply
