// pawprintd: the daemon. Flags and wiring only.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "tools/pawprintd/command_line.h"
#include "tools/pawprintd/run.h"

int main(int argc, char** argv) {
  pawprint::pawprintd::harden_process();
  return pawprint::pawprintd::command_line(argc, argv);
}
