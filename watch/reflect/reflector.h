// Keeps one kind in sync: list, watch, and what to do when either cannot go on.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "watch/kube/backoff.h"
#include "watch/kube/client.h"
#include "watch/reflect/lister.h"
#include "watch/reflect/shared.h"
#include "watch/reflect/watcher.h"

namespace pawprint::watch::reflect {

struct Assignment {
  std::string group, kind;
  std::size_t index = 0;                ///< Place in the order of first lists.
  std::vector<std::string> namespaces;  ///< Empty: all at once.
  std::string cursor;                   ///< Empty: list first.
  std::vector<std::string> fallback;    ///< Namespaces to read when all at once is denied.
  bool optional_access = false;         ///< Being denied counts as absent.
};

/// run() is one thread; with several namespaces it starts one more for each while they are watched.
class Reflector {
 public:
  Reflector(const Shared& shared, Assignment assignment, std::stop_token stop);
  /// Returns when stopped, within the time of a cancelled socket operation.
  void run();

 private:
  /// One list, with its own retries; false: wait `pause_` and try again.
  bool list();
  void accept(Listed listed);
  /// After a list that did not end well: decides how and when the next one is made.
  void recover(const Listed& listed, const std::string& at_least);
  /// Discovery does not have the kind.
  void missing();
  void list_trouble(const std::string& why);
  void watch();
  WatchEnd watch_namespaces();
  bool probe_denied();
  void not_served(const std::string& why);
  void say(NoticeKind kind, const std::string& reason);
  [[nodiscard]] bool several() const { return namespaces_.size() > 1 || !denied_.empty(); }

  const Shared& shared_;
  Assignment assignment_;
  const std::stop_token stop_;
  kube::Client client_;
  kube::Backoff backoff_;
  Origin origin_;
  std::vector<std::string> namespaces_;  ///< Watched ones, parallel to versions_.
  std::vector<std::string> versions_, denied_;
  std::string last_version_;  ///< Newest cursor ever held, for NotOlderThan.
  std::string reason_ = "start";
  std::optional<kube::Clock::time_point> lagging_since_;
  bool quorum_ = false;   ///< The next list must not name a resourceVersion.
  bool absent_ = false;   ///< kAbsent was said.
  bool doubted_ = false;  ///< Missing once although it was synced before.
  kube::Millis pause_{0};
};

}  // namespace pawprint::watch::reflect
