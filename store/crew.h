// Two hands for work that comes in many equal pieces: the caller's thread and one beside it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>

namespace pawprint::store {

/// Owned and called by one thread. The thread beside it starts with the first work that is worth
/// it, sleeps between, and ends with the object.
class Crew {
 public:
  /// Hands that `work` may be called from at once: 0 is the caller's.
  static constexpr std::size_t kHands = 2;

  Crew() = default;
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// Calls work(index, hand) once for each index below `count`, in no order, and returns when all
  /// are done. `work` must not throw.
  void run(std::size_t count, const std::function<void(std::size_t index, std::size_t hand)>& work);

 private:
  void help();
  void take_all(std::size_t hand);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::thread helper_;
  // Guarded by mutex_.
  std::size_t round_ = 0;  ///< Counts what the helper is woken for.
  bool helping_ = false;
  bool ending_ = false;
  // Written while the helper sleeps.
  const std::function<void(std::size_t, std::size_t)>* work_ = nullptr;
  std::size_t count_ = 0;
  std::atomic<std::size_t> next_{0};
};

}  // namespace pawprint::store
