// The records of a range, chosen and summarised: what `log` prints.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/kinds.h"
#include "engine/record/record.h"
#include "engine/result.h"
#include "replay/answer.h"
#include "store/log.h"

namespace pawprint::replay {

struct LogRequest {
  record::Seq from = 0, to = 0;             ///< Records in (from, to].
  std::optional<record::ObjectKey> object;  ///< Records of it and Decisions that changed it; an
                                            ///< empty zone means any.
  std::optional<record::Kind> kind;
  model::Kind object_kind = model::Kind::kNone;
  std::string writer;  ///< A field manager that made the change.
  std::int64_t since_ns = std::numeric_limits<std::int64_t>::min();
  std::size_t most = std::numeric_limits<std::size_t>::max();  ///< The last ones.
  bool patches = false;  ///< With `fields`: what changed in the object, or, for
                         ///< Decisions, `changes`: what changed in the outputs.
};

/// Whether any record of the log is about the object, or a Decision changed it. An empty zone means
/// any.
Result<bool> on_record(store::Reader& log, const record::ObjectKey& object);

/// Ascending by seq; each is record_head() and `writers`, the field managers of an observed change.
Result<std::vector<Json>> log_entries(store::Reader& log, const LogRequest& request);

}  // namespace pawprint::replay
