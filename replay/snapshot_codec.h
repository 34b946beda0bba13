// Bytes of a snapshot, as they lie beside the log (store/log_format.md, "Snapshots").
#pragma once

#include <string>
#include <string_view>

#include "engine/result.h"
#include "engine/snapshot.h"

namespace pawprint::replay {

/// Equal snapshots give equal bytes.
std::string encode(const Snapshot& snapshot);
/// kDamaged when the bytes are not what encode() wrote; never reads beyond them.
Result<Snapshot> decode_snapshot(std::string_view bytes);

}  // namespace pawprint::replay
