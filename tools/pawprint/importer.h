// Appends what is imported to a store and decides on it, as the daemon would.
//
// The records of one event and the Decision that it caused are appended together, in the order in
// which a daemon would have appended them. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/reducer.h"
#include "engine/result.h"
#include "replay/snapshots.h"
#include "store/log.h"
#include "tools/manifests/object_reader.h"

namespace pawprint::cli {

class Importer {
 public:
  using Clock = std::function<std::int64_t()>;  ///< Nanoseconds since the epoch.

  struct Counts {
    std::uint64_t observed = 0, decisions = 0, skipped = 0, quarantined = 0;
  };

  /// `writer` outlives it. `record_only`: no Decision is written.
  Importer(store::Writer& writer, Clock clock, bool record_only);

  /// Folds what the store holds, from its last snapshot.
  Result<void> start();
  /// The settings in force; null in an empty store.
  [[nodiscard]] const record::Config* settings() const;
  /// Appends `config` when it differs from the settings in force. Zones that were configured before
  /// stay. Its first zone is the one that items come from.
  Result<void> configure(const record::Config& config);
  /// Takes one item; appends when enough has come together.
  Result<void> take(const manifests::Item& item);
  /// Appends everything taken so far.
  Result<void> flush();

  [[nodiscard]] const Counts& counts() const { return counts_; }
  /// Where and why the first event was quarantined.
  [[nodiscard]] const std::string& first_problem() const { return first_problem_; }

 private:
  void add(record::Record record);
  Result<void> take_snapshot();
  void decide(record::Seq seq, const Folded& folded, const std::string& before);
  void remember(const record::Record& record);
  record::Record quarantined(const manifests::Item& item, const std::string& reason);
  record::Event event_of_plain(const record::ObjectKey& key) const;

  store::Writer& writer_;
  std::string zone_;
  Clock clock_;
  bool record_only_;
  Reducer reducer_;
  replay::Snapshots snapshots_{replay::kSnapshotEvery};
  record::Seq next_ = 1;  ///< The seq that the store gives next.
  std::set<record::ObjectKey> known_;
  std::vector<record::Record> group_;
  std::size_t group_bytes_ = 0;
  Counts counts_;
  std::string first_problem_;
};

}  // namespace pawprint::cli
