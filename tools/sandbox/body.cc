#include "tools/sandbox/body.h"

#include <fmt/format.h>

#include "tools/sandbox/builtin.h"
#include "tools/sandbox/yaml.h"

namespace pawprint::sandbox {
namespace {

constexpr int kMaxDepth = 512;

/// nlohmann parses any depth, but prints and destroys recursively.
bool too_deep(const std::string& text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quoted && c == '\\') ++i;
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (depth > kMaxDepth) return true;
  }
  return false;
}

Answer<void> check_type(const Call& call, const Json& object) {
  std::string kind = text(object, "kind");
  std::string version = text(object, "apiVersion");
  if (!object.is_object() || kind.empty()) {
    return bad_request(
        fmt::format("the object provided is unrecognized (must be of type {0}): Object 'Kind' is "
                    "missing in '{1}' "
                    "({1})",
                    call.kind->kind,
                    object.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 64)));
  }
  if (version != call.api_version()) {
    return bad_request(
        fmt::format("the API version in the data ({}) does not match the expected API version ({})",
                    version, call.api_version()));
  }
  if (kind == call.kind->kind) return {};
  return invalid(
      call.kind->group, kind, text(member(object, "metadata"), "name"),
      {{"FieldValueInvalid",
        fmt::format("Invalid value: \"{}\": must be {}", kind, call.kind->kind), "kind"}});
}

}  // namespace

Answer<Json> decode_text(const Call& call, const std::string& text) {
  auto unrecognized = [&](const std::string& why) {
    return bad_request(fmt::format(
        "the object provided is unrecognized (must be of type {}): couldn't get version/kind; json "
        "parse error: {}",
        call.kind->kind, why));
  };
  if (too_deep(text)) return unrecognized("exceeded max depth");
  std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string::npos && (text[first] == '{' || text[first] == '[')) {
    Json parsed = Json::parse(text, nullptr, false);
    if (parsed.is_discarded()) return unrecognized("invalid character in the document");
    return parsed;
  }
  auto documents = yaml_documents(text);
  if (!documents) return unrecognized(documents.error().message);
  return documents->empty() ? Json::object() : std::move(documents->front());
}

Answer<void> check_place(const Call& call, Json& object) {
  Json& metadata = object["metadata"];
  if (metadata.is_null()) metadata = Json::object();
  if (!metadata.is_object()) return bad_request("metadata is not an object");
  std::string space = text(metadata, "namespace");
  if (call.kind->namespaced && space.empty()) metadata["namespace"] = call.place.space;
  if (!space.empty() && space != call.place.space) {
    return bad_request(
        "the namespace of the provided object does not match the namespace sent on the request");
  }
  std::string name = text(metadata, "name");
  if (!call.place.name.empty() && name.empty()) {
    if (call.request->method == "PUT") return bad_request("name must be provided");
    metadata["name"] = call.place.name;
  } else if (!call.place.name.empty() && name != call.place.name) {
    return bad_request(
        fmt::format("the name of the object ({}) does not match the name on the URL ({})", name,
                    call.place.name));
  }
  return {};
}

Answer<Json> decode_object(const Call& call) {
  std::string type = call.request->content_type.substr(0, call.request->content_type.find(';'));
  if (!type.empty() && type != "application/json" && type != "application/yaml") {
    return refuse(
        415, "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: "
        "application/json, application/yaml");
  }
  auto object = decode_text(call, call.request->body);
  if (!object) return object;
  if (auto checked = check_type(call, *object); !checked) return tl::unexpected(checked.error());
  if (auto checked = check_place(call, *object); !checked) return tl::unexpected(checked.error());
  return object;
}

Answer<std::vector<std::string>> settle(const Call& call, Json& object) {
  std::vector<std::string> unknown = prune(*call.version->schema, object);
  std::string mode = call.target.parameter("fieldValidation");
  if (mode == "Strict" && !unknown.empty()) {
    std::string list;
    for (const std::string& field : unknown) {
      list += fmt::format("{}unknown field \"{}\"", list.empty() ? "" : ", ", field);
    }
    return bad_request(
        fmt::format("{0} in version \"{1}\" cannot be handled as a {0}: strict "
                    "decoding error: {2}",
                    call.kind->kind, call.version->name, list));
  }
  apply_defaults(*call.version->schema, object);
  default_builtin(*call.kind, object);
  if (mode == "Ignore") unknown.clear();
  return unknown;
}

}  // namespace pawprint::sandbox
