#include "tools/pawprint/command_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "engine/model/scrub.h"
#include "replay/nearest.h"
#include "tools/pawprint/exit_code.h"

namespace pawprint::cli {
namespace {

constexpr std::size_t kColumnWidth = 30;

std::vector<std::string_view> flags_of(const CLI::App& app) {
  std::vector<std::string_view> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back(name);
  }
  return names;
}

bool is_flag(std::string_view text) { return text.size() > 1 && text[0] == '-' && text != "--"; }

/// NO_COLOR: https://no-color.org.
bool terminal_has_colors() {
  const char* refused = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return (refused == nullptr || *refused == '\0') && !dumb && ::isatty(STDOUT_FILENO) == 1;
}

/// What a person sees of a message that quotes something huge: its two ends.
std::string shortened(std::string_view text) {
  constexpr std::size_t kMost = 1000;
  constexpr std::size_t kEnd = 300;
  if (text.size() <= kMost) return std::string(text);
  return std::string(text.substr(0, kMost - kEnd)) + " ... " +
         std::string(text.substr(text.size() - kEnd));
}

std::string in_one_line(std::string_view text) { return one_line(text.substr(0, text.find('\n'))); }

}  // namespace

void complain(std::string_view message) {
  const std::string line = "pawprint: " + one_line(shortened(model::scrub_text(message))) + '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void note(const Common& common, std::string_view message) {
  if (common.quiet) return;
  const std::string line = one_line(model::scrub_text(message)) + '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

CommandLine::CommandLine(std::string program)
    : root_("Reads what Pawprint saw and decided; never writes to a cluster.", std::move(program)) {
  root_.require_subcommand(0, 1);
  root_.allow_extras();
  root_.get_formatter()->column_width(kColumnWidth);
  root_.footer(
      "`pawprint COMMAND --help` tells more.\n"
      "Exit codes: 0 ok, 1 difference or finding, 2 usage, 3 source not reachable,\n"
      "4 outside the log, 5 log damaged, 6 replay diverged.");
}

CLI::App& CommandLine::add(const std::string& name, const std::string& what,
                           const std::string& example, Run run) {
  CLI::App* app = root_.add_subcommand(name, what);
  app->allow_extras();
  app->footer("Example:\n  " + example);
  app->get_formatter()->column_width(kColumnWidth);
  app->add_option("-o,--output", common_.format_text, "Form of the answer; default: table")
      ->type_name("table|wide|name|yaml|json|jsonl");
  app->add_option("--color", common_.color, "Colours of diff and log -p; default: auto")
      ->type_name("auto|always|never");
  app->add_flag("--quiet,-q", common_.quiet, "No notes on stderr");
  commands_.push_back({app, std::move(run)});
  return *app;
}

const CommandLine::Command* CommandLine::asked_for() const {
  for (const Command& command : commands_) {
    if (command.app->parsed()) return &command;
  }
  return nullptr;
}

std::string CommandLine::plain(const CLI::ParseError& error, const CLI::App& app) const {
  const std::string text = error.what();
  const std::string option = text.substr(0, text.find(':'));
  const bool mismatch = dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr;
  if (mismatch && text.find("missing") != std::string::npos) return option + " needs a value";
  if (mismatch && text.find("At Most 1") != std::string::npos) return option + " is given twice";
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    const std::size_t dash = std::min(text.find('-'), text.size());
    const std::string flag = text.substr(dash, text.find_first_of(" :=", dash) - dash);
    return flag + " takes no value (or only true or false)";
  }
  const std::string command = app.get_parent() == nullptr ? "" : ' ' + app.get_name();
  return in_one_line(text) + " (`pawprint" + command + " --help` shows the usage)";
}

Result<void> CommandLine::check_arguments(const Command& command) const {
  const std::string where = "`pawprint " + command.app->get_name() + "`";
  const auto known = flags_of(*command.app);
  for (const std::string& word : command.app->remaining(true)) {
    if (!is_flag(word)) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("{} does not take the argument '{}'", where, word));
    }
    const std::string flag = word.substr(0, word.find('='));
    const std::string_view near =
        replay::nearest(flag.substr(std::min(flag.find_first_not_of('-'), flag.size())), known);
    return fail(ErrorCode::kInvalid,
                fmt::format("{} has no flag {}{}", where, flag,
                            near.empty() ? "" : fmt::format("; did you mean --{}?", near)));
  }
  return {};
}

Result<Answer> CommandLine::parse_and_run(int argc, const char* const* argv) {
  try {
    root_.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const Command* command = asked_for();
    return Answer{command == nullptr ? root_.help() : command->app->help("pawprint"), kOk};
  } catch (const CLI::ParseError& error) {
    const Command* command = asked_for();
    return fail(ErrorCode::kInvalid, plain(error, command == nullptr ? root_ : *command->app));
  }
  const Command* command = asked_for();
  if (command == nullptr) {
    const auto words = root_.remaining();
    if (words.empty()) return Answer{root_.help(), kOk};
    std::vector<std::string_view> known;
    for (const Command& each : commands_) known.push_back(each.app->get_name());
    return fail(ErrorCode::kInvalid,
                std::string(is_flag(words[0]) ? "unknown flag " : "unknown command ") + words[0] +
                    replay::suggestion(words[0], known));
  }
  if (auto checked = check_arguments(*command); !checked) {
    return tl::unexpected<Error>(std::move(checked.error()));
  }
  if (!parse_format(common_.format_text, common_.format)) {
    constexpr std::array<std::string_view, 6> kNames{"table", "wide", "name",
                                                     "yaml",  "json", "jsonl"};
    return fail(ErrorCode::kInvalid, "unknown output format " + common_.format_text +
                                         replay::suggestion(common_.format_text, kNames));
  }
  if (common_.color != "auto" && common_.color != "always" && common_.color != "never") {
    return fail(ErrorCode::kInvalid, "--color is auto, always or never, not " + common_.color);
  }
  common_.colored = common_.color == "always" || (common_.color == "auto" && terminal_has_colors());
  return command->run(common_);
}

int CommandLine::run(int argc, const char* const* argv) {
  const Result<Answer> answer = parse_and_run(argc, argv);
  if (!answer) {
    std::string message = answer.error().message;
    if (answer.error().code == ErrorCode::kDamaged) message += ": run `pawprint fsck`";
    complain(message);
    return exit_code(answer.error().code);
  }
  const std::string& text = answer->text;
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (std::fflush(stdout) != 0 || !written) {
    complain("cannot write to standard output");
    return kUnreachable;
  }
  return answer->exit;
}

}  // namespace pawprint::cli
