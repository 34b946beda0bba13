// What changed between two moments, and which records changed it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/result.h"
#include "replay/answer.h"
#include "replay/fold.h"
#include "store/log.h"

namespace pawprint::replay {

enum class Side : std::uint8_t {
  kInputs = 1,   ///< Observed objects of the kinds that Pawprint uses.
  kOutputs = 2,  ///< Desired objects.
  kStatus = 4,   ///< Statuses that Pawprint owns.
  kPlan = 8,     ///< Operations that are due.
};

struct DiffRequest {
  Moment from, to;                          ///< Either order; the answer goes from `from` to `to`.
  unsigned sides = 0;                       ///< Or of Side.
  std::optional<record::ObjectKey> object;  ///< Only this one; an empty zone means any.
  std::string profile;                      ///< "As if"; empty: as it was.
};

/// {"kind":"Diff","from","to","changes":[{"object","zone","of","op","fields","causes"}]}. `of` is
/// input, output, status or plan. Of a plan, a change is an operation that became due or is no
/// longer due: it has a member `verb`, and `fields` are what the operation would change in the
/// cluster (none when it is no longer due). `causes` are the records between the two moments that
/// changed the object.
Result<Json> diff_answer(store::Reader& log, const DiffRequest& request);

}  // namespace pawprint::replay
