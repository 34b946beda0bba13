// Folding a log into the engine, up to a moment.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/reducer.h"
#include "engine/result.h"
#include "replay/ref.h"
#include "store/log.h"

namespace pawprint::replay {

/// Called after each record was folded; false ends the fold there.
using OnStep = std::function<bool(const record::Record&, const Folded&)>;

/// Folds the records behind `reducer.head()` up to `upto`. What lies before the oldest record that
/// is kept is skipped; coverage() says so. Errors are those of the log.
Result<void> fold_until(store::Reader& log, Reducer& reducer, record::Seq upto,
                        const OnStep& step = {});

/// "full" when the log is kept from its first record on, else "partial".
std::string_view coverage(const store::Reader& log);

/// What was known and decided at one moment. Does not own the log.
struct Past {
  Reducer reducer;
  Moment moment;
  std::string coverage;
};

/// From the nearest snapshot. `profile` answers "as if" when not empty; it must be a profile that
/// exists; the log is folded from its beginning then, for a snapshot is of the settings in force.
Result<Past> past_at(store::Reader& log, const Moment& moment, const std::string& profile = {});

}  // namespace pawprint::replay
