// A Kubernetes API server in this process: for the demo, for tests and for fault injection.
//
// It speaks plain HTTP/1.1 on loopback and answers what a controller for the Gateway API and Kuma
// asks: discovery, get, list (pages, selectors, resourceVersion), watch (bookmarks, resumption,
// 410, streaming lists), create, update with optimistic locking, merge patch, JSON patch,
// server-side apply with managedFields, delete with preconditions and finalizers, status
// subresources, CRD schemas (defaults, pruning, validation). tests/sandbox holds it to a real
// kube-apiserver v1.34: one suite runs against both.
//
// Where it differs from a real server, on purpose:
//  - HTTP without TLS, no authorisation: whoever has the token (if one is set) may do everything
//  - rules in CEL are not evaluated, nor is the cause that a real server adds about skipped rules
//  - OpenAPI only says that fields are validated by the server; no protobuf; tables of built-in
//  kinds
//    have fewer columns
//  - built-in kinds are Namespace, Service, Secret, ConfigMap, Lease, Event, EndpointSlice and the
//    access reviews, with light validation; strategic merge patches are taken as merge patches
//  - a deleted Namespace is emptied and ends, as if a controller manager ran
//  - CustomResourceDefinitions are no resource; Sandbox::serve() withdraws and restores a kind
//  - PUT never creates (real servers let it for Leases and Services)
//  - a watch from a version of the future fails at once, without the 3 s of patience
//  - managers are not capped at 10 per object; propagationPolicy is ignored, for there is no
//  garbage
//    collector; generateName is not supported
//  - a MeshGatewayInstance gets an address at once (Options::assign_addresses)
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "engine/result.h"
#include "tools/sandbox/fault.h"
#include "tools/sandbox/json.h"
#include "tools/sandbox/request.h"

namespace pawprint::sandbox {

struct Options {
  /// Folder of CRD files (*.yaml, searched recursively); "": the Gateway API v1.6.1 and Kuma 2.14
  /// definitions compiled into the program.
  std::string crd_directory;
  std::uint16_t port = 0;  ///< 0: a free one
  std::string zone =
      "default";  ///< names the kubeconfig's context; addresses and uids follow from it
  std::size_t history = 1000;  ///< events kept per kind; resuming a watch from before gives 410
  std::function<std::int64_t()> clock;  ///< Unix time in ns, for timestamps; null: the system's
  std::string token;                    ///< bearer token that requests must carry; "": none needed
  bool assign_addresses = true;         ///< see gateway_address.h
  /// Requests that would change something get 403; place() and displace() work.
  bool read_only = false;
  /// Whether the namespaces of a new cluster are there from the start.
  bool initial_namespaces = true;
  std::chrono::milliseconds bookmark_interval{60000};
};

/// verb, resource, HTTP status. Verbs and resources are those of api_server.h:
/// {"patch", "meshhttproutes.kuma.io", 200}.
using RequestCounts = std::map<std::tuple<std::string, std::string, int>, std::size_t>;

/// One cluster. All methods are thread-safe, except that stop(), start_again() and destruction must
/// not run at the same time as others.
class Sandbox {
 public:
  /// Starts serving, with the namespaces default, kube-system, kube-public, kube-node-lease and
  /// kuma-system. kInvalid: a bad CRD; kNotFound: no CRDs; kUnreachable: the port is taken.
  static Result<std::unique_ptr<Sandbox>> start(Options options);
  ~Sandbox();

  std::uint16_t port() const;
  std::string url() const;         ///< "http://127.0.0.1:PORT"
  std::string kubeconfig() const;  ///< a kubeconfig with one context named like the zone

  /// @name Direct calls, the same handlers without a socket. They count as requests.
  /// `type` is a resource ("httproutes.gateway.networking.k8s.io", "services"); `space` is "" for
  /// cluster-scoped objects. Errors carry the server's message: kNotFound, kConflict (409),
  /// kInvalid (400, 422), kInternal.
  /// @{
  Response call(const Request& request);
  Result<Json> get(const std::string& type, const std::string& space, const std::string& name);
  /// All namespaces when `space` is "".
  Result<std::vector<Json>> list(const std::string& type, const std::string& space = "");
  /// Server-side apply of one object as manager "kubectl", forced; a status in it is applied
  /// through /status afterwards where the kind has one.
  Result<Json> apply(const Json& object, const std::string& manager = "kubectl");
  /// The same for each document of a YAML text, in order; stops at the first error.
  Result<void> apply_yaml(std::string_view documents, const std::string& manager = "kubectl");
  Result<void> remove(const std::string& type, const std::string& space, const std::string& name);
  /// @}

  /// Puts an object there exactly as it is (uid, status, managedFields and all, unchecked), as if
  /// it had happened on a recorded cluster; watches see it. Its resourceVersion stays when it is
  /// greater than every one before, else it gets the next. kNotFound: its kind is not served.
  Result<void> place(const Json& object);
  /// Takes an object away, whatever finalizers it has. kNotFound: it is not there.
  Result<void> displace(const Json& object);

  RequestCounts requests() const;
  /// Requests of that verb and resource, whatever their status. "" matches any.
  std::size_t count(const std::string& verb, const std::string& resource = "") const;
  /// create, update, patch and delete requests so far.
  std::size_t writes() const;
  void clear_requests();

  void set_fault(Fault fault);
  void clear_faults();
  /// Cuts every connection that carries a watch.
  void drop_watches();
  /// Sends bytes as they are on every open watch, between two events: a line that is no JSON, an
  /// event of an unknown type, the same event twice.
  void inject_into_watches(const std::string& bytes);
  /// Forgets the past: a watch that resumes from before now gets 410.
  void compact();
  /// Withdraws a kind (its objects go, its watches end, its path gives 404) or serves it again.
  /// kNotFound for a resource that was never served.
  Result<void> serve(const std::string& resource, bool served);

  /// Cuts all connections and stops listening; the state stays.
  void stop();
  /// Listens on the same port again. kUnreachable when somebody took it.
  Result<void> start_again();

 private:
  class Impl;
  explicit Sandbox(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pawprint::sandbox
