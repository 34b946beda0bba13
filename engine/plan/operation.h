// One write that would bring the cluster closer to what is desired. A value; nothing here sends it.
//
// The write rules are those of docs/architecture.md, section "Writes". The applier executes an
// operation as it stands: it never merges and never decides. Whatever the API server answers goes
// back into the log as an Applied record, and the engine plans again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/record/record.h"

namespace pawprint::plan {

enum class Verb : std::uint8_t {
  kCreate,     ///< Server-side apply of `body` (the object does not exist as far as we know).
  kReplace,    ///< GET, set spec, mesh and our labels from `body`, keep other metadata, PUT.
  kDelete,     ///< DELETE with preconditions `uid` and `resource_version`.
  kStatus,     ///< Merge patch of the status subresource; `body` holds metadata.resourceVersion.
  kFinalizer,  ///< Merge patch of metadata.finalizers; `body` holds metadata.resourceVersion.
};

/// What the plan says now of an operation that it once listed.
enum class Standing : std::uint8_t {
  kGone,   ///< Done, or another one took its place.
  kWaits,  ///< Still wanted, but held or paused.
  kDue,
};

struct Operation {
  std::string id;  ///< "<seq>-<n>": seq of the record that caused it and a counter.
  Verb verb = Verb::kCreate;
  record::ObjectKey object;
  std::string api_version;       ///< "kuma.io/v1alpha1".
  std::string body;              ///< Canonical JSON to send; empty for kDelete.
  std::string uid;               ///< Precondition for kReplace and kDelete.
  std::string resource_version;  ///< Precondition; empty for kCreate.
  /// Identifies the content, without preconditions and times: the applier hands it back in
  /// Applied.digest, so that the engine recognises its own writes.
  std::string digest;
  /// For a copied Secret: `body` has no data. The applier reads source `secret_ns/secret_name`,
  /// joins tls.key and tls.crt as `secret_joined` says, checks that the keyed digest of the result
  /// is `secret_digest` and sends it as data.value. Empty for everything else.
  std::string secret_ns, secret_name, secret_digest;
  bool secret_joined = false;  ///< True: put a line end between key and certificate when missing.

  bool operator==(const Operation&) const = default;
};

/// "create", "replace", "delete", "status", "finalizer".
std::string_view name(Verb verb);

}  // namespace pawprint::plan
