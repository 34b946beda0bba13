// One try at one operation: the requests that it takes, and what the answer means.
//
// Sources: engine/plan/operation.h for what each verb does, kubernetes-edge rules A1 to A9. Nothing
// is merged or decided here beyond that; whatever the server says goes back as an answer.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "engine/plan/operation.h"
#include "watch/edge.h"
#include "watch/kube/client.h"
#include "watch/kube/discovery.h"
#include "watch/notice.h"

namespace pawprint::watch::apply {

struct Answer {
  std::string outcome;  ///< As in record::Applied; empty: try again later.
  int status = 0;
  std::string reason;  ///< One line, no bytes of a Secret.
  std::string resource_version, uid;
  std::optional<Notice> fresh;  ///< The object as read after a conflict.
  std::optional<std::chrono::seconds> retry_after;
  bool sent = false;  ///< A write may have reached the server.
};

struct Writer {
  kube::Client& client;
  const kube::Catalog& catalog;
  const ZoneOptions& options;
  const SecretFunctions& secrets;
};

/// Blocking; as long as the client's request timeouts allow.
Answer attempt(const Writer& writer, const plan::Operation& operation);

}  // namespace pawprint::watch::apply
