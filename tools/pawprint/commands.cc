#include "tools/pawprint/commands.h"

namespace pawprint::cli {

void add_commands(CommandLine& line) {
  add_translate(line);
  add_import(line);
  add_get(line);
}

}  // namespace pawprint::cli
