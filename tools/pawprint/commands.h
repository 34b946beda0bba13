// Each command's file adds itself to the command line.
#pragma once

#include "tools/pawprint/command_line.h"

namespace pawprint::cli {

/// All of them, in the order of the help.
void add_commands(CommandLine& line);

void add_get(CommandLine& line);
void add_import(CommandLine& line);
void add_translate(CommandLine& line);

}  // namespace pawprint::cli
