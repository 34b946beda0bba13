// Each command's file adds itself to the command line.
#pragma once

#include "tools/pawprint/command_line.h"

namespace pawprint::cli {

/// All of them, in the order of the help.
void add_commands(CommandLine& line);

void add_checkpoint(CommandLine& line);
void add_completion(CommandLine& line);
void add_copy(CommandLine& line);
void add_diff(CommandLine& line);
void add_explain(CommandLine& line);
void add_fsck(CommandLine& line);
void add_get(CommandLine& line);
void add_import(CommandLine& line);
void add_log(CommandLine& line);
void add_prove(CommandLine& line);
void add_replay(CommandLine& line);
void add_route(CommandLine& line);
void add_show(CommandLine& line);
void add_status(CommandLine& line);
void add_translate(CommandLine& line);
void add_version(CommandLine& line);
void add_why(CommandLine& line);
void add_zones(CommandLine& line);

}  // namespace pawprint::cli
