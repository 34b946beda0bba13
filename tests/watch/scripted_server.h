// An HTTP/1.1 server that does exactly what a test tells it, byte by byte if need be.
//
// One thread per connection; the handler runs on it. Plain sockets, so that resets, half lines and
// odd chunk borders are under the test's control.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/watch/certificates.h"

namespace pawprint::watch::tests {

class ScriptedServer;

/// One request and the ways to answer it.
class Exchange {
 public:
  std::string method, target, body;
  std::map<std::string, std::string> headers;  ///< Names in lower case.

  [[nodiscard]] std::string path() const { return target.substr(0, target.find('?')); }
  /// Value of a query parameter, still percent-encoded; "" when absent.
  [[nodiscard]] std::string parameter(std::string_view name) const;

  void reply(int status, std::string_view json, std::string_view extra_headers = {});
  /// Status in the way Kubernetes reports errors.
  void refuse(int status, std::string_view reason, std::string_view message,
              std::string_view extra_headers = {});
  void begin_stream();
  /// One HTTP chunk; false when the client has gone.
  bool chunk(std::string_view bytes);
  /// `json` and a line end as one chunk.
  bool line(std::string_view json) { return chunk(std::string(json) + "\n"); }
  void end_stream();
  /// Bytes outside any framing.
  bool raw(std::string_view bytes);
  /// Closes with RST.
  void reset();
  /// Waits; false when the server is being stopped or the client has gone.
  bool stay(std::chrono::milliseconds time);

 private:
  friend class ScriptedServer;
  ScriptedServer* server_ = nullptr;
  int socket_ = -1;
  void* tls_ = nullptr;
  bool keep_ = true;
};

class ScriptedServer {
 public:
  using Handler = std::function<void(Exchange&)>;
  explicit ScriptedServer(Handler handler);
  /// Serves TLS as `identity`; clients must present a certificate of `client_authority` if not
  /// empty.
  ScriptedServer(Handler handler, const Identity& identity,
                 const std::string& client_authority = {});
  ~ScriptedServer();

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url() const;
  /// Every request line so far: "GET /path?query".
  [[nodiscard]] std::vector<std::string> requests() const;
  /// How many of them contain `text`.
  [[nodiscard]] int count(std::string_view text) const;
  [[nodiscard]] int connections() const { return connections_; }

 private:
  friend class Exchange;
  void listen_on_loopback();
  void accept_loop();
  void serve(int socket);
  bool read_request(Exchange& exchange, std::string& buffer);

  const Handler handler_;
  void* tls_context_ = nullptr;
  int listener_ = -1, port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace pawprint::watch::tests
