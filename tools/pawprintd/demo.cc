#include "tools/pawprintd/demo.h"

#include <fmt/format.h>
#include <signal.h>

#include <cstdio>

#include "tools/pawprintd/demo_story.h"
#include "tools/pawprintd/run.h"

namespace pawprint::pawprintd {
namespace {

int complain(const Error& error) {
  std::fprintf(stderr, "pawprintd demo: %s\n", error.message.c_str());
  return exit_code(error.code);
}

void wait_for_signal() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  int signal = 0;
  sigwait(&set, &signal);
}

Result<void> keep_serving(Stage& stage, const std::string& http) {
  if (auto started = stage.start_daemon(); !started) return started;
  fmt::print("\nServing until Ctrl-C: http://{}/readyz, /metrics, /api/v1/status\n", http);
  for (int number = 1; number <= 2; ++number) {
    fmt::print("  kubectl --kubeconfig {} get gateways,httproutes -A\n",
               (stage.files() / fmt::format("zone-{}.yaml", number)).string());
  }
  std::fflush(stdout);
  wait_for_signal();
  return stage.stop_daemon();
}

}  // namespace

int demo(const DemoOptions& options) {
  const std::string http = !options.http.empty() ? options.http
                           : options.serve       ? "127.0.0.1:8420"
                                                 : "";
  if (!http.empty()) {
    if (auto endpoint = parse_endpoint(http); !endpoint) return complain(endpoint.error());
  }
  auto stage = Stage::set(options.store, http);
  if (!stage) return complain(stage.error());
  if (auto told = Story(**stage).tell(); !told) {
    std::fflush(stdout);
    std::fprintf(stderr, "pawprintd demo: %s (daemon's log: %s)\n", told.error().message.c_str(),
                 ((*stage)->files() / "daemon.log").c_str());
    return 1;
  }
  if (options.serve) {
    if (auto served = keep_serving(**stage, http); !served) return complain(served.error());
  }
  (*stage)->remove_files();
  return 0;
}

}  // namespace pawprint::pawprintd
