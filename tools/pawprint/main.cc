// pawprint: reads stores and manifests. All work is in the commands.
#include <cstdio>
#include <exception>

#include "tools/pawprint/commands.h"
#include "tools/pawprint/exit_code.h"

int main(int argc, char** argv) {
  try {
    pawprint::cli::CommandLine line("pawprint");
    pawprint::cli::add_commands(line);
    return line.run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "pawprint: internal error: %s\n", error.what());
    return pawprint::cli::kInternal;
  }
}
