// The HTTP server: read-only, small, and hard to hurt.
//
// GET only. Limits: header 8 KiB, no request body, 5 s for the first request of a connection, 30 s
// between requests and for writing, 64 connections, slow answers on two threads of their own. Bound
// to loopback, the Host must be a loopback name, or a web page could rebind its name to us.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/result.h"
#include "tools/serve/source.h"

namespace pawprint::serve {

class Server {
 public:
  /// Listens and answers at once. kUnreachable: the address cannot be bound. Port 0 takes a free
  /// one. `source` must outlive it.
  static Result<std::unique_ptr<Server>> start(const std::string& address, std::uint16_t port,
                                               Source& source);
  virtual ~Server() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// Closes everything; returns when no thread runs any more.
  virtual void stop() = 0;
};

}  // namespace pawprint::serve
