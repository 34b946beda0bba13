#include "tools/pawprint/print.h"

#include <algorithm>

namespace pawprint::cli {

std::string print(const Printed& what, Format format) {
  switch (format) {
    case Format::kTable:
      return what.table(false);
    case Format::kWide:
      return what.table(true);
    case Format::kName:
      return what.names ? what.names() : what.table(false);
    case Format::kYaml:
      return yaml(what.answer);
    case Format::kJson:
      return indented(what.answer);
    case Format::kJsonl:
      break;
  }
  if (what.items == nullptr) return compact(what.answer) + '\n';
  std::string out;
  for (const Json& each : what.answer[what.items]) out += compact(each) + '\n';
  return out;
}

std::string facts(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t width = 0;
  for (const auto& [name, value] : rows) width = std::max(width, name.size());
  std::string out;
  for (const auto& [name, value] : rows) {
    out += name;
    out.append(width - name.size() + 2, ' ');
    out += value;
    out += '\n';
  }
  return out;
}

std::string shown(const Json& value) {
  return one_line(value.is_string() ? value.get<std::string>() : compact(value));
}

}  // namespace pawprint::cli
