// pawprint: reads stores and manifests. All work is in the commands.
#include "tools/pawprint/commands.h"

int main(int argc, char** argv) {
  pawprint::cli::CommandLine line("pawprint");
  pawprint::cli::add_translate(line);
  return line.run(argc, argv);
}
