#include "tools/pawprintd/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>

#include "replay/nearest.h"
#include "tools/pawprintd/event_log.h"
#include "tools/pawprintd/run.h"
#include "tools/pawprintd/settings.h"

namespace pawprint::pawprintd {
namespace {

int complain(const std::string& message) {
  std::fprintf(stderr, "pawprintd: %s\n", message.substr(0, message.find('\n')).c_str());
  return 2;
}

int complain(const Error& error) {
  complain(error.message);
  return exit_code(error.code);
}

/// Flags that become settings, and the file.
struct SettingsFlags {
  std::string config;
  std::map<std::string, std::string> values;  // By flag name.

  void add(CLI::App& app) {
    app.add_option("--config", config, "configuration file (PAWPRINT_CONFIG)");
    for (const Key& key : keys()) {
      if (!key.flag.empty()) one(app, std::string(key.flag), std::string(key.help));
    }
    one(app, "zone", "name of the zone, as Kuma has it");
    one(app, "kubeconfig", "kubeconfig of the zone; else $KUBECONFIG, in-cluster, ~/.kube/config");
    one(app, "context", "context of the kubeconfig");
  }

  Result<Settings> read() const {
    Settings settings;
    const char* from_environment = std::getenv("PAWPRINT_CONFIG");
    const std::string path = !config.empty()               ? config
                             : from_environment != nullptr ? from_environment
                                                           : "";
    if (!path.empty()) {
      if (auto done = settings.read_file(path); !done) return tl::unexpected(done.error());
    }
    if (auto done = settings.read_environment([](const char* name) { return std::getenv(name); });
        !done) {
      return tl::unexpected(done.error());
    }
    for (const auto& [flag, value] : values) {
      if (auto done = settings.set_flag(flag, value); !done) return tl::unexpected(done.error());
    }
    if (auto done = settings.finish(); !done) return tl::unexpected(done.error());
    return settings;
  }

 private:
  void one(CLI::App& app, const std::string& flag, const std::string& help) {
    app.add_option_function<std::string>(
        "--" + flag, [this, flag](const std::string& value) { values[flag] = value; }, help);
  }
};

/// The deepest verb that was named.
const CLI::App& named(const CLI::App& app) {
  for (const CLI::App* each : app.get_subcommands()) return named(*each);
  return app;
}

std::string unknown_word(const CLI::App& root) {
  const CLI::App& app = named(root);
  const auto left = app.remaining(true).empty() ? root.remaining(true) : app.remaining(true);
  if (left.empty()) return {};
  const std::string& word = left.front();
  const std::string where =
      app.get_parent() == nullptr ? "pawprintd" : "pawprintd " + app.get_name();
  std::vector<std::string> names;
  if (word.starts_with("-")) {
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  } else {
    for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; }))
      names.push_back(each->get_name());
  }
  const std::string bare = word.substr(0, word.find('='));
  const std::vector<std::string_view> known(names.begin(), names.end());
  return fmt::format("`{}` does not know {}{}", where, bare, replay::suggestion(bare, known));
}

int print_config(const SettingsFlags& flags, bool origin) {
  auto settings = flags.read();
  if (!settings) return complain(settings.error());
  std::fputs(settings->yaml(origin).c_str(), stdout);
  return 0;
}

int validate_config(const SettingsFlags& flags) {
  auto settings = flags.read();
  if (!settings) return complain(settings.error());
  std::fputs("ok\n", stdout);
  return 0;
}

int start(const SettingsFlags& flags) {
  auto settings = flags.read();
  if (!settings) return complain(settings.error());
  if (auto done = start_log(settings->get("log.format"), settings->get("log.level")); !done)
    return complain(done.error());
  return run(*settings);
}

}  // namespace

int command_line(int argc, char** argv) {
  CLI::App root("The daemon of Pawprint: watches API servers, records, decides and writes.",
                "pawprintd");
  root.require_subcommand(0, 1);
  root.footer(
      "Exit codes: 0 ok, 1 finding, 2 usage, 3 cluster or store not reachable, 5 log damaged.");
  root.set_version_flag("--version", std::string(PAWPRINT_BUILD));
  SettingsFlags flags;
  std::function<int()> action;
  const auto verb = [&](CLI::App& parent, const char* name, const char* help, const char* example) {
    CLI::App* app = parent.add_subcommand(name, help);
    app->allow_extras();
    app->footer(std::string("Example:\n  ") + example);
    return app;
  };
  CLI::App* run_app = verb(root, "run", "watch, decide and write",
                           "pawprintd run --kubeconfig ~/.kube/config --zone zone-1");
  flags.add(*run_app);
  run_app->callback([&] { action = [&] { return start(flags); }; });
  CLI::App* config_app =
      verb(root, "config", "the effective settings", "pawprintd config print --origin");
  config_app->require_subcommand(1);
  bool origin = false;
  CLI::App* print_app =
      verb(*config_app, "print", "print the effective settings", "pawprintd config print --origin");
  print_app->add_flag("--origin", origin, "say where each value comes from");
  flags.add(*print_app);
  print_app->callback([&] { action = [&] { return print_config(flags, origin); }; });
  CLI::App* validate_app = verb(*config_app, "validate", "check them and say what is wrong",
                                "pawprintd config validate --config pawprint.yaml");
  flags.add(*validate_app);
  validate_app->callback([&] { action = [&] { return validate_config(flags); }; });
  root.allow_extras();

  try {
    root.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::fputs(named(root).help().c_str(), stdout);
    return 0;
  } catch (const CLI::CallForVersion& version) {
    std::printf("%s\n", version.what());
    return 0;
  } catch (const CLI::ParseError& error) {
    const std::string word = unknown_word(root);
    return complain(word.empty() ? std::string(error.what()) : word);
  }
  if (const std::string word = unknown_word(root); !word.empty()) return complain(word);
  if (!action) {
    std::fputs(root.help().c_str(), stdout);
    return 0;
  }
  return action();
}

}  // namespace pawprint::pawprintd
