#include "tools/pawprint/exit_code.h"

namespace pawprint::cli {

int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
      return kUsage;
    case ErrorCode::kNotFound:
      return kFinding;
    case ErrorCode::kUnreachable:
    case ErrorCode::kExhausted:
    case ErrorCode::kDenied:
      return kUnreachable;
    case ErrorCode::kCoverage:
      return kIncomplete;
    case ErrorCode::kDamaged:
      return kDamaged;
    case ErrorCode::kConflict:
    case ErrorCode::kInternal:
      return kUnreachable;
  }
  return kUnreachable;
}

}  // namespace pawprint::cli
