#include "engine/model/json_read.h"

#include <algorithm>

namespace pawprint::model {

Labels Reading::labels(const JsonObject& parent, std::string_view member) {
  Labels out;
  JsonObject map;
  if (!object(parent, member, map)) return out;
  for (const auto [key, value] : map) {
    std::string_view value_text;
    if (value.get(value_text) != simdjson::SUCCESS) wrong(member, "a map of strings");
    else out.push_back({symbols.intern(key), symbols.intern(value_text)});
  }
  std::sort(out.begin(), out.end(),
            [](const Label& a, const Label& b) { return a.key.view() < b.key.view(); });
  return out;
}

std::vector<Sym> Reading::present(const JsonObject& parent,
                                  std::initializer_list<std::string_view> members) {
  std::vector<Sym> out;
  for (const std::string_view member : members) {
    JsonValue value;
    if (parent[member].get(value) == simdjson::SUCCESS && !value.is_null()) {
      out.push_back(symbols.intern(member));
    }
  }
  return out;
}

Sym find_label(const Labels& labels, std::string_view key) {
  const auto found = std::lower_bound(
      labels.begin(), labels.end(), key,
      [](const Label& label, std::string_view wanted) { return label.key.view() < wanted; });
  return found != labels.end() && found->key.is(key) ? found->value : Sym{};
}

}  // namespace pawprint::model
