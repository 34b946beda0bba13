// The commands of the program and what they share: flags, help, one-line errors.
//
// CLI11 reads the arguments; what a person did wrong is said in our words, in one line that names
// it and the nearest thing that is known, with exit code 2.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"
#include "tools/pawprint/format.h"

namespace pawprint::cli {

/// What a command says: data for stdout, and the exit code. Notes went to stderr before.
struct Answer {
  std::string text;
  int exit = 0;
};

/// Flags that every command has.
struct Common {
  std::string format_text = "table";
  std::string color = "auto";
  bool quiet = false;
  Format format = Format::kTable;
  bool colored = false;  ///< Tables may hold colours.
};

class CommandLine {
 public:
  using Run = std::function<Result<Answer>(const Common&)>;

  explicit CommandLine(std::string program);

  /// A new command; `run` is called when it was the one asked for. The App is owned here; the
  /// command's flags are to be bound to what `run` holds.
  CLI::App& add(const std::string& name, const std::string& what, const std::string& example,
                Run run);

  /// All commands, for those that describe them. Lives as long as this.
  [[nodiscard]] const CLI::App& root() const { return root_; }

  /// Parses, runs, prints; returns the exit code. No arguments: help, 0.
  int run(int argc, const char* const* argv);

 private:
  struct Command {
    CLI::App* app;
    Run run;
  };
  Result<Answer> parse_and_run(int argc, const char* const* argv);
  Result<void> check_arguments(const Command& command) const;
  [[nodiscard]] std::string plain(const CLI::ParseError& error, const CLI::App& app) const;
  [[nodiscard]] const Command* asked_for() const;

  CLI::App root_;
  Common common_;
  std::vector<Command> commands_;
};

/// One line to stderr: "pawprint: ...".
void complain(std::string_view message);
/// A note to stderr unless `--quiet`.
void note(const Common& common, std::string_view message);

}  // namespace pawprint::cli
