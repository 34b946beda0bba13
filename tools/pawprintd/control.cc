#include "tools/pawprintd/control.h"

#include <fmt/format.h>
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <vector>

#include "store/log.h"

namespace pawprint::pawprintd {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestLine = 4096;
constexpr int kPatienceSeconds = 10;
constexpr const char* kSocketName = "ctl.sock";

std::string failure(const std::string& what) {
  return fmt::format("{}: {}", what, std::strerror(errno));
}

Result<sockaddr_un> address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof(address.sun_path)) {
    return fail(ErrorCode::kInvalid,
                fmt::format("{} is too long for a unix socket ({} bytes at most)", text,
                            sizeof(address.sun_path) - 1));
  }
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  return address;
}

void set_patience(int socket) {
  const timeval limit{kPatienceSeconds, 0};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/// Up to a line end, the end of the stream, the limit or the patience.
std::string read_line(int socket) {
  std::string line;
  std::array<char, 512> part{};
  while (line.find('\n') == std::string::npos && line.size() < kLongestLine) {
    const ssize_t got = ::recv(socket, part.data(), part.size(), 0);
    if (got <= 0) break;
    line.append(part.data(), static_cast<std::size_t>(got));
  }
  return line.substr(0, line.find('\n'));
}

bool write_line(int socket, const Json& json) {
  const std::string line = json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
  std::size_t sent = 0;
  while (sent < line.size()) {
    const ssize_t more = ::send(socket, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (more <= 0) return false;
    sent += static_cast<std::size_t>(more);
  }
  return true;
}

std::string peer_name(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return "unknown";
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16384);
  if (getpwuid_r(peer.uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
    return found->pw_name;
  return fmt::format("uid {}", peer.uid);
}

std::string member(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace

Result<std::unique_ptr<ControlServer>> ControlServer::start(const std::filesystem::path& directory,
                                                            Handler handler) {
  const std::filesystem::path path = directory / kSocketName;
  auto address = address_of(path);
  if (!address) return tl::unexpected(address.error());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return fail(ErrorCode::kInternal, failure("control socket"));
  ::unlink(path.c_str());
  // The directory is 0700 already; the mode is for copies of it elsewhere.
  const bool listening =
      ::bind(socket, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0 &&
      ::chmod(path.c_str(), S_IRUSR | S_IWUSR) == 0 && ::listen(socket, 4) == 0;
  if (!listening) {
    const std::string why = failure("control socket " + path.string());
    ::close(socket);
    return fail(ErrorCode::kUnreachable, why);
  }
  return std::unique_ptr<ControlServer>(new ControlServer(socket, path, std::move(handler)));
}

ControlServer::ControlServer(int socket, std::filesystem::path path, Handler handler)
    : socket_(socket), path_(std::move(path)), handler_(std::move(handler)) {
  PAWPRINT_CHECK(::pipe(wake_) == 0);
  thread_ = std::thread([this] { run(); });
}

ControlServer::~ControlServer() {
  const char end = 'e';
  PAWPRINT_CHECK(::write(wake_[1], &end, 1) == 1);
  thread_.join();
  ::close(socket_);
  ::close(wake_[0]);
  ::close(wake_[1]);
  ::unlink(path_.c_str());
}

void ControlServer::run() {
  for (;;) {
    std::array<pollfd, 2> ready{{{socket_, POLLIN, 0}, {wake_[0], POLLIN, 0}}};
    if (::poll(ready.data(), ready.size(), -1) < 0) continue;
    if (ready[1].revents != 0) return;
    const int connection = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    set_patience(connection);
    answer(connection);
    ::close(connection);
  }
}

void ControlServer::answer(int connection) {
  const Json request = Json::parse(read_line(connection), nullptr, false);
  if (!request.is_object()) {
    write_line(connection, {{"ok", false}, {"message", "the request is no JSON object"}});
    return;
  }
  const auto done =
      handler_({peer_name(connection), member(request, "what"), member(request, "object"), ""});
  if (done) write_line(connection, {{"ok", true}, {"seq", *done}});
  else write_line(connection, {{"ok", false}, {"message", done.error().message}});
}

Result<record::Seq> send_command(const std::filesystem::path& directory, const std::string& what,
                                 const std::string& object) {
  const std::filesystem::path path = directory / kSocketName;
  auto address = address_of(path);
  if (!address) return tl::unexpected(address.error());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return fail(ErrorCode::kInternal, failure("control socket"));
  set_patience(socket);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    const std::string why = failure("no daemon runs on the store " + directory.string());
    ::close(socket);
    return fail(ErrorCode::kUnreachable,
                store::holds_store(directory) ? why : "there is no store at " + directory.string());
  }
  write_line(socket, {{"what", what}, {"object", object}});
  const Json reply = Json::parse(read_line(socket), nullptr, false);
  ::close(socket);
  if (!reply.is_object()) return fail(ErrorCode::kUnreachable, "the daemon did not answer");
  if (!reply.value("ok", false)) return fail(ErrorCode::kNotFound, member(reply, "message"));
  return reply.value("seq", record::Seq{0});
}

}  // namespace pawprint::pawprintd
