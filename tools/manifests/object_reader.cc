#include "tools/manifests/object_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/model/canonical.h"
#include "engine/model/kinds.h"
#include "tools/manifests/json_scan.h"
#include "tools/manifests/yaml_json.h"

namespace pawprint::manifests {
namespace {

bool is_list(std::string_view kind, std::string_view items) {
  return kind.ends_with("List") && (items.starts_with('[') || items == "null");
}

/// Empty when the object can be named; else what it lacks.
std::string missing_name(std::string_view object) {
  if (!object.starts_with('{')) return "not an object";
  const std::string_view metadata = member_of(object, "metadata");
  const std::array<std::pair<std::string_view, std::string_view>, 3> needed{
      {{"apiVersion", member_of(object, "apiVersion")},
       {"kind", member_of(object, "kind")},
       {"metadata.name", member_of(metadata, "name")}}};
  for (const auto& [field, value] : needed) {
    if (value.empty() || value == "null") return "the object has no " + std::string(field);
    if (plain_string(value).empty()) {
      return std::string(field) + " must be a text, not empty and without escapes";
    }
  }
  // Left out it means the default; a number, which YAML makes of 7, means nothing.
  const std::string_view ns = member_of(metadata, "namespace");
  if (!ns.empty() && ns != "null" && !ns.starts_with('"')) {
    return "metadata.namespace must be a text";
  }
  return {};
}

std::uint64_t newlines(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

/// What precedes the content of a YAML document: its divider, directives, comments, empty lines.
std::string_view text_before_content(std::string_view yaml) {
  std::size_t at = 0;
  while (at < yaml.size()) {
    const std::size_t end = std::min(yaml.find('\n', at), yaml.size());
    std::string_view line = yaml.substr(at, end - at);
    if (line.starts_with("---")) line.remove_prefix(3);
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first != std::string_view::npos && line[first] != '#' && line[first] != '%') break;
    at = end + 1;
  }
  return yaml.substr(0, std::min(at, yaml.size()));
}

/// Kuma has one version of each kind, and what it prints itself often leaves it out.
std::string only_version(std::string_view kind) {
  return model::kind_of("kuma.io", kind) == model::Kind::kNone ? "" : "kuma.io/v1alpha1";
}

/// "ServiceList" holds Services; a plain List says nothing about its items.
std::string item_kind(std::string_view list_kind) {
  constexpr std::size_t kSuffix = std::string_view("List").size();
  return std::string(list_kind.substr(0, list_kind.size() - kSuffix));
}

void add_member(std::string& head, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  model::append_json_string(head, name);
  head += ':';
  model::append_json_string(head, value);
  head += ',';
}

}  // namespace

std::string Origin::str() const {
  return file + ", document " + std::to_string(document) + ", line " + std::to_string(line);
}

ObjectReader::ObjectReader(std::string file, ReadSome read, ChunkOptions options)
    : file_(std::move(file)), chunks_(std::move(read), options) {}

Result<std::optional<Item>> ObjectReader::next() {
  while (true) {
    if (auto item = next_pending()) return item;
    auto chunk = chunks_.next();
    if (!chunk) return fail(chunk.error().code, file_ + ": " + chunk.error().message);
    if (!*chunk) return std::nullopt;
    chunk_ = std::move(**chunk);
    counted_ = 0;
    counted_line_ = chunk_.line;
    from_yaml_ = false;
    if (auto item = open_chunk()) return item;
  }
}

std::optional<Item> ObjectReader::open_chunk() {
  switch (chunk_.kind) {
    case Chunk::Kind::kUndecodable:
      return undecodable(chunk_.text, chunk_.fault);
    case Chunk::Kind::kYaml:
      return convert_yaml();
    case Chunk::Kind::kJson:
      break;
  }
  return open_document();
}

std::optional<Item> ObjectReader::convert_yaml() {
  std::string_view text = chunk_.text;
  if (text.starts_with("---")) text.remove_prefix(3);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{' && model::canonical_json(text)) {
    chunk_.line += newlines(text.substr(0, first));
    counted_line_ = chunk_.line;
    chunk_.text = std::string(text.substr(first));
    return open_document();
  }
  auto json = yaml_to_json(chunk_.text);
  if (!json) {
    chunk_.line += json.error().line - 1;
    counted_line_ = chunk_.line;
    return undecodable(chunk_.text, json.error().message);
  }
  from_yaml_ = true;
  if (*json == "null") return std::nullopt;
  chunk_.line += newlines(text_before_content(chunk_.text));
  chunk_.text = std::move(*json);
  return open_document();
}

std::optional<Item> ObjectReader::open_document() {
  const std::string version = member_of(chunk_.text, "apiVersion").empty()
                                  ? only_version(plain_string(member_of(chunk_.text, "kind")))
                                  : std::string();
  if (!version.empty() && chunk_.text.starts_with('{')) {
    std::string head = "{";
    add_member(head, "apiVersion", version);
    chunk_.text.replace(0, 1, head);
  }
  const std::string_view text = chunk_.text;
  if (text.starts_with('[')) {
    return undecodable(text, "a list of objects needs `kind: List` and `items`");
  }
  const std::string_view kind = plain_string(member_of(text, "kind"));
  if (is_list(kind, member_of(text, "items"))) {
    push_items(text);
    return std::nullopt;  // Its items are next.
  }
  if (auto valid = model::canonical_json(text); !valid) {
    return undecodable(text, std::move(valid.error().message));
  }
  const std::string_view object = member_of(text, "object");
  if (kind.empty() && object.starts_with('{')) {
    return event_item(plain_string(member_of(text, "type")), object);
  }
  if (auto missing = missing_name(text); !missing.empty()) {
    return undecodable(text, std::move(missing));
  }
  Item item;
  item.body = chunk_.text;
  item.origin = {file_, chunk_.document, chunk_.line};
  return item;
}

Item ObjectReader::event_item(std::string_view type, std::string_view object) const {
  static constexpr std::array<std::string_view, 5> kTypes{"ADDED", "MODIFIED", "DELETED",
                                                          "BOOKMARK", "ERROR"};
  if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) {
    return undecodable(chunk_.text, "unknown type of watch event");
  }
  if (type != "BOOKMARK" && type != "ERROR") {
    if (auto missing = missing_name(object); !missing.empty()) {
      return undecodable(chunk_.text, std::move(missing));
    }
  }
  Item item;
  item.event = type;
  item.body = object;
  item.origin = {file_, chunk_.document, chunk_.line};
  return item;
}

/// Puts the items of a list on the stack.
bool ObjectReader::push_items(std::string_view list) {
  const std::string_view kind = plain_string(member_of(list, "kind"));
  const std::string_view items = member_of(list, "items");
  if (!is_list(kind, items)) return false;
  const auto texts = items_of(items);
  const std::string each = item_kind(kind);
  const std::string version =
      each.empty() ? std::string() : std::string(plain_string(member_of(list, "apiVersion")));
  for (auto text = texts.rbegin(); text != texts.rend(); ++text) {
    pending_.push_back({*text, version, each});
  }
  return true;
}

std::optional<Item> ObjectReader::next_pending() {
  while (!pending_.empty()) {
    const Pending pending = std::move(pending_.back());
    pending_.pop_back();
    if (!push_items(pending.text)) return object_item(pending);
  }
  return std::nullopt;
}

Item ObjectReader::object_item(const Pending& pending) {
  const std::uint64_t line = line_of(pending.text);
  std::string body(pending.text);
  if (body.starts_with('{')) {
    std::string head = "{";
    if (member_of(body, "apiVersion").empty()) {
      const std::string known = only_version(plain_string(member_of(body, "kind")));
      add_member(head, "apiVersion", known.empty() ? pending.api_version : known);
    }
    if (member_of(body, "kind").empty()) add_member(head, "kind", pending.kind);
    if (head.size() > 1) {
      if (members_of(body).empty()) head.pop_back();
      body.replace(0, 1, head);
    }
  }
  auto valid = model::canonical_json(body);
  const std::string reason = valid ? missing_name(body) : std::move(valid.error().message);
  Item item = undecodable(pending.text, reason);
  item.origin.line = line;
  if (reason.empty()) {
    item.decodable = true;
    item.body = std::move(body);
  }
  return item;
}

Item ObjectReader::undecodable(std::string_view text, std::string reason) const {
  Item item;
  item.decodable = false;
  item.body = text;
  item.reason = std::move(reason);
  item.origin = {file_, chunk_.document, chunk_.line};
  return item;
}

/// Line of a part of the document. Parts are asked for in their order. YAML was converted: its
/// items are at the line of the document.
std::uint64_t ObjectReader::line_of(std::string_view part) {
  if (from_yaml_) return chunk_.line;
  const auto at = static_cast<std::size_t>(part.data() - chunk_.text.data());
  const auto begin = chunk_.text.begin();
  counted_line_ +=
      static_cast<std::uint64_t>(std::count(begin + static_cast<std::ptrdiff_t>(counted_),
                                            begin + static_cast<std::ptrdiff_t>(at), '\n'));
  counted_ = at;
  return counted_line_;
}

}  // namespace pawprint::manifests
