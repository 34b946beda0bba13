// What a rule says about itself. Rule ids are "<file>/<what>"; searching for one lands on the code.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace pawprint::rules {

struct Rule {
  std::string_view id;
  std::string_view gateway_api;  ///< Field and section of the Gateway API.
  std::string_view kuma;         ///< Field of the Kuma object that it writes, or "-".
  std::string_view why;          ///< Why this mapping.
  std::string_view scenario;     ///< The recorded or golden scenario that shows it.
};

/// All rules, sorted by id; `explain` prints them.
const std::vector<const Rule*>& all_rules();
/// Null when there is none of that id.
const Rule* find_rule(std::string_view id);

}  // namespace pawprint::rules
