#include "tools/pawprint/fields.h"

#include "tools/pawprint/print.h"

namespace pawprint::cli {

std::string change_line(const Json& field) {
  const Json& from = field["from"];
  const Json& to = field["to"];
  const std::string path = field["path"] == "" ? "(all)" : one_line(field["path"].get<std::string>());
  if (from.is_null()) return "+ " + path + ": " + one_line(compact(to));
  if (to.is_null()) return "- " + path + ": " + one_line(compact(from));
  return "~ " + path + ": " + one_line(compact(from)) + " -> " + one_line(compact(to));
}

}  // namespace pawprint::cli
