#include "watch/reflect/object_head.h"

#include <fmt/format.h>
#include <simdjson.h>

#include "watch/reflect/json_span.h"

namespace pawprint::watch::reflect {
namespace {

std::string text_of(const simdjson::simdjson_result<simdjson::dom::element>& value) {
  std::string_view text;
  return value.get(text) == simdjson::SUCCESS ? std::string(text) : std::string{};
}

}  // namespace

Result<ObjectHead> read_head(std::string_view object) {
  // One parser per thread: its buffers grow to the largest object and are used again.
  thread_local simdjson::dom::parser parser;
  simdjson::dom::object root, metadata;
  simdjson::dom::element document;
  if (const auto error = parser.parse(object.data(), object.size()).get(document)) {
    return fail(ErrorCode::kInvalid, fmt::format("not JSON: {}", simdjson::error_message(error)));
  }
  if (document.get(root) != simdjson::SUCCESS)
    return fail(ErrorCode::kInvalid, "not a JSON object");
  if (value_end(object, object.find('{')) == std::string_view::npos) {
    return fail(ErrorCode::kInvalid, fmt::format("nested deeper than {} levels", kMaxDepth));
  }
  if (root["metadata"].get(metadata) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInvalid, "has no metadata");
  }
  ObjectHead head{text_of(root["apiVersion"]),    text_of(root["kind"]),
                  text_of(metadata["namespace"]), text_of(metadata["name"]),
                  text_of(metadata["uid"]),       text_of(metadata["resourceVersion"])};
  return head;
}

ObjectHead guess_head(std::string_view object) {
  ObjectHead head;
  std::string_view key, value;
  for (Members members(object); members.next(key, value);) {
    if (key == "apiVersion") head.api_version = plain_string(value);
    if (key == "kind") head.kind = plain_string(value);
    if (key != "metadata") continue;
    std::string_view inner_key, inner;
    for (Members metadata(value); metadata.next(inner_key, inner);) {
      if (inner_key == "namespace") head.ns = plain_string(inner);
      if (inner_key == "name") head.name = plain_string(inner);
      if (inner_key == "uid") head.uid = plain_string(inner);
      if (inner_key == "resourceVersion") head.resource_version = plain_string(inner);
    }
  }
  return head;
}

}  // namespace pawprint::watch::reflect
