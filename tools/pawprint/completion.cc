// `pawprint completion bash|zsh|fish`: what a shell offers, read from the commands themselves.
#include <algorithm>
#include <array>

#include "replay/kind_names.h"
#include "replay/nearest.h"
#include "tools/pawprint/commands.h"
#include "tools/pawprint/exit_code.h"

namespace pawprint::cli {
namespace {

/// One flag as shells need it.
struct Flag {
  std::vector<std::string> names;  ///< "--output", "-o".
  std::string about;
  bool takes_value = false;
  std::vector<std::string> values;  ///< Those that are known; the flag may take others.
};

struct Command {
  std::string name, about;
  std::vector<Flag> flags;
  std::vector<std::string> words;  ///< What its arguments may begin with.
};

std::vector<std::string> split(const std::string& text, char divider) {
  std::vector<std::string> out;
  std::size_t at = 0;
  while (true) {
    const std::size_t end = std::min(text.find(divider, at), text.size());
    out.push_back(text.substr(at, end - at));
    if (end == text.size()) return out;
    at = end + 1;
  }
}

std::vector<std::string> types() {
  std::vector<std::string> out;
  for (const replay::KindName& each : replay::kind_names()) out.emplace_back(each.plural);
  return out;
}

/// A value's name that lists alternatives ("auto|always|never") says what they are.
std::vector<std::string> alternatives(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return type.find('|') == std::string::npos ? std::vector<std::string>() : split(type, '|');
}

Flag flag_of(const CLI::Option& option) {
  Flag out;
  for (const std::string& name : option.get_lnames()) out.names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) out.names.push_back("-" + name);
  out.about = option.get_description();
  out.takes_value = option.get_items_expected_max() > 0;
  if (out.takes_value) out.values = alternatives(option);
  return out;
}

std::vector<std::string> words_of(const CLI::Option& argument) {
  const std::string& name = argument.get_name(true);
  if (name == "TYPE" || name == "OBJECT") return types();
  return alternatives(argument);
}

std::vector<Command> commands_of(const CLI::App& root) {
  std::vector<Command> out;
  for (const CLI::App* app : root.get_subcommands([](const CLI::App*) { return true; })) {
    Command command{app->get_name(), app->get_description(), {}, {}};
    for (const CLI::Option* option : app->get_options()) {
      if (option->get_positional()) command.words = words_of(*option);
      else command.flags.push_back(flag_of(*option));
    }
    out.push_back(std::move(command));
  }
  return out;
}

std::string joined(const std::vector<std::string>& words, const std::string& divider = " ") {
  std::string out;
  for (const std::string& each : words) out += (out.empty() ? "" : divider) + each;
  return out;
}

std::string names_of(const std::vector<Command>& commands) {
  std::vector<std::string> names;
  for (const Command& each : commands) names.push_back(each.name);
  return joined(names);
}

std::string escaped(const std::string& text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

/// Inside single quotes, which all three shells have.
std::string in_quotes(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += "'\\''";
    else out += c;
  }
  return out + "'";
}

std::string bash_command(const Command& command) {
  std::string out = "    " + command.name + ")\n      case \"$prev\" in\n";
  std::vector<std::string> all;
  for (const Flag& flag : command.flags) {
    all.insert(all.end(), flag.names.begin(), flag.names.end());
    if (!flag.takes_value) continue;
    // Without known values the shell offers files, as it does by default.
    out += "        " + joined(flag.names, "|") + ") words=" + in_quotes(joined(flag.values)) +
           " ;;\n";
  }
  return out + "        *) case \"$cur\" in -*) words=" + in_quotes(joined(all)) +
         " ;; *) words=" + in_quotes(joined(command.words)) + " ;; esac ;;\n      esac ;;\n";
}

std::string bash(const std::vector<Command>& commands) {
  std::string out =
      "# bash completion of pawprint: source <(pawprint completion bash)\n"
      "_pawprint() {\n"
      "  local cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\" words=''\n"
      "  local command='' i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \"${COMP_WORDS[i]}\" in -*) ;; *) command=\"${COMP_WORDS[i]}\"; break ;; esac\n"
      "  done\n"
      "  case \"$command\" in\n"
      "    '') words=" +
      in_quotes(names_of(commands)) + " ;;\n";
  for (const Command& each : commands) out += bash_command(each);
  return out +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
         "}\n"
         "complete -o default -F _pawprint pawprint\n";
}

std::string zsh_flag(const Flag& flag) {
  const std::string about = "[" + escaped(flag.about, "[]\\") + "]";
  std::string out;
  for (const std::string& name : flag.names) {
    std::string spec = name + about;
    if (flag.takes_value) {
      spec += flag.values.empty() ? ":value:_files" : ":value:(" + joined(flag.values) + ")";
    }
    out += " \\\n        " + in_quotes(spec);
  }
  return out;
}

std::string zsh(const std::vector<Command>& commands) {
  std::string out =
      "#compdef pawprint\n"
      "# zsh completion of pawprint: source <(pawprint completion zsh)\n"
      "_pawprint() {\n"
      "  local -a commands\n"
      "  commands=(\n";
  for (const Command& each : commands) {
    out += "    " + in_quotes(each.name) + "':'" + in_quotes(escaped(each.about, ":")) + '\n';
  }
  out +=
      "  )\n"
      "  if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
      "  local command=$words[2]\n"
      "  shift words\n"
      "  (( CURRENT-- ))\n"
      "  case $command in\n";
  for (const Command& each : commands) {
    out += "    " + each.name + ")\n      _arguments -s";
    for (const Flag& flag : each.flags) out += zsh_flag(flag);
    out += " \\\n        " +
           in_quotes(each.words.empty() ? "*:argument:_files"
                                        : "*:argument:(" + joined(each.words) + ")") +
           " ;;\n";
  }
  return out +
         "  esac\n"
         "}\n"
         "if [ \"$funcstack[1]\" = _pawprint ]; then _pawprint \"$@\"; else compdef _pawprint "
         "pawprint; fi\n";
}

std::string fish_flag(const Command& command, const Flag& flag) {
  std::string out = "complete -c pawprint -n '__fish_seen_subcommand_from " + command.name + "'";
  for (const std::string& name : flag.names) {
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (flag.takes_value) out += " -r";
  if (!flag.values.empty()) out += " -f -a " + in_quotes(joined(flag.values));
  return out + " -d " + in_quotes(flag.about) + '\n';
}

std::string fish(const std::vector<Command>& commands) {
  std::string out = "# fish completion of pawprint: pawprint completion fish | source\n";
  for (const Command& each : commands) {
    out += "complete -c pawprint -n __fish_use_subcommand -f -a " + each.name + " -d " +
           in_quotes(each.about) + '\n';
    if (!each.words.empty()) {
      out += "complete -c pawprint -n '__fish_seen_subcommand_from " + each.name + "' -f -a " +
             in_quotes(joined(each.words)) + '\n';
    }
    for (const Flag& flag : each.flags) out += fish_flag(each, flag);
  }
  return out;
}

Result<Answer> completion(const CLI::App& root, const std::string& shell) {
  constexpr std::array<std::string_view, 3> kShells{"bash", "zsh", "fish"};
  const std::vector<Command> commands = commands_of(root);
  if (shell == "bash") return Answer{bash(commands), kOk};
  if (shell == "zsh") return Answer{zsh(commands), kOk};
  if (shell == "fish") return Answer{fish(commands), kOk};
  if (shell.empty()) {
    return fail(ErrorCode::kInvalid, "`pawprint completion` wants bash, zsh or fish");
  }
  return fail(ErrorCode::kInvalid, "no completion for the shell " + shell +
                                       replay::suggestion(shell, kShells) +
                                       "; there are bash, zsh and fish");
}

}  // namespace

void add_completion(CommandLine& line) {
  auto shell = std::make_shared<std::string>();
  const CLI::App& root = line.root();
  CLI::App& app = line.add("completion", "Completion of a shell: bash, zsh or fish",
                           "source <(pawprint completion bash)",
                           [&root, shell](const Common&) { return completion(root, *shell); });
  app.add_option("SHELL", *shell, "The shell to print it for")->type_name("bash|zsh|fish");
}

}  // namespace pawprint::cli
