// `pawprintd run`: the daemon from its settings to its end.
#pragma once

#include <atomic>

#include "engine/result.h"
#include "tools/pawprintd/settings.h"

namespace pawprint::pawprintd {

/// Exit code of an error, as docs/cli.md has them.
int exit_code(ErrorCode code);

/// Makes core dumps and tracing by others impossible, and blocks SIGTERM and SIGINT in this and all
/// later threads. Call first.
void harden_process();

/// Runs until SIGTERM or SIGINT, or until the log cannot be used any more. Returns the exit code;
/// errors are printed as one line on stderr.
int run(const Settings& settings);

/// `pawprintd check`: prints the findings of every zone. 1 when one is not ok, 3 when a zone does
/// not answer.
int check(const Settings& settings);

}  // namespace pawprint::pawprintd
