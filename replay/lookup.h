// Objects as they were at one moment: inputs as observed with the status that the reducer computed,
// generated objects as desired.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/kinds.h"
#include "engine/reducer.h"
#include "engine/result.h"
#include "replay/answer.h"
#include "store/log.h"

namespace pawprint::replay {

struct Found {
  record::ObjectKey key;
  Json object;          ///< As kubectl would print it; a Secret has digests for data.
  record::Seq seq = 0;  ///< Record that last changed it; 0 for desired objects.
};

/// Which objects. Empty text means "any".
struct Wanted {
  model::Kind kind = model::Kind::kNone;
  std::string zone, ns, name;
  bool observed = false;  ///< What was last seen in the cluster, also of generated kinds.
};

/// Sorted by namespace, name, zone. `reducer` is what `log` was folded into. An answer may be
/// empty; errors are those of the log.
Result<std::vector<Found>> look_up(const Wanted& wanted, const Reducer& reducer,
                                   store::Reader& log);

/// The bytes of an Observed record as an object: apiVersion and kind filled in from the record,
/// facts of a Secret put where its data would be.
Json object_of(const record::Record& record);

/// Keys of that kind and name in any namespace and zone, as observed or desired; for telling where
/// an object is that was not found.
std::vector<record::ObjectKey> namesakes(model::Kind kind, std::string_view name,
                                         const Reducer& reducer);

}  // namespace pawprint::replay
