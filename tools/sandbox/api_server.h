// The API server without its sockets: routes a request to its handler, under one lock.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <variant>

#include "tools/sandbox/cluster.h"
#include "tools/sandbox/fault.h"
#include "tools/sandbox/watch_stream.h"

namespace pawprint::sandbox {

/// verb ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"),
/// resource ("httproutes.gateway.networking.k8s.io", "httproutes.gateway.networking.k8s.io/status"
/// or the path for what is no resource), HTTP status (0: reset by a fault).
using RequestKey = std::tuple<std::string, std::string, int>;

/// The connection is to be reset instead of answered.
struct Reset {};

/// What a request leads to, and how long to wait before it is let out.
struct Outcome {
  std::variant<Response, std::shared_ptr<WatchStream>, Reset> what;
  std::chrono::milliseconds delay{0};
  std::optional<std::size_t> cut_after;  ///< reset the connection after so many bytes of the answer
};

/// Thread-safe.
class ApiServer {
 public:
  /// `token`: what every request must carry as bearer token; "" lets everyone in.
  ApiServer(Cluster cluster, std::string token)
      : cluster_(std::move(cluster)), token_(std::move(token)) {}

  Outcome handle(const Request& request);

  /// See WatchStream::pull.
  std::string pull(WatchStream& stream, bool bookmark);

  /// `notify` is called after every request that may have written, from the writer's thread and
  /// outside the lock. Set it before requests come.
  void on_change(std::function<void()> notify);

  /// Runs `action` with the state locked, then wakes the watches.
  void with_cluster(const std::function<void(Cluster&)>& action);

  /// From now on requests that would change a resource get 403.
  void set_read_only(bool read_only);
  void plan_fault(Fault fault);
  void clear_faults();
  std::map<RequestKey, std::size_t> requests() const;
  void clear_requests();

 private:
  struct Routed {
    Outcome outcome;
    std::string verb, resource;
  };

  Routed route(const Request& request);
  Routed guarded_route(const Request& request);
  Routed route_resource(const Request& request, Target target);
  void count(const Routed& routed);
  void wake();

  mutable std::mutex mutex_;
  Cluster cluster_;
  std::string token_;
  bool read_only_ = false;
  FaultPlan faults_;
  std::map<RequestKey, std::size_t> requests_;
  std::mutex notify_mutex_;
  std::function<void()> notify_;
};

}  // namespace pawprint::sandbox
