// Each command's file adds itself to the command line.
#pragma once

#include "tools/pawprint/command_line.h"

namespace pawprint::cli {

void add_translate(CommandLine& line);

}  // namespace pawprint::cli
