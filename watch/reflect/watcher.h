// The watch of one kind in one namespace (or all): streams until something needs the caller.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "engine/record/bodies.h"
#include "watch/kube/backoff.h"
#include "watch/kube/client.h"
#include "watch/reflect/observe.h"
#include "watch/reflect/shared.h"

namespace pawprint::watch::reflect {

enum class WatchEnd {
  kStopped,
  kGone,    ///< The cursor is outside the server's history: list again.
  kBroken,  ///< The server cannot go on from the cursor for another reason: list again.
  kAbsent,  ///< 404.
  kDenied,  ///< 403.
};

/// One thread runs it.
class Watcher {
 public:
  /// Delivers bookmarks only when `origin` is whole.
  Watcher(const Shared& shared, Origin origin, record::Discovery::Resource resource, std::string ns,
          std::stop_token stop);

  /// Goes on after `version`, through every time-out, lost connection and refusal that asks for a
  /// retry, until one of WatchEnd. `client` must carry the same stop token.
  WatchEnd run(kube::Client& client, std::string version);
  [[nodiscard]] const std::string& version() const { return version_; }
  [[nodiscard]] const std::string& why() const { return why_; }

 private:
  struct Stream;
  /// What to do after one watch request.
  struct Next {
    std::optional<WatchEnd> end;
    bool failed = false;  ///< Wait before the next one.
    std::optional<std::chrono::seconds> retry_after;
  };
  Next one_watch(kube::Client& client);
  Next refused(const kube::Response& response);
  Next read(kube::Client& client, kube::Millis asked);
  Next on_error(std::string_view object);
  void trouble(const std::string& why);

  const Shared& shared_;
  const Origin origin_;
  const record::Discovery::Resource resource_;
  const std::string ns_;
  const std::stop_token stop_;
  kube::Backoff backoff_;
  std::string version_, why_;
  bool seen_bookmark_ = false, learned_silence_ = false;
  int internal_errors_ = 0;
};

}  // namespace pawprint::watch::reflect
