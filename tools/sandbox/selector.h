// Label and field selectors of list and watch.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "tools/sandbox/api_error.h"

namespace pawprint::sandbox {

/// Both selectors of a request. Default: selects everything. Value type.
class Selector {
 public:
  /// 400 on a syntax error, and on a field other than metadata.name, metadata.namespace and (for
  /// built-in kinds) type.
  static Answer<Selector> parse(const std::string& labels, const std::string& fields, bool builtin);

  bool matches(const Json& object) const;

 private:
  enum class Test : std::uint8_t { kIn, kNotIn, kExists, kAbsent };
  struct Requirement {
    Test test = Test::kExists;
    std::string key;
    std::set<std::string> values;
  };

  static Answer<Requirement> parse_label(const std::string& source);
  static bool holds(const Requirement& requirement, const Json& value);

  std::vector<Requirement> labels_;
  std::vector<Requirement> fields_;  ///< key "metadata.name", ...
};

}  // namespace pawprint::sandbox
