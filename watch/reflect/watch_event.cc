#include "watch/reflect/watch_event.h"

#include "watch/reflect/json_span.h"

namespace pawprint::watch::reflect {
namespace {

/// Reads `type` and `object`; true when the line is one whole JSON object.
bool read_parts(std::string_view line, std::string_view& type, std::string_view& object) {
  std::string_view key, value;
  Members members(line);
  while (members.next(key, value)) {
    if (key == "type") type = plain_string(value);
    if (key == "object") object = value;
  }
  return members.complete() && members.rest().empty();
}

/// A continue token is base64url text today, but it is the server's to choose: undo simple escapes.
std::string unescaped(std::string_view raw) {
  if (raw.size() < 2) return {};
  std::string out;
  for (std::size_t i = 1; i + 1 < raw.size(); ++i) {
    if (raw[i] != '\\') {
      out.push_back(raw[i]);
      continue;
    }
    if (raw.substr(i, 6) == "\\u003d") {
      out.push_back('=');
      i += 5;
    } else if (raw.substr(i, 6) == "\\u0026") {
      out.push_back('&');
      i += 5;
    } else if (raw.substr(i, 6) == "\\u003c" || raw.substr(i, 6) == "\\u003e") {
      out.push_back(raw[i + 5] == 'c' ? '<' : '>');
      i += 5;
    } else if (i + 2 < raw.size()) {
      out.push_back(raw[++i]);
    }
  }
  return out;
}

}  // namespace

WatchLine parse_watch_line(std::string_view line) {
  WatchLine out;
  std::string_view type;
  if (!read_parts(line, type, out.object)) {
    out.reason = "line is not one JSON object";
  } else if (out.object.empty() || out.object.front() != '{') {
    out.reason = "line has no object";
  } else if (type == "BOOKMARK") {
    out.type = LineType::kBookmark;
  } else if (type == "ERROR") {
    out.type = LineType::kError;
  } else if (record::parse_event(type, out.event)) {
    out.type = LineType::kObject;
  } else {
    out.reason = "unknown event type";
  }
  return out;
}

WatchLine guess_watch_line(std::string_view line) {
  WatchLine out;
  std::string_view type;
  read_parts(line, type, out.object);
  if (!record::parse_event(type, out.event)) out.event = record::Event::kNone;
  return out;
}

Result<ListPage> parse_list_page(std::string_view body) {
  ListPage page;
  std::string_view key, value;
  bool has_items = false;
  Members members(body);
  while (members.next(key, value)) {
    if (key == "apiVersion") page.api_version = plain_string(value);
    if (key == "items" && (value.starts_with('[') || value == "null")) {
      has_items = true;
      std::string_view unused, item;
      Members items(value);
      while (items.next(unused, item)) page.items.push_back(item);
      if (value != "null" && !items.complete())
        return fail(ErrorCode::kInvalid, "list items are damaged");
    }
    if (key != "metadata") continue;
    std::string_view inner_key, inner;
    for (Members metadata(value); metadata.next(inner_key, inner);) {
      if (inner_key == "resourceVersion") page.resource_version = plain_string(inner);
      if (inner_key == "continue") page.next = unescaped(inner);
    }
  }
  if (!members.complete()) return fail(ErrorCode::kInvalid, "list is not one JSON object");
  if (!has_items) return fail(ErrorCode::kInvalid, "answer is not a list");
  if (page.resource_version.empty())
    return fail(ErrorCode::kInvalid, "list has no resourceVersion");
  return page;
}

}  // namespace pawprint::watch::reflect
