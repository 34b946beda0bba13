#include "tools/sandbox/structure.h"

#include <fmt/format.h>

#include <set>

namespace pawprint::sandbox {
namespace {

/// How a value takes part in merging.
enum class Form : std::uint8_t { kLeaf, kMap, kList };

bool deduced(const Schema* schema) {
  return schema == nullptr || (schema->shape == Shape::kAny && schema->properties.empty());
}

Form form(const Schema* schema, const Json& value) {
  if (value.is_object()) return schema != nullptr && schema->atomic_map ? Form::kLeaf : Form::kMap;
  if (!value.is_array() || deduced(schema)) return Form::kLeaf;
  return schema->list_type == ListType::kAtomic ? Form::kLeaf : Form::kList;
}

/// The schema of a member; null when it has to be deduced.
const Schema* child_schema(const Schema* schema, const std::string& name) {
  return schema == nullptr ? nullptr : schema->child(name);
}

std::string member_element(const std::string& name) { return "f:" + name; }

std::string item_element(const Schema& list, const Json& item) {
  if (list.list_type == ListType::kSet) return "v:" + item.dump();
  Json key = Json::object();
  for (const std::string& name : list.list_keys) {
    const Json& value = member(item, name);
    const Schema* child = list.items ? list.items->child(name) : nullptr;
    if (!value.is_null()) key[name] = value;
    if (value.is_null() && child != nullptr && child->default_value) {
      key[name] = *child->default_value;
    }
  }
  return "k:" + key.dump();
}

/// Items by path element; of two items with one element the first counts.
std::map<std::string, const Json*> index_items(const Schema& list, const Json& value) {
  std::map<std::string, const Json*> out;
  for (const Json& item : value) out.try_emplace(item_element(list, item), &item);
  return out;
}

void collect_fields(const Schema* schema, const Json& value, PathSet& out) {
  switch (form(schema, value)) {
    case Form::kLeaf:
      out.set_member(true);
      return;
    case Form::kMap:
      for (auto entry = value.begin(); entry != value.end(); ++entry) {
        PathSet& node = out.child(member_element(entry.key()));
        bool declared = schema != nullptr && schema->properties.contains(entry.key());
        collect_fields(child_schema(schema, entry.key()), *entry, node);
        bool hollow = entry->is_null() || (entry->is_object() && entry->empty());
        if (hollow || !declared) node.set_member(true);
      }
      return;
    case Form::kList:
      for (const Json& item : value) {
        PathSet& node = out.child(item_element(*schema, item));
        if (item.is_object()) collect_fields(schema->items.get(), item, node);
        node.set_member(true);
      }
      return;
  }
}

class Comparer {
 public:
  Comparison result;

  /// Either side may be null (absent), not both.
  void visit(const Schema* schema, const Json* before, const Json* after) {
    const Json& shape = after != nullptr ? *after : *before;
    bool both = before != nullptr && after != nullptr;
    Form how = form(schema, shape);
    bool leaf = how == Form::kLeaf || (both && form(schema, *before) != how);
    // Empty on both sides (or absent) is a leaf, so that empty and absent stay distinct.
    leaf = leaf || ((before == nullptr || before->empty()) && (after == nullptr || after->empty()));
    if (leaf) {
      if (both && *before == *after) return;
      PathSet& into = !both ? (before == nullptr ? result.added : result.removed) : result.modified;
      into.insert(path_);
      return;
    }
    if (how == Form::kMap) visit_map(schema, before, after);
    if (how == Form::kList) visit_list(*schema, before, after);
    if (before == nullptr) result.added.insert(path_);
    if (after == nullptr) result.removed.insert(path_);
  }

 private:
  static const Json* lookup(const Json* object, const std::string& name) {
    if (object == nullptr) return nullptr;
    auto found = object->find(name);
    return found == object->end() ? nullptr : &*found;
  }

  void visit_map(const Schema* schema, const Json* before, const Json* after) {
    std::set<std::string> names;
    for (const Json* side : {before, after}) {
      if (side == nullptr) continue;
      for (auto entry = side->begin(); entry != side->end(); ++entry) names.insert(entry.key());
    }
    for (const std::string& name : names) {
      path_.push_back(member_element(name));
      visit(child_schema(schema, name), lookup(before, name), lookup(after, name));
      path_.pop_back();
    }
  }

  void visit_list(const Schema& schema, const Json* before, const Json* after) {
    static const Json kNone = Json::array();
    auto left = index_items(schema, before == nullptr ? kNone : *before);
    auto right = index_items(schema, after == nullptr ? kNone : *after);
    std::set<std::string> elements;
    for (const auto& [element, item] : left) elements.insert(element);
    for (const auto& [element, item] : right) elements.insert(element);
    for (const std::string& element : elements) {
      auto in_left = left.find(element);
      auto in_right = right.find(element);
      path_.push_back(element);
      visit(schema.items.get(), in_left == left.end() ? nullptr : in_left->second,
            in_right == right.end() ? nullptr : in_right->second);
      path_.pop_back();
    }
  }

  PathSet::Path path_;
};

Json merge_list(const Schema& schema, const Json& live, const Json& applied) {
  auto ours = index_items(schema, live);
  auto theirs = index_items(schema, applied);
  Json out = Json::array();
  std::size_t next = 0;  // the first item of `applied` that is not yet out
  auto emit = [&] {
    const Json& item = applied[next++];
    auto base = ours.find(item_element(schema, item));
    out.push_back(base == ours.end() ? item : merge(schema.items.get(), *base->second, item));
  };
  // Items that only the live list has keep their place relative to their neighbours; shared items
  // come in the order of the applied list.
  auto next_shared = [&] {
    for (std::size_t i = next; i < applied.size(); ++i) {
      std::string element = item_element(schema, applied[i]);
      if (ours.contains(element)) return element;
    }
    return std::string();
  };
  for (const Json& item : live) {
    std::string element = item_element(schema, item);
    if (!theirs.contains(element)) {
      out.push_back(item);
    } else if (element == next_shared()) {
      while (item_element(schema, applied[next]) != element) emit();
      emit();
    }
  }
  while (next < applied.size()) emit();
  return out;
}

class TypeCheck {
 public:
  std::optional<std::string> check(const Schema* schema, const Json& value,
                                   const std::string& path) {
    if (deduced(schema)) return std::nullopt;
    if (value.is_object() && schema->shape == Shape::kObject) {
      for (auto entry = value.begin(); entry != value.end(); ++entry) {
        std::string below = path + "." + entry.key();
        const Schema* child = schema->child(entry.key());
        if (child == nullptr && schema->preserve_unknown) continue;
        if (child == nullptr) return below + ": field not declared in schema";
        if (auto error = check(child, *entry, below)) return error;
      }
    }
    if (value.is_array() && schema->shape == Shape::kArray) return check_list(*schema, value, path);
    return std::nullopt;
  }

 private:
  std::optional<std::string> check_list(const Schema& schema, const Json& value,
                                        const std::string& path) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < value.size(); ++i) {
      std::string below = fmt::format("{}[{}]", path, i);
      if (schema.list_type == ListType::kMap) {
        std::string element = item_element(schema, value[i]);
        below = path + shown({element});
        if (auto error = missing_key(schema, value[i], element)) {
          return fmt::format("{}: element {}: {}", path, i, *error);
        }
        if (!seen.insert(element).second) {
          return fmt::format("{}: duplicate entries for key {}", path, shown({element}));
        }
      }
      if (auto error = check(schema.items.get(), value[i], below)) return error;
    }
    return std::nullopt;
  }

  static std::optional<std::string> missing_key(const Schema& schema, const Json& item,
                                                const std::string& element) {
    Json key = Json::parse(element.substr(2), nullptr, false);
    for (const std::string& name : schema.list_keys) {
      if (key.contains(name) || item.is_null()) continue;
      return fmt::format(
          "associative list with keys has an element that omits key field \"{}\" (and doesn't have "
          "default value)",
          name);
    }
    return std::nullopt;
  }
};

}  // namespace

PathSet field_set(const Schema* schema, const Json& value) {
  PathSet out;
  collect_fields(schema, value, out);
  out.prune_empty();
  return out;
}

Comparison compare(const Schema* schema, const Json& before, const Json& after) {
  Comparer comparer;
  comparer.visit(schema, &before, &after);
  return std::move(comparer.result);
}

Json merge(const Schema* schema, const Json& live, const Json& applied) {
  Form how = form(schema, applied);
  if (how == Form::kLeaf || form(schema, live) != how) return applied;
  if (how == Form::kList) return merge_list(*schema, live, applied);
  Json out = live;
  for (auto entry = applied.begin(); entry != applied.end(); ++entry) {
    auto found = out.find(entry.key());
    if (found == out.end()) {
      out[entry.key()] = *entry;
    } else {
      *found = merge(child_schema(schema, entry.key()), *found, *entry);
    }
  }
  return out;
}

Json remove_items(const Schema* schema, const Json& value, const PathSet& gone) {
  Form how = form(schema, value);
  if (how == Form::kLeaf) return value;
  Json out = how == Form::kMap ? Json::object() : Json::array();
  for (auto entry = value.begin(); entry != value.end(); ++entry) {
    std::string element =
        how == Form::kMap ? member_element(entry.key()) : item_element(*schema, *entry);
    const PathSet* below = gone.below(element);
    if (below != nullptr && below->member()) continue;
    const Schema* child =
        how == Form::kMap ? child_schema(schema, entry.key()) : schema->items.get();
    Json kept = below == nullptr ? *entry : remove_items(child, *entry, *below);
    if (how == Form::kMap) {
      out[entry.key()] = std::move(kept);
    } else {
      out.push_back(std::move(kept));
    }
  }
  return out;
}

PathSet with_named_fields(const Schema* schema, const PathSet& set) {
  PathSet out;
  out.set_member(set.member());
  for (const auto& [element, node] : set.children()) {
    bool is_field = element[0] == 'f';
    std::string name = element.substr(2);
    const Schema* child = nullptr;
    if (schema != nullptr) child = is_field ? schema->child(name) : schema->items.get();
    PathSet& copy = out.child(element);
    copy = with_named_fields(child, node);
    if (is_field && schema != nullptr && schema->properties.contains(name)) copy.set_member(true);
  }
  return out;
}

std::optional<std::string> typed_error(const Schema* schema, const Json& value) {
  return TypeCheck().check(schema, value, "");
}

}  // namespace pawprint::sandbox
