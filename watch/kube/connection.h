// One HTTP/1.1 connection over TLS or plain TCP, used by one thread, blocking with deadlines.
//
// Every call returns at its deadline, and at once when the stop token is triggered from any other
// thread. After an error the connection is closed; open() may be called again. Asio and Beast are
// only in connection.cc.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "engine/result.h"
#include "watch/kube/access.h"
#include "watch/kube/http.h"

namespace pawprint::watch::kube {

class Connection {
 public:
  Connection(std::shared_ptr<Access> access, std::stop_token stop);
  ~Connection();
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;

  /// Looks up, connects (10 s each) and verifies TLS. kUnreachable, one line.
  Result<void> open(Clock::time_point deadline);
  /// True when open, idle, and the peer has not closed it.
  [[nodiscard]] bool reusable();
  void close();

  /// Sends a request and reads the header of the answer; `body` of the result is empty.
  Result<Response> begin(const Request& request, const Headers& headers,
                         Clock::time_point deadline);
  /// True once any byte of the last begun request may have left.
  [[nodiscard]] bool sent() const;

  struct Piece {
    std::string bytes;  ///< What was readable; may be empty.
    bool end = false;   ///< The body is complete.
    bool timed_out = false;
  };
  /// Waits for body bytes and returns all that are readable now. An error is a lost connection.
  Result<Piece> read_some(Clock::time_point deadline);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pawprint::watch::kube
