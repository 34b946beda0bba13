// pawprint: reads stores and manifests. All work is in the commands.
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdio>
#include <exception>

#include "tools/pawprint/commands.h"
#include "tools/pawprint/exit_code.h"

namespace {

/// An import holds Secrets for a moment: no core file, and no other process of the user reads it.
void keep_memory_private() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

}  // namespace

int main(int argc, char** argv) {
  keep_memory_private();
  try {
    pawprint::cli::CommandLine line("pawprint");
    pawprint::cli::add_commands(line);
    return line.run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "pawprint: internal error: %s\n", error.what());
    return pawprint::cli::kInternal;
  }
}
