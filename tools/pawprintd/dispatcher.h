// Which due operations are sent now, and which wait.
//
// Each is sent once until its Applied record is folded. One that failed and is still due is
// repeated with a growing pause. An object that was just written is left alone until the watch has
// shown the write, for a second write on the old version would only meet a conflict. Status writes
// on one Gateway are damped: the first goes at once, the next ones at least 500 ms apart, growing
// to 2 s while changes keep coming, for thousands of routes would otherwise cost thousands of
// writes of one counter. Steady time only; nothing here reaches the engine.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/plan/operation.h"
#include "engine/record/bodies.h"
#include "tools/pawprintd/notice_queue.h"

namespace pawprint::pawprintd {

struct Dispatch {
  std::map<std::string, std::vector<plan::Operation>> by_zone;  ///< Send these, in this order.
  std::optional<Clock::time_point> wake;                        ///< Ask again then.
};

/// Decide thread only. What next() costs follows from what it sends and from what
/// is paused, held or put off; not from what waits for a free place.
class Dispatcher {
 public:
  using StandingOf = std::function<plan::Standing(const plan::Operation&)>;
  using Connected = std::function<bool(const std::string& zone)>;

  /// `in_flight`: most operations of one zone that are sent and not ended.
  explicit Dispatcher(std::size_t in_flight = 256) : limit_(in_flight) {}

  /// Operations that a Decision on disk lists, in the order in which they must be sent.
  void add(std::vector<plan::Operation> operations);
  Dispatch next(const StandingOf& standing, const Connected& connected, Clock::time_point now);
  /// The operation has ended; the record is folded.
  void ended(const record::Applied& applied, Clock::time_point now);
  /// Sent and not ended.
  [[nodiscard]] std::size_t in_flight(const std::string& zone) const;

 private:
  struct Sent {
    std::uint64_t order = 0;
    plan::Operation operation;
  };
  struct Repeat {
    Clock::time_point due;
    int failures = 0;
  };
  /// An object that was written lately.
  struct Recent {
    Clock::time_point sent;
    int in_flight = 0;
    std::string version;  // As returned by the last write; "" before its answer.
  };
  struct Damped {
    Clock::time_point last;  // When the last one was sent.
    Clock::duration interval{};
  };
  struct Zone {
    std::map<std::uint64_t, plan::Operation> waiting;  // By order of arrival.
    std::size_t in_flight = 0;
  };

  void next_of(Zone& zone, const StandingOf& standing, Clock::time_point now, Dispatch& out);
  [[nodiscard]] std::optional<Clock::time_point> wait_until(const plan::Operation& operation,
                                                            Clock::time_point now) const;
  void note_sent(const plan::Operation& operation, Clock::time_point now);
  void forget_old(Clock::time_point now);

  const std::size_t limit_;
  std::uint64_t order_ = 0;
  std::map<std::string, Zone> zones_;
  std::map<std::string, Sent> sent_;  // By id, as the next two.
  std::map<std::string, Repeat> repeats_;
  std::map<record::ObjectKey, Recent> recent_;
  std::map<record::ObjectKey, Damped> damped_;
  Clock::time_point forget_at_{};
};

}  // namespace pawprint::pawprintd
