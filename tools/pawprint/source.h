// Where a reading command reads from: `--store DIR`, `--bundle FILE` or `--server URL`.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "engine/result.h"
#include "replay/fold.h"
#include "store/log.h"

namespace pawprint::cli {

struct Source {
  std::string store, bundle, server;

  void add_flags(CLI::App& app);
  /// The directory; kInvalid unless exactly one source is named, and for sources other than a
  /// store, which this version does not read.
  [[nodiscard]] Result<std::string> directory() const;
  [[nodiscard]] Result<std::unique_ptr<store::Reader>> open() const;
};

/// A moment of a source: `--at REF` and `--profile P`.
struct SourceAt {
  Source source;
  std::string at = "HEAD", profile;

  void add_flags(CLI::App& app);
  struct Opened {
    std::unique_ptr<store::Reader> log;
    replay::Past past;
  };
  /// The log, folded up to the moment.
  [[nodiscard]] Result<Opened> open() const;
};

}  // namespace pawprint::cli
