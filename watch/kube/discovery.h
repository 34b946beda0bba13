// What an API server serves, of the kinds that we use.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/record/bodies.h"
#include "engine/result.h"
#include "watch/kube/client.h"

namespace pawprint::watch::kube {

struct WantedKind {
  std::string_view group, kind;
};

/// All that is asked of the server at once.
struct Served {
  std::string version;  ///< gitVersion, "v1.34.4".
  record::Discovery discovery;
  /// Every "group/version/kind" that was seen, sorted; also those not chosen.
  std::vector<std::string> all;
  bool reviews_access = false;  ///< authorization.k8s.io is served.
  [[nodiscard]] bool serves(std::string_view group, std::string_view group_version,
                            std::string_view kind) const;
};

/// Asks /version, /apis and the groups of `wanted`. Per kind the best served version is chosen:
/// v1, then v1beta1, then v1alpha1, then whatever there is. kDenied on 401 and 403, kUnreachable.
Result<Served> discover(Client& client, const std::vector<WantedKind>& wanted);

/// The current discovery of a zone, refreshed when a kind appears or goes. Thread-safe.
class Catalog {
 public:
  using Changed = std::function<void(const record::Discovery&)>;
  Catalog(Served served, std::vector<WantedKind> wanted, Changed changed);

  [[nodiscard]] std::optional<record::Discovery::Resource> find(std::string_view group,
                                                                std::string_view kind) const;
  [[nodiscard]] record::Discovery discovery() const;
  [[nodiscard]] Served served() const;
  /// Asks the server again with `client`, and tells `changed` (on this thread) if it differs.
  Result<void> refresh(Client& client);

 private:
  mutable std::mutex mutex_;
  Served served_;
  const std::vector<WantedKind> wanted_;
  const Changed changed_;
};

}  // namespace pawprint::watch::kube
