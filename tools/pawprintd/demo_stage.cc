#include "tools/pawprintd/demo_stage.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>
#include <thread>

namespace pawprint::pawprintd {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr milliseconds kPoll{10};
constexpr std::chrono::seconds kStopWithin{25};

/// The file that this process was started from. Not /proc/self/exe: a bare chroot has no /proc.
std::string running_program() {
  const auto* name = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
  std::error_code error;
  return name == nullptr ? std::string{} : fs::absolute(name, error).string();
}

Result<fs::path> store_folder(const std::string& wanted) {
  std::error_code error;
  if (!wanted.empty()) {
    fs::path path = fs::absolute(wanted, error);
    const bool used =
        fs::exists(path, error) && !(fs::is_directory(path, error) && fs::is_empty(path, error));
    if (used) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("{} is not empty; the demo needs a new store", path.string()));
    }
    return path;
  }
  std::string name = (fs::temp_directory_path(error) / "pawprint-demo-XXXXXX").string();
  if (error || ::mkdtemp(name.data()) == nullptr) {
    return fail(ErrorCode::kUnreachable,
                fmt::format("cannot make a folder like {}: {}", name, std::strerror(errno)));
  }
  return fs::path(name) / "store";
}

Result<void> write_file(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  if (out.flush()) return {};
  return fail(ErrorCode::kUnreachable, fmt::format("cannot write {}", path.string()));
}

}  // namespace

bool wait_until(const std::function<bool()>& probe, milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!probe()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

Result<std::unique_ptr<Stage>> Stage::set(const std::string& store, const std::string& http,
                                          const std::string& program) {
  std::unique_ptr<Stage> stage(new Stage);
  stage->program_ = program.empty() ? running_program() : program;
  auto folder = store_folder(store);
  if (!folder) return tl::unexpected(folder.error());
  stage->store_ = std::move(*folder);
  stage->files_ = stage->store_;
  stage->files_ += ".files";
  std::error_code error;
  fs::create_directories(stage->files_, error);
  if (error)
    return fail(ErrorCode::kUnreachable,
                fmt::format("cannot make {}: {}", stage->files_.string(), error.message()));
  for (const char* name : {"zone-1", "zone-2"}) {
    sandbox::Options options;
    options.zone = name;
    auto zone = sandbox::Sandbox::start(std::move(options));
    if (!zone) return tl::unexpected(zone.error());
    stage->zones_.push_back(std::move(*zone));
  }
  if (auto written = stage->write_files(http); !written) return tl::unexpected(written.error());
  return stage;
}

Stage::~Stage() {
  if (daemon_ > 0) kill_daemon();
}

void Stage::remove_files() {
  std::error_code ignored;  // They do no harm.
  fs::remove_all(files_, ignored);
}

Result<void> Stage::write_files(const std::string& http) {
  std::string config = "apiVersion: pawprint.dev/v1alpha1\nkind: Config\nzones:\n";
  for (int number = 1; number <= 2; ++number) {
    const fs::path kubeconfig = files_ / fmt::format("zone-{}.yaml", number);
    if (auto written = write_file(kubeconfig, zone(number).kubeconfig()); !written) return written;
    config += fmt::format("- {{name: zone-{}, kubeconfig: \"{}\"}}\n", number, kubeconfig.string());
  }
  config += fmt::format("store: {{path: \"{}\"}}\nhttp: {{bind: \"{}\"}}\nlog: {{level: debug}}\n",
                        store_.string(), http.empty() ? "none" : http);
  return write_file(files_ / "config.yaml", config);
}

Result<void> Stage::start_daemon() {
  const std::string config = (files_ / "config.yaml").string();
  const std::string log = (files_ / "daemon.log").string();
  const int output =
      ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (output < 0)
    return fail(ErrorCode::kUnreachable,
                fmt::format("cannot write {}: {}", log, std::strerror(errno)));
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) {
    // Only what is allowed between fork and exec of a process with threads.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    ::dup2(output, STDERR_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::execl(program_.c_str(), "pawprintd", "run", "--config", config.c_str(),
            static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::close(output);
  if (child < 0)
    return fail(ErrorCode::kInternal,
                fmt::format("cannot start the daemon: {}", std::strerror(errno)));
  daemon_ = child;
  return {};
}

void Stage::kill_daemon() {
  ::kill(daemon_, SIGKILL);
  ::waitpid(daemon_, nullptr, 0);
  daemon_ = -1;
}

Result<void> Stage::stop_daemon() {
  ::kill(daemon_, SIGTERM);
  int status = 0;
  const bool ended =
      wait_until([&] { return ::waitpid(daemon_, &status, WNOHANG) == daemon_; }, kStopWithin);
  if (!ended) {
    kill_daemon();
    return fail(ErrorCode::kInternal, "the daemon did not stop within 25 s");
  }
  daemon_ = -1;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return fail(ErrorCode::kInternal, fmt::format("the daemon ended with status {}", status));
}

bool Stage::daemon_runs() {
  if (daemon_ < 0) return false;
  if (::waitpid(daemon_, nullptr, WNOHANG) != daemon_) return true;
  daemon_ = -1;
  return false;
}

}  // namespace pawprint::pawprintd
