#include "replay/fold.h"

#include <algorithm>

#include "replay/snapshots.h"

namespace pawprint::replay {

Result<void> fold_until(store::Reader& log, Reducer& reducer, record::Seq upto,
                        const OnStep& step) {
  const record::Seq from = std::max(reducer.head() + 1, std::max<record::Seq>(log.oldest(), 1));
  if (from > upto) return {};
  return log.scan(from, upto, [&](const record::Record& record) {
    const Folded folded = reducer.fold(record);
    return !step || step(record, folded);
  });
}

std::string_view coverage(const store::Reader& log) {
  return log.oldest() <= 1 ? "full" : "partial";
}

Result<Past> past_at(store::Reader& log, const Moment& moment, const std::string& profile) {
  Past past{Reducer(profile), moment, std::string(coverage(log))};
  auto done = profile.empty() ? restore_before(log, past.reducer, moment.seq) : Result<void>{};
  if (done) done = fold_until(log, past.reducer, moment.seq);
  if (!done) return tl::unexpected<Error>(done.error());
  return past;
}

}  // namespace pawprint::replay
