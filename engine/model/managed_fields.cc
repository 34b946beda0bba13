#include "engine/model/managed_fields.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tuple>

namespace pawprint::model {
namespace {

using Json = nlohmann::json;

std::string text_of(const Json& object, std::string_view member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// True when `item` is the list item that a key such as k:{"name":"http"} names.
bool has_keys(const Json& item, std::string_view keys) {
  const Json wanted = Json::parse(keys, nullptr, false);
  if (!wanted.is_object() || !item.is_object()) return false;
  return std::all_of(wanted.items().begin(), wanted.items().end(), [&](const auto& key) {
    const auto found = item.find(key.key());
    return found != item.end() && *found == key.value();
  });
}

bool names_item(std::string_view key, const Json& item, std::size_t index) {
  if (key.starts_with("k:")) return has_keys(item, key.substr(2));
  if (key.starts_with("v:")) {
    const Json value = Json::parse(key.substr(2), nullptr, false);
    return !value.is_discarded() && value == item;
  }
  return key.starts_with("i:") && key.substr(2) == std::to_string(index);
}

/// The child of a FieldsV1 node for one step; null when it has none.
const Json* child_of(const Json& node, const FieldStep& step, const Json& value) {
  if (const auto* name = std::get_if<std::string>(&step)) {
    const auto found = node.find("f:" + *name);
    return found == node.end() ? nullptr : &*found;
  }
  for (const auto& [key, child] : node.items()) {
    if (names_item(key, value, std::get<std::size_t>(step))) return &child;
  }
  return nullptr;
}

/// The value of one step inside `parent`; null when it does not exist.
const Json* value_of(const Json& parent, const FieldStep& step) {
  return FieldPath({step}).find(parent);
}

bool covers(const Json& fields, const Json& object, const FieldPath& path) {
  const Json* node = &fields;
  const Json* value = &object;
  for (const FieldStep& step : path.steps()) {
    if (!node->is_object()) return false;
    const bool whole_below = node->empty() && node != &fields;
    value = value_of(*value, step);
    if (value == nullptr) return false;
    if (whole_below) continue;
    node = child_of(*node, step, *value);
    if (node == nullptr) return false;
  }
  return node->is_object() && (!node->empty() || node != &fields);
}

const Json* entries_of(const Json& object) {
  static const FieldPath kPath = FieldPath().member("metadata").member("managedFields");
  const Json* entries = kPath.find(object);
  return entries != nullptr && entries->is_array() ? entries : nullptr;
}

/// Entries that cover the path, in the order of the object.
std::vector<const Json*> covering(const Json& object, const FieldPath& path) {
  std::vector<const Json*> found;
  const Json* entries = entries_of(object);
  if (entries == nullptr) return found;
  for (const Json& entry : *entries) {
    if (!entry.is_object()) continue;
    const auto fields = entry.find("fieldsV1");
    if (fields != entry.end() && fields->is_object() && covers(*fields, object, path)) {
      found.push_back(&entry);
    }
  }
  return found;
}

std::vector<FieldWriter> as_writers(const std::vector<const Json*>& entries) {
  std::vector<FieldWriter> writers;
  writers.reserve(entries.size());
  for (const Json* entry : entries) {
    writers.push_back({text_of(*entry, "manager"), text_of(*entry, "operation"),
                       text_of(*entry, "time"), text_of(*entry, "subresource")});
  }
  std::sort(writers.begin(), writers.end(), [](const FieldWriter& a, const FieldWriter& b) {
    if (a.time != b.time) return a.time > b.time;
    return std::tie(a.manager, a.operation, a.subresource) <
           std::tie(b.manager, b.operation, b.subresource);
  });
  return writers;
}

}  // namespace

std::vector<FieldWriter> writers_of(const Json& object, const FieldPath& path) {
  return as_writers(covering(object, path));
}

std::vector<FieldWriter> writers_of_change(const Json* before, const Json& after,
                                           const FieldPath& path) {
  const auto all = covering(after, path);
  const Json* known = before == nullptr ? nullptr : entries_of(*before);
  if (known == nullptr) return as_writers(all);
  std::vector<const Json*> changed;
  std::copy_if(all.begin(), all.end(), std::back_inserter(changed), [&](const Json* entry) {
    return std::find(known->begin(), known->end(), *entry) == known->end();
  });
  return as_writers(changed.empty() ? all : changed);
}

}  // namespace pawprint::model
