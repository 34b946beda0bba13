// Who may list when: first lists in the order of the kinds, later ones at most two at a time.
//
// Inputs are listed before outputs, so that the log of a start reads the same each time; relists
// after an outage must not hit the API server all at once.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <set>
#include <stop_token>

namespace pawprint::watch::reflect {

/// Thread-safe.
class Turns {
 public:
  explicit Turns(std::size_t count) : count_(count) {}
  /// Waits until every index before `index` is done; false when stopped.
  bool wait(std::size_t index, const std::stop_token& stop);
  /// The first attempt of `index` is over, well or badly. May be called more than once.
  void done(std::size_t index);

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::set<std::size_t> done_;
  std::size_t next_ = 0;
  const std::size_t count_;
};

/// Counts concurrent lists. Thread-safe.
class ListGate {
 public:
  explicit ListGate(int places) : places_(places) {}
  /// False when stopped; otherwise leave() must follow.
  bool enter(const std::stop_token& stop);
  void leave();

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  int places_;
};

}  // namespace pawprint::watch::reflect
