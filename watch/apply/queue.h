// Which operation may be sent next: one in flight per object, in order per object.
//
// Operations on one object fall into three lanes (the object itself, its status, its finalizers):
// a newer one takes the place of a waiting one of the same lane only, for a status does not make a
// finalizer unnecessary. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <tuple>
#include <vector>

#include "engine/plan/operation.h"
#include "watch/kube/backoff.h"

namespace pawprint::watch::apply {

struct Job {
  plan::Operation operation;
  std::uint32_t attempt = 0;  ///< Tries begun.
  std::int64_t began_ns = 0;  ///< When the first try began, steady clock; 0: not yet.
  bool sent = false;          ///< A try may have reached the server without an answer.
  std::string last_reason;    ///< Of the last try that must be repeated.
  int last_status = 0;
  std::uint64_t order = 0;
  kube::Clock::time_point due{};
};

class Queue {
 public:
  /// Adds in order. Returns the jobs that are superseded by it and will not be tried (again).
  std::vector<Job> push(plan::Operation operation);
  /// The next job that is due; its object is busy until finish() or retry(). nullopt when stopped.
  std::optional<Job> take(const std::stop_token& stop);
  /// The job is over.
  void finish(const Job& job);
  /// Puts the job back in front of its object, due later. Returns it when a newer operation of its
  /// lane has come meanwhile (or the queue is closed): it is over then.
  std::optional<Job> retry(Job job, kube::Millis wait);
  /// No more take(); returns everything that waits.
  std::vector<Job> close();
  /// Waits until nothing is in flight, at most `limit`.
  void drain(kube::Millis limit);

 private:
  struct Slot {
    std::deque<Job> jobs;
    bool busy = false;
  };
  using Ready = std::tuple<kube::Clock::time_point, std::uint64_t, record::ObjectKey>;

  void schedule(const record::ObjectKey& key, const Slot& slot);
  void unschedule(const record::ObjectKey& key, const Slot& slot);
  void release(const record::ObjectKey& key);

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::map<record::ObjectKey, Slot> slots_;
  std::set<Ready> ready_;  ///< Front job of each slot that is not busy.
  std::uint64_t order_ = 0;
  int busy_ = 0;
  bool closed_ = false;
};

}  // namespace pawprint::watch::apply
