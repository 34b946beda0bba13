// How answers are printed: `-o table|wide|name|yaml|json|jsonl`.
//
// Nothing here depends on locale, time zone or the width of the terminal: what a person sees in a
// terminal is what a script gets.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "replay/answer.h"

namespace pawprint::cli {

using replay::Json;
using replay::member_in;
using replay::parsed;
using replay::text_in;

enum class Format : std::uint8_t { kTable, kWide, kName, kYaml, kJson, kJsonl };

/// False when there is no such format.
bool parse_format(std::string_view text, Format& out);

/// One line of JSON. Bytes that are no UTF-8 become U+FFFD, so that printing cannot fail.
std::string compact(const Json& value);
/// Indented JSON with a line end.
std::string indented(const Json& value);
/// The same value as YAML, block style. Text that a YAML reader would take for something else is
/// quoted.
std::string yaml(const Json& value);
/// Columns under headings, each as wide as its widest cell; the last one is not padded.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) { rows_.push_back(std::move(headings)); }
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  [[nodiscard]] bool empty() const { return rows_.size() == 1; }
  [[nodiscard]] std::string str() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// One line of text: control characters, which objects may contain and terminals would obey, become
/// spaces.
std::string one_line(std::string_view text);

/// "kind.group/name" as kubectl prints names; "kind/name" for the core group.
std::string resource_name(std::string_view kind, std::string_view group, std::string_view name);

}  // namespace pawprint::cli
