// The query of a request target.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "engine/result.h"

namespace pawprint::serve {

struct Target {
  std::string path;
  std::map<std::string, std::string> query;  ///< Decoded; a name without "=" has an empty value.

  [[nodiscard]] bool has(const std::string& name) const { return query.contains(name); }
  [[nodiscard]] std::string get(const std::string& name) const {
    const auto found = query.find(name);
    return found == query.end() ? std::string{} : found->second;
  }
};

/// kInvalid for a bad percent escape, a control character or a parameter given twice.
Result<Target> parse_target(std::string_view target);

}  // namespace pawprint::serve
