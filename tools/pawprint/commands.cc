#include "tools/pawprint/commands.h"

namespace pawprint::cli {

void add_commands(CommandLine& line) {
  add_translate(line);
  add_import(line);
  add_status(line);
  add_zones(line);
  add_log(line);
  add_show(line);
  add_get(line);
  add_diff(line);
  add_why(line);
  add_route(line);
  add_replay(line);
  add_fsck(line);
  add_checkpoint(line);
  add_prove(line);
  add_copy(line);
  add_explain(line);
  add_completion(line);
  add_version(line);
}

}  // namespace pawprint::cli
