// The exit codes of docs/cli.md.
#pragma once

#include "engine/result.h"

namespace pawprint::cli {

inline constexpr int kOk = 0;
inline constexpr int kFinding = 1;  ///< Difference, finding, object not found.
inline constexpr int kUsage = 2;
inline constexpr int kUnreachable = 3;
inline constexpr int kIncomplete = 4;
inline constexpr int kDamaged = 5;
inline constexpr int kDiverged = 6;
inline constexpr int kInternal = 70;  ///< A fault of the program itself; not part of the contract.

/// What a failure of this code ends the program with.
int exit_code(ErrorCode code);

}  // namespace pawprint::cli
