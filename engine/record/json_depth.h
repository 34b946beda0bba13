// A guard to be asked before a JSON text becomes a document: nlohmann parses any depth, but its
// copies and its dump recurse, so that a deep text would overflow the stack.
#pragma once

#include <cstddef>
#include <string_view>

namespace pawprint::record {

/// Whether objects and lists are nested deeper than `limit`. `text` need not be valid JSON; then
/// the answer only says that parsing it is safe.
inline bool nested_deeper(std::string_view text, int limit) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if ((c == '{' || c == '[') && ++depth > limit) return true;
    if (c == '}' || c == ']') --depth;
  }
  return false;
}

}  // namespace pawprint::record
