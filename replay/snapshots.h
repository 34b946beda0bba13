// Snapshots of the fold: taken beside the log, and used to have a past moment without folding the
// log from its beginning. `verify` never uses one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "engine/reducer.h"
#include "engine/result.h"
#include "store/log.h"

namespace pawprint::replay {

/// Takes snapshots as the log grows. One thread; owns neither log nor reducer.
class Snapshots {
 public:
  /// One after each `every` records; 0: never.
  explicit Snapshots(std::uint64_t every) : every_(every) {}

  /// What the log has already counts. Call once it is open.
  Result<void> start(store::Reader& log);
  [[nodiscard]] bool due(record::Seq head) const { return every_ != 0 && head >= last_ + every_; }
  /// Appends a Snapshot record of what `reducer` has folded, which must be all of the log, and
  /// returns it; it must be folded next. Nothing, and the next one is due in `every` records, when
  /// the state hangs on more than a snapshot can hold just now. Errors are those of append.
  Result<std::optional<record::Record>> take(const Reducer& reducer, store::Writer& writer,
                                             std::int64_t time_ns);

 private:
  std::uint64_t every_;
  record::Seq last_ = 0;
};

/// Records between two snapshots where nothing else is said; the default of store.snapshotEvery.
inline constexpr std::uint64_t kSnapshotEvery = 20'000;

/// Told of each record that a state is made from, in order.
using OnRecord = std::function<void(const record::Record&)>;

/// Makes an empty `reducer` the newest state at or before `upto` that a snapshot of this reducer
/// version holds; leaves it empty when there is none. Errors are those of the log; kDamaged also
/// for a snapshot that does not read.
Result<void> restore_before(store::Reader& log, Reducer& reducer, record::Seq upto,
                            const OnRecord& seen = {});

}  // namespace pawprint::replay
