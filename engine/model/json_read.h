// Small readers over a parsed JSON document: absent and ill-typed members are both "absent", and
// the first ill-typed one is remembered.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "engine/model/facts.h"
#include "engine/model/symbols.h"

namespace pawprint::model {

using JsonObject = simdjson::dom::object;
using JsonArray = simdjson::dom::array;
using JsonValue = simdjson::dom::element;

/// One decode in progress. Borrowed by the functions below; lives on the stack.
struct Reading {
  Symbols& symbols;
  std::string problem;

  void wrong(std::string_view member, std::string_view wanted) {
    if (problem.empty()) {
      problem = std::string(member) + ": expected " + std::string(wanted);
    }
  }

  /// The member as text, or an absent Sym.
  Sym text(const JsonObject& object, std::string_view member) {
    JsonValue value;
    if (object[member].get(value) != simdjson::SUCCESS || value.is_null()) return {};
    std::string_view text_value;
    if (value.get(text_value) != simdjson::SUCCESS) return wrong(member, "a string"), Sym{};
    return symbols.intern(text_value);
  }
  /// The same, with a default for "absent".
  Sym text(const JsonObject& object, std::string_view member, std::string_view otherwise) {
    const Sym found = text(object, member);
    return found.set() ? found : symbols.intern(otherwise);
  }
  /// The same, where empty text means "absent" (optional names and hostnames).
  Sym nonempty(const JsonObject& object, std::string_view member) {
    const Sym found = text(object, member);
    return found.empty() ? Sym{} : found;
  }
  std::int64_t number(const JsonObject& object, std::string_view member, std::int64_t otherwise) {
    JsonValue value;
    if (object[member].get(value) != simdjson::SUCCESS || value.is_null()) return otherwise;
    std::int64_t number_value = 0;
    if (value.get(number_value) != simdjson::SUCCESS) {
      return wrong(member, "an integer"), otherwise;
    }
    return number_value;
  }
  std::int32_t small(const JsonObject& object, std::string_view member, std::int32_t otherwise) {
    const std::int64_t value = number(object, member, otherwise);
    if (value < INT32_MIN || value > INT32_MAX) return wrong(member, "32 bits"), otherwise;
    return static_cast<std::int32_t>(value);
  }
  bool truth(const JsonObject& object, std::string_view member) {
    JsonValue value;
    if (object[member].get(value) != simdjson::SUCCESS || value.is_null()) return false;
    bool truth_value = false;
    if (value.get(truth_value) != simdjson::SUCCESS) return wrong(member, "true or false"), false;
    return truth_value;
  }
  /// False when absent or no object.
  bool object(const JsonObject& parent, std::string_view member, JsonObject& out) {
    JsonValue value;
    if (parent[member].get(value) != simdjson::SUCCESS || value.is_null()) return false;
    if (value.get(out) != simdjson::SUCCESS) return wrong(member, "an object"), false;
    return true;
  }
  bool array(const JsonObject& parent, std::string_view member, JsonArray& out) {
    JsonValue value;
    if (parent[member].get(value) != simdjson::SUCCESS || value.is_null()) return false;
    if (value.get(out) != simdjson::SUCCESS) return wrong(member, "a list"), false;
    return true;
  }
  /// Calls `visit` for each item that is an object.
  template <class Visit>
  void each_object(const JsonObject& parent, std::string_view member, const Visit& visit) {
    JsonArray items;
    if (!array(parent, member, items)) return;
    for (const JsonValue item : items) {
      JsonObject as_object;
      if (item.get(as_object) != simdjson::SUCCESS) wrong(member, "a list of objects");
      else visit(as_object);
    }
  }
  std::vector<Sym> texts(const JsonObject& parent, std::string_view member) {
    std::vector<Sym> out;
    JsonArray items;
    if (!array(parent, member, items)) return out;
    for (const JsonValue item : items) {
      std::string_view value;
      if (item.get(value) != simdjson::SUCCESS) wrong(member, "a list of strings");
      else out.push_back(symbols.intern(value));
    }
    return out;
  }
  std::vector<std::int32_t> smalls(const JsonObject& parent, std::string_view member) {
    std::vector<std::int32_t> out;
    JsonArray items;
    if (!array(parent, member, items)) return out;
    for (const JsonValue item : items) {
      std::int64_t value = 0;
      if (item.get(value) != simdjson::SUCCESS || value < INT32_MIN || value > INT32_MAX) {
        wrong(member, "a list of integers");
      } else {
        out.push_back(static_cast<std::int32_t>(value));
      }
    }
    return out;
  }
  /// A map of strings, sorted by key.
  Labels labels(const JsonObject& parent, std::string_view member);
  /// Those of `members` that are present and not null.
  std::vector<Sym> present(const JsonObject& parent,
                           std::initializer_list<std::string_view> members);
};

}  // namespace pawprint::model
