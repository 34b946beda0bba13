// Folding a log again and comparing every Decision with what is computed now.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/reducer.h"
#include "engine/result.h"
#include "replay/ref.h"
#include "store/log.h"

namespace pawprint::replay {

/// One difference between what was decided and what is computed.
struct Divergence {
  record::Seq seq = 0;     ///< Of the Decision.
  std::string object;      ///< "Kind/namespace/name"; empty when none can be named.
  std::string path, rule;  ///< Empty when the record holds nothing finer.
  std::string expected, actual;
  /// digest: the set hash differs. changed: the set of changed objects differs. operation: what was
  /// to be written is not desired, or the reverse. content: the object as the API server showed it
  /// after the write differs from what is desired. record: the Decision itself cannot be read.
  std::string kind;
};

struct Verification {
  std::uint64_t records = 0;    ///< Of the range.
  std::uint64_t observed = 0;   ///< Observed and Vanished ones among them.
  std::uint64_t decisions = 0;  ///< Compared.
  std::uint64_t skipped = 0;    ///< Decisions of another reducer version, or not comparable.
  std::string output_digest;    ///< At the end of the range.
  std::vector<Divergence> divergences;  ///< At most kMaxDivergences.
};
inline constexpr std::size_t kMaxDivergences = 1000;

/// Folds everything up to `to` and compares the Decisions in (from, to] when `compare` is true.
/// Folds into `reducer`, which must be fresh; it can be asked afterwards. Decisions made before the
/// oldest kept record cannot be judged and are skipped.
Result<Verification> verify(store::Reader& log, Reducer& reducer, const Moment& from,
                            const Moment& to, bool compare);

}  // namespace pawprint::replay
