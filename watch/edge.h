// One zone's API server: discovery, reflectors for each kind, and the applier.
//
// The only door between the daemon and a cluster. Owns its I/O threads; everything it learns goes
// to the Sink, everything it shall write comes through submit(). TLS is always verified unless the
// kubeconfig itself says insecure-skip-tls-verify.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/plan/operation.h"
#include "engine/result.h"
#include "watch/notice.h"

namespace pawprint::watch {

struct ZoneOptions {
  std::string zone;
  std::string kubeconfig;  ///< Path; empty: $KUBECONFIG, then in-cluster, then ~/.kube/config.
  std::string context;     ///< Empty: current-context.
  std::string controller_name;
  std::string system_namespace;
  std::string field_manager = "pawprint";
  std::vector<std::string> secret_namespaces;  ///< Empty: all that RBAC allows.
  bool gateways = true;                        ///< False: Kuma 3, which has no kinds for them.
  bool read_only = false;  ///< shadow and dry-run: submit() answers "dry-run", nothing is sent.
  std::uint64_t event_bytes = 8u << 20;  ///< Larger events are quarantined.
  int writers = 8;                       ///< Concurrent write connections.
};

/// A kind's place to resume from; see store::Cursor.
struct ResumePoint {
  std::string group, kind, resource_version;
};

/// Functions over Secret bytes, given by the daemon so that watch/ needs no store.
struct SecretFunctions {
  std::function<Result<std::string>(std::string_view object)>
      facts;                                                  ///< Object -> recordable facts.
  std::function<std::string(std::string_view bytes)> digest;  ///< As printed in facts.
};

struct Finding {
  bool ok = true;
  std::string what, detail;  ///< One line each; detail says how to fix when not ok.
};

class Edge {
 public:
  /// Reads the kubeconfig (kInvalid names file and member), connects, verifies TLS (kUnreachable,
  /// kDenied) and runs discovery once. Starts nothing else.
  static Result<std::unique_ptr<Edge>> connect(ZoneOptions options, SecretFunctions secrets,
                                               Sink& sink);
  virtual ~Edge() = default;

  /// What discovery found at connect time.
  [[nodiscard]] virtual const record::Discovery& discovery() const = 0;
  /// Server version ("v1.34.4") and address, for people.
  [[nodiscard]] virtual std::string describe() const = 0;
  /// Name of a live kuma-cp that would reconcile the same objects (lease held and v1beta1 kinds
  /// served), or empty.
  virtual Result<std::string> live_kuma_controller() = 0;
  /// Zone name that Kuma wrote on its own objects (label kuma.io/zone), or empty when none is seen.
  virtual Result<std::string> kuma_zone_name() = 0;
  /// Everything `pawprintd check` reports: versions, CRDs, permissions (SelfSubjectAccessReview),
  /// zone name, other controllers.
  virtual std::vector<Finding> check() = 0;

  /// Starts one reflector per kind that we use. Kinds with a resume point go on from there. The
  /// first notice is kDiscovery; another follows whenever what is served changes.
  virtual void start(const std::vector<ResumePoint>& cursors) = 0;
  /// Sends operations, at most one in flight per object, in order per object. Each ends in exactly
  /// one kApplied notice (and a kFresh one after a conflict). Retries by itself what Kubernetes
  /// asks to retry (429 and 5xx with Retry-After, connection loss) until a newer operation on the
  /// same object supersedes it.
  virtual void submit(std::vector<plan::Operation> operations) = 0;
  /// Stops reading and writing; returns when no thread of this edge runs any more, within 2 s if
  /// the Sink takes what is delivered meanwhile (it must not wait for the caller of stop()).
  virtual void stop() = 0;
};

/// The kinds that Pawprint watches, in the order in which they are listed.
struct WatchedKind {
  std::string_view group, kind, plural;
  bool required;  ///< Without it nothing can be decided; others may be absent.
};
const std::vector<WatchedKind>& watched_kinds();

}  // namespace pawprint::watch
