// A Kubernetes HTTP client for one thread: keeps one connection, authenticates, retries.
//
// Also what tests use to set things up: Client::open("/path/to/kubeconfig") and get/post/put/...
// Answers of any status are values; an Error means that there was no answer.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "engine/result.h"
#include "watch/kube/access.h"
#include "watch/kube/connection.h"
#include "watch/kube/http.h"

namespace pawprint::watch::kube {

struct ClientOptions {
  /// How often an answer of 429 or 5xx that carries Retry-After, or a lost connection, is tried
  /// again. 0: the caller has its own way (reflectors, the applier).
  int retries = 0;
  bool retry_unreachable = true;  ///< False: no answer at all is final; only answers are retried.
  /// Ends retrying, sleeping and all I/O when triggered.
  std::stop_token stop{};
  std::uint64_t body_bytes = 256u << 20;  ///< Larger answers are an error (kExhausted).
};

/// Not thread-safe; make one per thread from a shared Access.
class Client {
 public:
  Client(std::shared_ptr<Access> access, ClientOptions options);
  /// From a kubeconfig (see load_target). Does not connect yet.
  static Result<Client> open(const std::string& kubeconfig, const std::string& context = {},
                             ClientOptions options = {});

  /// The whole exchange. A 401 is tried once more with a token read anew; an idle connection that
  /// the server had closed is replaced once.
  Result<Response> send(const Request& request);

  Result<Response> get(std::string_view target);
  Result<Response> post(std::string_view target, std::string_view json);
  Result<Response> put(std::string_view target, std::string_view json);
  Result<Response> patch(std::string_view target, std::string_view body,
                         std::string_view content_type = kMergePatch);
  /// Server-side apply: adds fieldManager and force to `target`.
  Result<Response> apply(std::string_view target, std::string_view json, std::string_view manager);
  Result<Response> del(std::string_view target, std::string_view json = {});

  /// Sleeps; false at once when the stop token is triggered.
  bool wait(Millis time) const { return pause(options_.stop, time); }

  /// For a watch: sends, and leaves the body to be read with connection().read_some().
  Result<Response> stream(const Request& request);
  /// Reads a streamed answer's body to its end, for error documents.
  Result<std::string> read_body(Clock::time_point deadline);
  Connection& connection() { return connection_; }

  /// True when any byte of the last request may have reached the server.
  [[nodiscard]] bool sent() const { return connection_.sent(); }
  [[nodiscard]] const Target& target() const { return access_->target(); }
  [[nodiscard]] const std::shared_ptr<Access>& access() const { return access_; }

 private:
  Result<Response> attempt(const Request& request, bool whole);
  Result<Response> exchange(const Request& request, bool whole, Clock::time_point deadline);
  Result<Response> authorized(const Request& request, bool whole);

  std::shared_ptr<Access> access_;
  ClientOptions options_;
  Connection connection_;
};

}  // namespace pawprint::watch::kube
