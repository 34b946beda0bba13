#include "tools/sandbox/read.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <charconv>

#include "tools/sandbox/table.h"

namespace pawprint::sandbox {
namespace {

/// Where a list begins and as of when: what a continue token carries.
struct Position {
  Revision revision = 0;
  std::string start;  ///< first key, "" from the beginning
};

std::string base64url(std::string bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out.substr(0, out.find('='));
}

std::string from_base64url(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  std::size_t padding = (4 - text.size() % 4) % 4;
  text.append(padding, '=');
  std::string out(3 * (text.size() / 4), '\0');
  int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                             reinterpret_cast<const unsigned char*>(text.data()),
                             static_cast<int>(text.size()));
  if (size < 0 || static_cast<std::size_t>(size) < padding) return "";
  return out.substr(0, static_cast<std::size_t>(size) - padding);
}

std::string continue_token(const Position& position) {
  return base64url(
      Json{{"v", "meta.k8s.io/v1"}, {"rv", position.revision}, {"start", position.start}}.dump());
}

Answer<Position> parse_continue(const std::string& token) {
  Json parsed = Json::parse(from_base64url(token), nullptr, false);
  if (!member(parsed, "rv").is_number_unsigned() || !member(parsed, "start").is_string()) {
    return bad_request("invalid continue token: continue key is not valid");
  }
  return Position{parsed["rv"], parsed["start"]};
}

Answer<Position> position_of(Cluster& cluster, const Call& call) {
  std::string token = call.target.parameter("continue");
  std::string version = call.target.parameter("resourceVersion");
  std::string match = call.target.parameter("resourceVersionMatch");
  if (!token.empty()) {
    if (!version.empty()) {
      return bad_request("specifying resource version is not allowed when using continue");
    }
    return parse_continue(token);
  }
  auto revision = parse_revision(version);
  if (!revision) return tl::unexpected(revision.error());
  if (!match.empty() && version.empty()) {
    return invalid(
        "meta.k8s.io", "ListOptions", "",
        {{"FieldValueForbidden",
          "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
          "resourceVersionMatch"}});
  }
  Revision current = cluster.store.revision();
  if (*revision > current) return too_large_version(version, std::to_string(current));
  // Everything but Exact is answered from the present, which is never older than what was asked.
  return Position{match == "Exact" ? *revision : current, ""};
}

struct Page {
  std::vector<ObjectPtr> objects;
  std::size_t remaining = 0;
  std::string next;  ///< first key of the next page
};

Page collect(const Call& call, const Objects& objects, const Position& from,
             const Selector& selector, std::size_t limit) {
  Page page;
  std::string prefix = call.place.space.empty() ? "" : call.place.space + "/";
  for (auto entry = objects.lower_bound(std::max(prefix, from.start)); entry != objects.end();
       ++entry) {
    if (!entry->first.starts_with(prefix)) break;
    if (!selector.matches(*entry->second)) continue;
    if (limit != 0 && page.objects.size() == limit) {
      if (page.remaining++ == 0) page.next = entry->first;
      continue;
    }
    page.objects.push_back(entry->second);
  }
  return page;
}

Json list_of(const Cluster& cluster, const Call& call, const Page& page) {
  if (call.view == View::kTable) return table_of(cluster, call, page.objects);
  bool metadata = call.view == View::kMetadata;
  Json items = Json::array();
  for (const ObjectPtr& object : page.objects) {
    Json item = shown_object(call, *object);
    // Items of built-in lists leave their type to the list.
    if (call.kind->builtin && !metadata) {
      item.erase("kind");
      item.erase("apiVersion");
    }
    items.push_back(std::move(item));
  }
  return {{"kind", metadata ? "PartialObjectMetadataList" : call.kind->list_kind},
          {"apiVersion", metadata ? "meta.k8s.io/v1" : call.api_version()},
          {"items", std::move(items)}};
}

}  // namespace

Answer<Revision> parse_revision(const std::string& text) {
  Revision revision = 0;
  if (text.empty()) return revision;
  auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
  if (error == std::errc() && rest == text.data() + text.size()) return revision;
  return bad_request(
      fmt::format("invalid resource version: resourceVersion: Invalid value: \"{0}\": "
                  "strconv.ParseUint: parsing \"{0}\": invalid syntax",
                  text));
}

Answer<Response> get(Cluster& cluster, const Call& call) {
  ObjectPtr object = cluster.store.find(call.kind->resource(), call.key());
  if (object == nullptr) return not_found(*call.kind, call.place.name);
  if (call.view == View::kTable) return json_response(200, table_of(cluster, call, {object}));
  return json_response(200, shown_object(call, *object));
}

Answer<Response> list(Cluster& cluster, const Call& call) {
  auto selector = Selector::parse(call.target.parameter("labelSelector"),
                                  call.target.parameter("fieldSelector"), call.kind->builtin);
  if (!selector) return tl::unexpected(selector.error());
  std::string limit_text = call.target.parameter("limit");
  auto limit = parse_revision(limit_text);
  if (!limit) {
    return bad_request(fmt::format("strconv.ParseInt: parsing \"{}\": invalid syntax", limit_text));
  }
  auto position = position_of(cluster, call);
  if (!position) return tl::unexpected(position.error());
  const Table& table = cluster.store.table(call.kind->resource());
  bool present = table.events.empty() || table.events.back().revision <= position->revision;
  std::optional<Objects> past;
  if (!present || position->revision < table.horizon) {
    past = cluster.store.at(call.kind->resource(), position->revision);
    if (!past) {
      return expired(
          "The provided continue parameter is too old to display a consistent list result.");
    }
  }
  Page page = collect(call, past ? *past : table.objects, *position, *selector, *limit);
  Json metadata = {{"resourceVersion", std::to_string(position->revision)}};
  if (!call.kind->builtin && call.view == View::kObject) metadata["continue"] = "";
  bool selects = !call.target.parameter("labelSelector").empty() ||
                 !call.target.parameter("fieldSelector").empty();
  if (page.remaining > 0) {
    metadata["continue"] = continue_token({position->revision, page.next});
    if (!selects) metadata["remainingItemCount"] = page.remaining;
  }
  Json body = list_of(cluster, call, page);
  body["metadata"] = std::move(metadata);
  return json_response(200, body);
}

}  // namespace pawprint::sandbox
