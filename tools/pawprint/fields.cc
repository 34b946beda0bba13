#include "tools/pawprint/fields.h"

#include "tools/pawprint/print.h"

namespace pawprint::cli {

std::string change_line(const Json& field, bool colored) {
  const Json& from = field["from"];
  const Json& to = field["to"];
  std::string path = one_line(text_in(field, "path"));
  if (path.empty()) path = "(all)";
  std::string text;
  const char* color = "\x1b[33m";
  if (from.is_null()) {
    text = "+ " + path + ": " + one_line(compact(to));
    color = "\x1b[32m";
  } else if (to.is_null()) {
    text = "- " + path + ": " + one_line(compact(from));
    color = "\x1b[31m";
  } else {
    text = "~ " + path + ": " + one_line(compact(from)) + " -> " + one_line(compact(to));
  }
  return colored ? color + text + "\x1b[0m" : text;
}

}  // namespace pawprint::cli
