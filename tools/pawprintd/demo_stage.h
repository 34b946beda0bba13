// What the demo plays on: two sandbox zones, the folder of the store, and the daemon's process.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/result.h"
#include "tools/sandbox/sandbox.h"

namespace pawprint::pawprintd {

class Stage {
 public:
  /// Starts the zones and writes kubeconfigs and a configuration file beside the store. `program`
  /// is pawprintd; empty: the program that runs.
  static Result<std::unique_ptr<Stage>> set(const std::string& store, const std::string& http,
                                            const std::string& program = {});
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  sandbox::Sandbox& zone(int number) { return *zones_.at(static_cast<std::size_t>(number - 1)); }
  [[nodiscard]] const std::filesystem::path& store() const { return store_; }
  /// kubeconfigs, configuration and the daemon's log lie here.
  [[nodiscard]] const std::filesystem::path& files() const { return files_; }

  /// When the story was told: they speak of API servers that end with this process.
  void remove_files();

  Result<void> start_daemon();
  /// SIGKILL: what a crash of the machine leaves of the process.
  void kill_daemon();
  /// SIGTERM; kInternal when it does not end with 0 within 25 s.
  Result<void> stop_daemon();
  /// False when it ended by itself.
  bool daemon_runs();

 private:
  Stage() = default;
  Result<void> write_files(const std::string& http);

  std::filesystem::path store_, files_;
  std::string program_;
  std::vector<std::unique_ptr<sandbox::Sandbox>> zones_;
  pid_t daemon_ = -1;
};

/// Polls until `probe` holds, for at most `limit`; false when it never did.
bool wait_until(const std::function<bool()>& probe, std::chrono::milliseconds limit);

}  // namespace pawprint::pawprintd
