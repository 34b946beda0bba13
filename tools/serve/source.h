// What the HTTP server shows, and where it gets it from. The daemon implements Source; nothing here
// knows threads, queues or clusters.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/record/bodies.h"
#include "engine/reducer.h"
#include "engine/result.h"
#include "store/log.h"

namespace pawprint::serve {

struct ZoneView {
  ZoneState state;
  bool connected = false;       ///< An edge to its API server exists.
  std::uint64_t in_flight = 0;  ///< Operations sent and not ended.
  std::string trouble;          ///< What an edge last complained of and has not got over; or empty.
};

/// One consistent moment of the daemon. A value; made by the decide thread, never changed after.
struct View {
  store::Head head;
  record::Seq oldest = 0;
  std::int64_t oldest_time_ns = 0;
  std::uint64_t decisions = 0;
  std::string digest;
  record::Config config;
  std::vector<ZoneView> zones;
  std::vector<std::pair<std::string, std::string>> held;  ///< Object, why it waits for a person.
  store::Disk disk;
  bool log_writable = true;
  bool paused = false;  ///< By an operator.
  bool stopping = false;
  std::string log_error;  ///< Of the last append, when the log is not writable.
};

/// Thread-safe.
class Source {
 public:
  virtual ~Source() = default;
  /// The newest published moment, at most a quarter of a second old. Never null.
  [[nodiscard]] virtual std::shared_ptr<const View> view() const = 0;
  /// A reader of its own for the caller's thread.
  virtual Result<std::unique_ptr<store::Reader>> reader() const = 0;
  /// Prometheus text.
  [[nodiscard]] virtual std::string metrics() const = 0;
};

}  // namespace pawprint::serve
