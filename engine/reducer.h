// The engine's front door: folds records into desired resources, statuses and operations.
//
// Deterministic: what it answers is a function of the records folded so far and of nothing else
// (no clock, no randomness, no environment). Fold record by record; grouping changes nothing.
// Not thread-safe; the daemon's decide thread owns one, every replay owns its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/explain/trace.h"
#include "engine/plan/operation.h"
#include "engine/record/bodies.h"
#include "engine/record/digest.h"
#include "engine/record/record.h"
#include "engine/result.h"
#include "engine/snapshot.h"

namespace pawprint {

/// Changes with every change of what is computed. Decisions of another version are not compared.
extern const std::string_view kReducerVersion;

/// What one record changed.
struct Folded {
  bool outputs_changed = false;            ///< The output digest differs from before.
  std::vector<record::ObjectKey> changed;  ///< Desired objects and statuses that changed, sorted.
};

/// One desired object or status, as printed. `body` is canonical JSON; for statuses it is
/// {"apiVersion","kind","metadata":{"name","namespace"},"status":{...}}, with lastTransitionTime.
struct Output {
  record::ObjectKey key;
  bool is_status = false;
  std::string body;
  record::Hash digest{};  ///< SHA-256 of the set-hash element (without lastTransitionTime).
};

struct Diagnostic {
  record::ObjectKey object;
  std::string severity;  ///< error, warning, info.
  std::string rule;
  std::string message;
  auto operator<=>(const Diagnostic&) const = default;
};

/// What is known of one object that was observed.
struct KnownObject {
  record::ObjectKey key;
  std::string uid, resource_version;
  record::Seq seq = 0;  ///< Record that last changed it.
};

struct ZoneState {
  struct KindState {
    std::string group, kind, resource_version;
    std::uint64_t objects = 0;
    bool synced = false, absent = false;
  };
  std::string name, role;
  bool synced = false;
  std::vector<KindState> kinds;
  std::uint64_t gateways = 0, listeners = 0, routes = 0, services = 0, pending_operations = 0;
  std::string last_error;
};

class Reducer {
 public:
  /// `profile_override` answers "as if": it wins over every Config record. Empty for normal use.
  explicit Reducer(std::string profile_override = {});
  ~Reducer();
  Reducer(Reducer&&) noexcept;
  Reducer& operator=(Reducer&&) noexcept;

  /// Folds one record. Records must come in Seq order; Seq 0 is allowed for translate (no store).
  /// A body that cannot be decoded is not an error: it becomes a diagnostic on its object.
  Folded fold(const record::Record& record);

  /// Full recomputation from the facts; used by tests and after a Config change. Same result as
  /// the incremental state, or the engine is broken.
  void derive_all();

  /// What the state can be made from again; nothing while it hangs on more than that (the outputs
  /// of a zone that has lost a kind it needs are those of before).
  [[nodiscard]] std::optional<Snapshot> snapshot() const;
  /// Makes an empty reducer what the one was that `snapshot` is of, outputs and transition times
  /// included. Errors are those of `records`; the reducer is of no use then.
  Result<void> restore(const Snapshot& snapshot, const RecordSource& records);

  /// Without it no operations are computed: what readers and replays need is only the outputs.
  void enable_plan();

  [[nodiscard]] std::string output_digest() const;
  [[nodiscard]] record::Seq head() const;
  [[nodiscard]] const record::Config& config() const;

  /// Every desired object (not statuses), sorted by kind, namespace, name, then zone.
  [[nodiscard]] std::vector<Output> resources() const;
  /// Every status that Pawprint owns, same order.
  [[nodiscard]] std::vector<Output> statuses() const;
  /// The desired object or status of one key.
  [[nodiscard]] std::optional<Output> output(const record::ObjectKey& key) const;
  /// Sorted by object, severity, rule, message.
  [[nodiscard]] std::vector<Diagnostic> diagnostics() const;

  /// Operations that are due now: diff(desired, observed), minus those acknowledged and not yet
  /// seen again, minus held ones. In the order in which they must be sent. An operation keeps its
  /// id as long as it is the same; the caller remembers which ids it has sent.
  [[nodiscard]] std::vector<plan::Operation> pending_operations() const;
  /// Those that became due since the last call, in the same order; what a Decision lists.
  std::vector<plan::Operation> take_new_operations();
  /// What has become of an operation that was listed; cheap, whatever the number of operations.
  [[nodiscard]] plan::Standing standing(const plan::Operation& operation) const;
  /// Operations held (deletion breaker, another writer), each with the reason in `.second`.
  [[nodiscard]] std::vector<std::pair<plan::Operation, std::string>> held_operations() const;

  /// Objects of one kind and zone that are known to exist, sorted by key; for computing Vanished
  /// after a relist.
  [[nodiscard]] std::vector<KnownObject> known(std::string_view zone, std::string_view group,
                                               std::string_view kind) const;
  [[nodiscard]] std::optional<KnownObject> known(const record::ObjectKey& key) const;
  [[nodiscard]] std::vector<ZoneState> zones() const;

  /// Field-level causes of one generated object or status (explain/trace.h).
  [[nodiscard]] std::optional<explain::ObjectTrace> trace(const record::ObjectKey& key) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pawprint
