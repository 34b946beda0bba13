// Verbs and flags of pawprintd.
#pragma once

namespace pawprint::pawprintd {

/// Returns the exit code.
int command_line(int argc, char** argv);

}  // namespace pawprint::pawprintd
