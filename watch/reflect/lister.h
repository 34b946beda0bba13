// A full list of one kind, page by page, straight to the sink.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/record/bodies.h"
#include "watch/kube/client.h"
#include "watch/reflect/observe.h"
#include "watch/reflect/shared.h"

namespace pawprint::watch::reflect {

enum class ListOutcome {
  kDone,
  kGone,     ///< The asked resourceVersion or a page token is no longer known (410).
  kLagging,  ///< The server has not reached the asked resourceVersion yet.
  kAbsent,   ///< 404: the kind may not be served.
  kDenied,   ///< 401 or 403 in every namespace that was asked for.
  kFailed,
};

struct Listed {
  ListOutcome outcome = ListOutcome::kFailed;
  std::string why;  ///< One line unless kDone.
  std::optional<std::chrono::seconds> retry_after;
  std::vector<std::string> versions;  ///< kDone: where each namespace's watch starts.
  std::vector<std::string> denied;    ///< Namespaces left out for lack of permission.
};

struct ListRequest {
  record::Discovery::Resource resource;
  std::vector<std::string> namespaces;  ///< {""}: all at once.
  std::string reason;                   ///< start, gone or error, for kListBegin.
  std::string at_least;      ///< Not older than this resourceVersion; empty: most recent.
  bool skip_denied = false;  ///< Go on without namespaces that may not be read.
};

/// Delivers kListBegin, kListItem... and, if all went well, kListEnd. A list that breaks off has no
/// kListEnd; the next kListBegin starts over.
Listed list_all(kube::Client& client, const Shared& shared, const Origin& origin,
                const ListRequest& request);

}  // namespace pawprint::watch::reflect
