#include "replay/field_diff.h"

#include <algorithm>
#include <set>

#include "engine/model/field_path.h"

namespace pawprint::replay {
namespace {

void compare(const Json& from, const Json& to, std::string& path, std::vector<FieldChange>& out);

void compare_members(const Json& from, const Json& to, std::string& path,
                     std::vector<FieldChange>& out) {
  std::set<std::string> names;
  for (const Json* side : {&from, &to}) {
    if (!side->is_object()) continue;
    for (const auto& [name, value] : side->items()) names.insert(name);
  }
  const std::size_t length = path.size();
  for (const std::string& name : names) {
    model::append_member(path, name);
    compare(member_in(from, name.c_str()), member_in(to, name.c_str()), path, out);
    path.resize(length);
  }
}

void compare_items(const Json& from, const Json& to, std::string& path,
                   std::vector<FieldChange>& out) {
  static const Json kNull;
  const std::size_t from_size = from.is_array() ? from.size() : 0;
  const std::size_t to_size = to.is_array() ? to.size() : 0;
  const std::size_t length = path.size();
  for (std::size_t i = 0; i < std::max(from_size, to_size); ++i) {
    model::append_item(path, i);
    compare(i < from_size ? from[i] : kNull, i < to_size ? to[i] : kNull, path, out);
    path.resize(length);
  }
}

bool is_either(const Json& from, const Json& to, bool (*is)(const Json&)) {
  const bool one = is(from) || is(to);
  return one && (is(from) || from.is_null()) && (is(to) || to.is_null());
}

void compare(const Json& from, const Json& to, std::string& path, std::vector<FieldChange>& out) {
  if (from == to) return;
  const bool leaf = (from.is_null() && to.empty()) || (to.is_null() && from.empty());
  if (!leaf && is_either(from, to, [](const Json& each) { return each.is_object(); })) {
    return compare_members(from, to, path, out);
  }
  if (!leaf && is_either(from, to, [](const Json& each) { return each.is_array(); })) {
    return compare_items(from, to, path, out);
  }
  out.push_back({path, from, to});
}

}  // namespace

std::vector<FieldChange> field_diff(const Json& from, const Json& to) {
  std::vector<FieldChange> out;
  std::string path;
  compare(from, to, path, out);
  return out;
}

}  // namespace pawprint::replay
