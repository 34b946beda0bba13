// HTTP/1.1 on loopback in front of an ApiServer. One thread of its own; Asio and Beast are used in
// server.cc alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "engine/result.h"
#include "tools/sandbox/api_server.h"

namespace pawprint::sandbox {

/// Serves from construction to destruction.
class Server {
 public:
  /// Listens on 127.0.0.1:`port` (0: a free one). kUnreachable when the port is taken. `api` must
  /// outlive the server. `bookmark_interval`: how often a watch that takes bookmarks gets one.
  static Result<std::unique_ptr<Server>> start(ApiServer& api, std::uint16_t port,
                                               std::chrono::milliseconds bookmark_interval);

  /// Closes every connection without an answer and joins the thread.
  ~Server();

  std::uint16_t port() const;

  /// Cuts the connections that carry a watch, as a load balancer or a restart would.
  void drop_watches();

  /// Sends `bytes` as they are on every open watch, between two events.
  void inject(std::string bytes);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pawprint::sandbox
