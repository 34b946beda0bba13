// The answers of `status`, `zones` and `replay`, as JSON: the same for the command line and HTTP.
#pragma once

#include <string>

#include "engine/reducer.h"
#include "engine/result.h"
#include "replay/answer.h"
#include "replay/fold.h"
#include "replay/verify.h"
#include "store/log.h"

namespace pawprint::replay {

/// The state of a store at its head. `checked` is a verification of the whole log, folded into
/// `reducer`.
Result<Json> status_answer(store::Reader& log, const Reducer& reducer, const Verification& checked);

/// One zone, or all when `name` is empty. kNotFound when there is no such zone.
Result<Json> zones_answer(const Past& past, const std::string& name);

Json replay_answer(const Verification& result, const Moment& to, std::string_view coverage);

}  // namespace pawprint::replay
