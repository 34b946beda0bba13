// Operator commands to a running daemon: a unix socket in the store directory.
//
// One request and one answer per connection, each a line of JSON: {"what","object"} and
// {"ok","seq","message"}. Who asks is what the kernel says, not what the client says.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "engine/record/bodies.h"
#include "engine/result.h"

namespace pawprint::pawprintd {

class ControlServer {
 public:
  using Handler = std::function<Result<record::Seq>(const record::Operator&)>;

  /// Listens on `directory`/ctl.sock, mode 0600. The caller holds the store's lock, so a socket
  /// that is there is a leftover. `handler` is called on the server's thread.
  static Result<std::unique_ptr<ControlServer>> start(const std::filesystem::path& directory,
                                                      Handler handler);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

 private:
  ControlServer(int socket, std::filesystem::path path, Handler handler);
  void run();
  void answer(int connection);

  const int socket_;
  const std::filesystem::path path_;
  const Handler handler_;
  int wake_[2] = {-1, -1};
  std::thread thread_;
};

/// Sends a command to the daemon of that store; the seq of its record. kUnreachable: none runs.
Result<record::Seq> send_command(const std::filesystem::path& directory, const std::string& what,
                                 const std::string& object);

}  // namespace pawprint::pawprintd
