// The decide thread: notices in, records on disk, the engine's fold, operations out.
//
// docs/architecture.md, sections "Data flow" and "Threads". It blocks on its queue and on the disk,
// never on a socket. All public methods are thread-safe unless they say otherwise.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/record/bodies.h"
#include "engine/redacted.h"
#include "engine/result.h"
#include "tools/pawprintd/dispatcher.h"
#include "tools/pawprintd/ledger.h"
#include "tools/pawprintd/notice_queue.h"
#include "tools/serve/metrics.h"
#include "tools/serve/source.h"
#include "watch/edge.h"

namespace pawprint::pawprintd {

class DecideLoop final : public serve::Source {
 public:
  /// Opens the store, folds it, and writes what a start writes. No thread runs yet.
  static Result<std::unique_ptr<DecideLoop>> open(std::filesystem::path directory,
                                                  const record::Config& config,
                                                  const std::string& build,
                                                  std::uint64_t snapshot_every);
  /// Without stop() this is what a crash leaves: nothing is flushed or marked.
  ~DecideLoop() override;

  /// Where edges deliver.
  [[nodiscard]] watch::Sink& sink() { return queue_; }
  /// Where a zone's reflectors go on; read once, at open.
  [[nodiscard]] std::vector<watch::ResumePoint> cursors(const std::string& zone) const;
  /// Key for the digests of Secret bytes.
  [[nodiscard]] Redacted secret_key() const { return secret_key_; }
  /// Whether the writer before this one ended without close.
  [[nodiscard]] bool after_crash() const { return after_crash_; }

  /// Operations of that zone go to `edge` from now on; it must outlive the loop's thread.
  void attach(const std::string& zone, watch::Edge& edge);
  void start();

  /// Appends an Operator record; returns its seq once it is on disk and folded.
  Result<record::Seq> command(const record::Operator& command);
  /// Appends `config` when it differs from the one in force.
  Result<void> configure(const record::Config& config);

  /// No operation is sent from now on; waits until the thread has seen it.
  void stop_applying();
  /// Takes what is queued, writes it, closes the store and ends the thread. Edges must be stopped.
  Result<void> stop();
  /// Set when the log cannot be used any more.
  [[nodiscard]] std::optional<Error> failure() const;

  [[nodiscard]] std::shared_ptr<const serve::View> view() const override;
  Result<std::unique_ptr<store::Reader>> reader() const override;
  [[nodiscard]] std::string metrics() const override;

 private:
  DecideLoop(std::filesystem::path directory, std::unique_ptr<Ledger> ledger);

  void run();
  bool commit(Group group);
  bool write(Group& group);
  void take_snapshot();
  bool wait_for_disk(const Error& error);
  void note_notice(const watch::Notice& notice);
  void note_ended(const Group& group);
  void dispatch();
  void publish(bool now);
  [[nodiscard]] std::shared_ptr<serve::View> make_view();
  void count(const Group& group);
  void update_gauges(const serve::View& view);
  /// Runs `task` on the decide thread and waits; false when it will not run.
  bool ask(const std::function<void()>& task);

  const std::filesystem::path directory_;
  NoticeQueue queue_;
  Redacted secret_key_;
  bool after_crash_ = false;
  std::vector<store::Cursor> cursors_;

  // Decide thread only (after start).
  std::unique_ptr<Ledger> ledger_;
  Dispatcher dispatcher_;
  std::map<std::string, std::map<std::string, std::string>> trouble_;  // By zone and kind.
  Clock::time_point wake_ = Clock::time_point::max(), published_at_{};
  bool stale_ = true, log_writable_ = true;
  std::string log_error_;

  std::atomic<bool> applying_{true};
  std::thread thread_;
  mutable std::mutex mutex_;
  std::map<std::string, watch::Edge*> edges_;
  std::shared_ptr<const serve::View> view_;
  std::optional<Error> failure_;
  mutable serve::Metrics metrics_;
};

}  // namespace pawprint::pawprintd
