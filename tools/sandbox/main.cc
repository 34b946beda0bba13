// sandbox: serves an empty cluster until it is told to stop, and writes a kubeconfig for it.
#include <CLI/CLI.hpp>
#include <csignal>
#include <fstream>
#include <iostream>
#include <sstream>

#include "tools/sandbox/sandbox.h"

namespace {

using pawprint::Error;
using pawprint::ErrorCode;

int complain(const Error& error) {
  std::cerr << "sandbox: " << error.message << "\n";
  return error.code == ErrorCode::kUnreachable ? 3 : 2;
}

/// Objects that the cluster begins with.
pawprint::Result<void> load(pawprint::sandbox::Sandbox& sandbox, const std::string& path) {
  std::stringstream bytes;
  std::ifstream file(path, std::ios::binary);
  if (path != "-" && !file) return pawprint::fail(ErrorCode::kNotFound, path + ": cannot be read");
  bytes << (path == "-" ? std::cin.rdbuf() : file.rdbuf());
  auto applied = sandbox.apply_yaml(bytes.str());
  if (applied) return {};
  return pawprint::fail(applied.error().code, path + ": " + applied.error().message);
}

bool write_kubeconfig(const std::string& path, const std::string& text) {
  if (path == "-") {
    std::cout << text << std::flush;
    return true;
  }
  std::ofstream out(path, std::ios::binary);
  out << text;
  return static_cast<bool>(out.flush());
}

}  // namespace

int main(int argc, char** argv) {
  pawprint::sandbox::Options options;
  std::string kubeconfig = "-";
  std::vector<std::string> files;
  CLI::App app(
      "A Kubernetes API server for the Gateway API and Kuma, in memory, on loopback.\n"
      "Example: sandbox --kubeconfig /tmp/kc -f objects.yaml");
  app.add_option("--port", options.port, "port on 127.0.0.1; 0 takes a free one");
  app.add_option("--zone", options.zone, "name of the kubeconfig's context");
  app.add_option("--kubeconfig", kubeconfig, "where to write a kubeconfig; - is stdout");
  app.add_option("-f,--filename", files, "objects to begin with, YAML or JSON; - is stdin");
  app.add_option("--crds", options.crd_directory, "folder of CRDs instead of the built-in ones");
  app.add_option("--history", options.history, "events kept per kind")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);

  // Blocked before the server's thread starts, so that only sigwait below sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  auto sandbox = pawprint::sandbox::Sandbox::start(std::move(options));
  if (!sandbox) return complain(sandbox.error());
  for (const std::string& file : files) {
    if (auto loaded = load(**sandbox, file); !loaded) return complain(loaded.error());
  }
  if (!write_kubeconfig(kubeconfig, (*sandbox)->kubeconfig())) {
    std::cerr << "sandbox: " << kubeconfig << ": cannot be written\n";
    return 2;
  }
  std::cerr << "sandbox: serving " << (*sandbox)->url() << "\n";
  int signal = 0;
  sigwait(&signals, &signal);
  return 0;
}
