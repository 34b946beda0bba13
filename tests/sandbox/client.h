// A small blocking client of an API server, for tests: HTTP or HTTPS with a bearer token.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "tools/sandbox/json.h"

namespace pawprint::sandbox::test {

/// Where a server is and how to be let in.
struct Endpoint {
  std::string host = "127.0.0.1";
  std::string port;
  bool tls = false;
  std::string authority;  ///< PEM of the CA; only with tls
  std::string token;
};

/// What a kubeconfig of this project's tools says (one cluster, one user).
Endpoint read_kubeconfig(const std::string& text);

struct Reply {
  int status = 0;  ///< 0: no answer; `text` says why
  std::string text;
  Json body;                                   ///< null when the text is not JSON
  std::map<std::string, std::string> headers;  ///< by lower-case name; repeated ones joined

  /// metadata.NAME of the object, or "".
  std::string metadata(const std::string& name) const;
  std::string version() const { return metadata("resourceVersion"); }
};

struct Call {
  std::string method;
  std::string target;
  std::string body;
  std::string content_type = "application/json";
  std::string accept = "application/json";
  std::string user_agent = "tester/1.0";
};

/// One request on a connection of its own, 20 s at most.
Reply send(const Endpoint& endpoint, const Call& call);

/// A watch on a connection of its own.
class Watch {
 public:
  Watch(const Endpoint& endpoint, const std::string& target);
  ~Watch();

  int status() const;
  /// The next event, or null when the stream has ended. Also null when nothing came in time; the
  /// watch is of no use after that.
  Json next(std::chrono::milliseconds patience = std::chrono::seconds(10));
  /// True after the server has ended the stream in order (last chunk), false after a broken
  /// connection.
  bool ended_cleanly() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pawprint::sandbox::test
