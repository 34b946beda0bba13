#include "tools/pawprintd/run.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

#include "engine/model/scrub.h"
#include "store/log.h"
#include "tools/pawprintd/control.h"
#include "tools/pawprintd/decide_loop.h"
#include "tools/pawprintd/event_log.h"
#include "tools/pawprintd/operator_command.h"
#include "tools/pawprintd/zones.h"
#include "tools/serve/server.h"

namespace pawprint::pawprintd {
namespace {

constexpr long kPollNs = 200'000'000;
constexpr std::chrono::seconds kStopWithin{20};

int complain(const Error& error) {
  std::string line = "pawprintd: " + model::scrub_text(error.message);
  if (error.code == ErrorCode::kDamaged) line += ": run `pawprint fsck`";
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  std::fprintf(stderr, "%s\n", line.c_str());
  return exit_code(error.code);
}

sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

/// Ends the process when stopping takes too long: everything acknowledged is on disk anyway.
void end_in_time() {
  std::thread([] {
    std::this_thread::sleep_for(kStopWithin);
    log(Level::kError, "stop_took_too_long", {});
    std::_Exit(0);
  }).detach();
}

/// What can be said of the store before the cluster is asked: that it is damaged, or taken.
Result<void> check_store(const std::string& path) {
  if (!store::holds_store(path)) return {};
  if (auto free = store::check_free(path); !free) return free;
  auto reader = store::Reader::open(path);
  // A store that was begun and never finished is made anew.
  if (reader || reader.error().code == ErrorCode::kUnreachable) return {};
  return tl::unexpected(reader.error());
}

/// Null when the settings ask for none.
Result<std::unique_ptr<serve::Server>> serve_http(const Settings& settings, serve::Source& source) {
  const std::string& bind = settings.get("http.bind");
  if (bind == "none") return nullptr;
  const auto endpoint = parse_endpoint(bind);
  if (!endpoint) return tl::unexpected(endpoint.error());
  return serve::Server::start(endpoint->address, endpoint->port, source);
}

/// Without it the daemon runs all the same; the log says why it is missing.
std::unique_ptr<ControlServer> serve_control(const Settings& settings, DecideLoop& loop) {
  auto server = ControlServer::start(
      settings.get("store.path"), [&loop](const record::Operator& command) -> Result<record::Seq> {
        if (auto sensible = check_command(command, *loop.view()); !sensible)
          return tl::unexpected(sensible.error());
        auto done = loop.command(command);
        if (done)
          log(Level::kInfo, "operator",
              {{"who", command.who},
               {"what", command.what},
               {"object", command.object},
               {"seq", *done}});
        return done;
      });
  if (server) return std::move(*server);
  log(Level::kWarn, "no_control_socket", {{"reason", server.error().message}});
  return nullptr;
}

/// Until a signal comes or the log fails.
void wait_for_end(const DecideLoop& loop) {
  const sigset_t set = ending_signals();
  const timespec poll{0, kPollNs};
  while (!loop.failure()) {
    if (sigtimedwait(&set, nullptr, &poll) > 0) return;
  }
}

}  // namespace

int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
      return 2;
    case ErrorCode::kNotFound:
      return 1;
    case ErrorCode::kUnreachable:
    case ErrorCode::kDenied:
    case ErrorCode::kExhausted:
      return 3;
    case ErrorCode::kCoverage:
      return 4;
    case ErrorCode::kDamaged:
      return 5;
    case ErrorCode::kConflict:
    case ErrorCode::kInternal:
      return 1;
  }
  return 1;
}

void harden_process() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  const sigset_t set = ending_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

int run(const Settings& settings) {
  for (const std::string& key : settings.without_effect()) {
    log(Level::kWarn, "setting_without_effect", {{"key", key}});
  }
  if (auto usable = check_store(settings.get("store.path")); !usable) {
    return complain(usable.error());
  }
  Zones zones(settings);
  if (auto connected = zones.connect(); !connected) return complain(connected.error());
  auto opened = DecideLoop::open(settings.get("store.path"),
                                 settings.config(zones.settings(), zones.routes_only()),
                                 PAWPRINT_BUILD, settings.snapshot_every());
  if (!opened) return complain(opened.error());
  DecideLoop& loop = **opened;
  log(Level::kInfo, "started",
      {{"build", PAWPRINT_BUILD},
       {"store", settings.get("store.path")},
       {"mode", settings.get("mode")},
       {"profile", settings.get("profile")},
       {"head", loop.view()->head.seq},
       {"afterCrash", loop.after_crash() ? "true" : "false"}});
  auto http = serve_http(settings, loop);
  if (!http) {
    loop.stop();
    return complain(http.error());
  }
  loop.start();
  auto control = serve_control(settings, loop);
  zones.start(loop);
  wait_for_end(loop);

  end_in_time();
  log(Level::kInfo, "stopping", {});
  control.reset();
  loop.stop_applying();
  zones.stop();
  if (*http) (*http)->stop();
  auto stopped = loop.stop();
  if (!stopped) return complain(stopped.error());
  log(Level::kInfo, "stopped", {});
  return 0;
}

int check(const Settings& settings) {
  int code = 0;
  Zones zones(settings);
  for (const Zones::Checked& zone : zones.check()) {
    if (!zone.findings) {
      complain(
          {zone.findings.error().code, "zone " + zone.zone + ": " + zone.findings.error().message});
      code = 3;
      continue;
    }
    std::printf("zone %s\n", zone.zone.c_str());
    for (const watch::Finding& finding : *zone.findings) {
      std::printf("  %-4s %s: %s\n", finding.ok ? "ok" : "FAIL", finding.what.c_str(),
                  model::scrub_text(finding.detail).c_str());
      if (!finding.ok && code == 0) code = 1;
    }
  }
  return code;
}

}  // namespace pawprint::pawprintd
