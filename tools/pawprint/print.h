// Prints an answer that has one table: what most commands do.
#pragma once

#include <functional>
#include <string>

#include "tools/pawprint/format.h"

namespace pawprint::cli {

/// JSON and YAML print the whole answer; jsonl each item of `items` (or the answer when null);
/// table and wide what `table` makes; name the lines of `names`.
struct Printed {
  const Json& answer;
  const char* items = nullptr;
  std::function<std::string(bool wide)> table;
  std::function<std::string()> names;
};
std::string print(const Printed& what, Format format);

/// "key   value" lines, for answers about one thing.
std::string facts(const std::vector<std::pair<std::string, std::string>>& rows);

/// The text of a JSON value in a table: strings without quotes, one line.
std::string shown(const Json& value);

}  // namespace pawprint::cli
