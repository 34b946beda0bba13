#include "tools/pawprintd/command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>

#include "replay/nearest.h"
#include "tools/pawprintd/control.h"
#include "tools/pawprintd/demo.h"
#include "tools/pawprintd/event_log.h"
#include "tools/pawprintd/operator_command.h"
#include "tools/pawprintd/run.h"
#include "tools/pawprintd/settings.h"

namespace pawprint::pawprintd {
namespace {

int complain(const std::string& message) {
  std::string line = message;
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') c = ' ';
  }
  std::fprintf(stderr, "pawprintd: %s\n", line.c_str());
  return 2;
}

int complain(const Error& error) {
  complain(error.code == ErrorCode::kDamaged ? error.message + ": run `pawprint fsck`"
                                             : error.message);
  return exit_code(error.code);
}

/// Flags that become settings, and the file.
struct SettingsFlags {
  std::optional<std::string> config;
  std::map<std::string, std::string> values;  // By flag name.

  void add(CLI::App& app) {
    add_config(app);
    for (const Key& key : keys()) {
      if (!key.flag.empty()) one(app, std::string(key.flag), std::string(key.help));
    }
    one(app, "zone", "name of the zone, as Kuma has it");
    one(app, "kubeconfig", "kubeconfig of the zone; else $KUBECONFIG, in-cluster, ~/.kube/config");
    one(app, "context", "context of the kubeconfig");
  }

  /// Only what names the store.
  void add_store(CLI::App& app) {
    add_config(app);
    one(app, "store", "folder of the log");
  }

  Result<Settings> read() const {
    Settings settings;
    const char* from_environment = std::getenv("PAWPRINT_CONFIG");
    const std::string path = config.value_or(from_environment != nullptr ? from_environment : "");
    if (config && path.empty()) {
      return fail(ErrorCode::kInvalid, "--config wants the path of a file");
    }
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

  /// --config; the environment counts when it is not given.
  void add_config(CLI::App& app) {
    app.add_option_function<std::string>(
        "--config", [this](const std::string& value) { config = value; },
        "configuration file (PAWPRINT_CONFIG)");
  }
};

/// The deepest verb that was named.
const CLI::App& named(const CLI::App& app) {
  for (const CLI::App* each : app.get_subcommands()) return named(*each);
  return app;
}

/// "pawprintd ctl pause".
std::string full_name(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  return parent == nullptr ? app.get_name() : full_name(*parent) + ' ' + app.get_name();
}

/// CLI11's complaint in our words.
std::string plain(const CLI::ParseError& error, const CLI::App& app) {
  const std::string text = error.what();
  const std::string option = text.substr(0, text.find(':'));
  const bool mismatch = dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr;
  if (mismatch && text.find("missing") != std::string::npos) return option + " needs a value";
  if (mismatch && text.find("At Most 1") != std::string::npos) return option + " is given twice";
  return "`" + full_name(app) + "`: " + text;
}

/// What `config` and `ctl` alone are told.
int missing_verb(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(each->get_name());
  return complain(fmt::format("`{}` wants one of {}", full_name(app), fmt::join(names, ", ")));
}

std::string unknown_word(const CLI::App& root) {
  const CLI::App& app = named(root);
  const auto left = app.remaining(true).empty() ? root.remaining(true) : app.remaining(true);
  if (left.empty()) return {};
  const std::string& word = left.front();
  const std::string where = full_name(app);
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

int with_log(const SettingsFlags& flags, int (*action)(const Settings&)) {
  auto settings = flags.read();
  if (!settings) return complain(settings.error());
  if (auto done = start_log(settings->get("log.format"), settings->get("log.level")); !done)
    return complain(done.error());
  return action(*settings);
}

int control(const SettingsFlags& flags, const std::string& what, const std::string& object,
            const std::string& ns) {
  std::string named_object;
  const bool about_object = what == "release" || what == "reconcile";
  if (about_object && object.empty()) {
    return complain("`pawprintd ctl " + what + "` wants an OBJECT, like meshhttproute/shop");
  }
  if (!object.empty()) {
    auto parsed = object_argument(object, ns);
    if (!parsed) return complain(parsed.error());
    named_object = *parsed;
  }
  auto settings = flags.read();
  if (!settings) return complain(settings.error());
  auto done = send_command(settings->get("store.path"), what, named_object);
  if (!done) return complain(done.error());
  std::printf("%s%s%s: @%llu\n", what.c_str(), named_object.empty() ? "" : " ",
              named_object.c_str(), static_cast<unsigned long long>(*done));
  return 0;
}

/// The verbs, with the flags that they fill and what they do.
class Verbs {
 public:
  Verbs()
      : root_("The daemon of Pawprint: watches API servers, records, decides and writes.",
              "pawprintd") {
    root_.require_subcommand(0, 1);
    root_.allow_extras();
    root_.footer(
        "Exit codes: 0 ok, 1 finding, 2 usage, 3 cluster or store not reachable, 5 log damaged.");
    root_.set_version_flag("--version", std::string(PAWPRINT_BUILD));
    add_run();
    add_config();
    add_ctl();
    add_demo();
  }

  CLI::App& root() { return root_; }
  [[nodiscard]] const std::function<int()>& action() const { return action_; }

 private:
  CLI::App* verb(CLI::App& parent, const char* name, const char* help, const char* example,
                 std::function<int()> action) {
    CLI::App* app = parent.add_subcommand(name, help);
    app->allow_extras();
    app->footer(std::string("Example:\n  ") + example);
    app->callback([this, action = std::move(action)] { action_ = action; });
    return app;
  }

  /// A word that only leads to its verbs.
  CLI::App* group(const char* name, const char* help, const char* example) {
    CLI::App* app = root_.add_subcommand(name, help);
    app->allow_extras();
    app->footer(std::string("Example:\n  ") + example);
    return app;
  }

  void add_run() {
    flags_.add(*verb(root_, "run", "watch, decide and write",
                     "pawprintd run --kubeconfig ~/.kube/config --zone zone-1",
                     [this] { return with_log(flags_, run); }));
    flags_.add(*verb(root_, "check", "is the cluster ready for it? before the first run",
                     "pawprintd check --kubeconfig ~/.kube/config",
                     [this] { return with_log(flags_, check); }));
  }

  void add_config() {
    CLI::App* config = group("config", "the effective settings", "pawprintd config print --origin");
    config->require_subcommand(0, 1);
    CLI::App* print =
        verb(*config, "print", "print the effective settings", "pawprintd config print --origin",
             [this] { return print_config(flags_, origin_); });
    print->add_flag("--origin", origin_, "say where each value comes from");
    flags_.add(*print);
    flags_.add(*verb(*config, "validate", "check them and say what is wrong",
                     "pawprintd config validate --config pawprint.yaml",
                     [this] { return validate_config(flags_); }));
  }

  void add_ctl() {
    CLI::App* ctl = group("ctl", "commands to the running daemon of a store",
                          "pawprintd ctl pause --store /var/lib/pawprint");
    ctl->require_subcommand(0, 1);
    for (const char* name : {"pause", "resume", "release", "reconcile"}) {
      const bool about_object = name[0] == 'r' && std::string_view(name) != "resume";
      const char* help = std::string_view(name) == "pause"    ? "write nothing until resume"
                         : std::string_view(name) == "resume" ? "write again"
                         : std::string_view(name) == "release"
                             ? "let a held object, or `deletions`, go on"
                             : "try an object again now";
      const std::string what = name;
      CLI::App* app = verb(*ctl, name, help,
                           about_object ? "pawprintd ctl release meshhttproute/shop -n kuma-system"
                                        : "pawprintd ctl pause",
                           [this, what] { return control(flags_, what, object_, ns_); });
      flags_.add_store(*app);
      if (!about_object) continue;
      app->add_option("OBJECT", object_, "TYPE/NAME, or for release also `deletions`");
      app->add_option("-n,--namespace", ns_, "namespace of the object");
    }
  }

  void add_demo() {
    CLI::App* app = verb(root_, "demo", "two zones and the tutorial's story, no cluster needed",
                         "pawprintd demo", [this] { return demo(demo_); });
    app->add_option("--store", demo_.store,
                    "folder of the log, new; default: one under the temporary folder");
    app->add_option("--http", demo_.http, "ADDRESS:PORT where the daemon answers; default: none");
    app->add_flag("--serve", demo_.serve, "keep it all running at the end");
  }

  CLI::App root_;
  SettingsFlags flags_;
  DemoOptions demo_;
  std::function<int()> action_;
  bool origin_ = false;
  std::string object_, ns_;
};

}  // namespace

int command_line(int argc, char** argv) {
  Verbs verbs;
  CLI::App& root = verbs.root();
  try {
    root.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const CLI::App& app = named(root);
    const CLI::App* parent = app.get_parent();
    std::fputs(app.help(parent == nullptr ? "" : full_name(*parent)).c_str(), stdout);
    return 0;
  } catch (const CLI::CallForVersion& version) {
    std::printf("%s\n", version.what());
    return 0;
  } catch (const CLI::ParseError& error) {
    const std::string word = unknown_word(root);
    return complain(word.empty() ? plain(error, named(root)) : word);
  }
  if (const std::string word = unknown_word(root); !word.empty()) return complain(word);
  if (!verbs.action() && &named(root) != &root) return missing_verb(named(root));
  if (!verbs.action()) {
    std::fputs(root.help().c_str(), stdout);
    return 0;
  }
  return verbs.action()();
}

}  // namespace pawprint::pawprintd
