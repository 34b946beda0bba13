// The log and the engine's fold of it, kept in step: write, then fold, then decide.
//
// One thread. Nothing is folded that is not on disk, and nothing becomes an operation to send that
// is not in a Decision on disk. Errors are those of store::Writer::append.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/reducer.h"
#include "engine/result.h"
#include "replay/snapshots.h"
#include "store/log.h"
#include "tools/pawprintd/intake.h"
#include "tools/pawprintd/outstanding.h"

namespace pawprint::pawprintd {

class Ledger {
 public:
  /// Opens (or creates) the store and folds it from its last snapshot on. kUnreachable: another
  /// writer has it; kDamaged: it does not read. `snapshot_every`: records; 0: no snapshots.
  static Result<std::unique_ptr<Ledger>> open(const std::filesystem::path& directory,
                                              std::uint64_t snapshot_every);

  /// First group of a start: Boot; after a crash the operations that nobody knows the end of;
  /// Config when it differs from the one in force.
  [[nodiscard]] Group opening(const record::Config& config, const std::string& build,
                              std::int64_t time_ns);

  /// Appends; seqs are set in place. On kExhausted the same group may be written again.
  Result<store::Head> write(Group& group);
  /// Folds what was written.
  void fold(const Group& group);
  /// The Decision over everything folded since the last one, when an output changed or an operation
  /// became due; it must be written and folded next.
  [[nodiscard]] std::optional<Group> decide(std::int64_t time_ns);
  /// Takes a snapshot when one is due and everything folded is decided. An error loses nothing:
  /// the next one is tried after as many records.
  Result<void> take_snapshot(std::int64_t time_ns);
  /// The operations of the Decision that was folded last, once.
  std::vector<plan::Operation> take_operations() { return std::exchange(operations_, {}); }

  [[nodiscard]] const Reducer& reducer() const { return reducer_; }
  [[nodiscard]] Intake& intake() { return intake_; }
  [[nodiscard]] store::Writer& writer() { return *writer_; }
  [[nodiscard]] bool crashed() const { return !writer_->closed_cleanly(); }
  [[nodiscard]] bool paused() const { return paused_; }
  [[nodiscard]] std::uint64_t decisions() const { return decisions_; }
  /// Whether a Config record is in force.
  [[nodiscard]] bool configured() const { return configured_; }

 private:
  Ledger(std::unique_ptr<store::Writer> writer, std::uint64_t snapshot_every);
  Result<void> load();
  void fold_one(const record::Record& record);
  void note(const record::Record& record);

  std::unique_ptr<store::Writer> writer_;
  Reducer reducer_;
  Intake intake_;
  Outstanding outstanding_;
  replay::Snapshots snapshots_;
  std::vector<record::Seq> triggers_;
  std::vector<record::ObjectKey> changed_;
  std::vector<plan::Operation> operations_;
  std::string digest_;  // After the last Decision.
  record::Seq folded_ = 0;
  std::uint64_t decisions_ = 0;
  bool paused_ = false, configured_ = false;
};

}  // namespace pawprint::pawprintd
