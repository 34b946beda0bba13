// One digest over all that a log answers, and one over what the engine makes of it.
#pragma once

#include <string>

#include "store/log.h"

namespace pawprint::compat {

/// Of every record: header, and body unless retention took it; then of histories, kinds, times and
/// cursors. Hexadecimal.
Result<std::string> record_digest(store::Reader& log);
/// Of the outputs after the last record. A body that is gone counts as its record in records.h.
Result<std::string> output_digest(store::Reader& log);

}  // namespace pawprint::compat
