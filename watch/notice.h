// What the Kubernetes edge tells the decide thread.
//
// A Notice is a value; the decide thread turns it into records (it alone knows what is already
// known, so it skips unchanged list items and computes Vanished records). Nothing here decides.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/record/bodies.h"
#include "engine/record/record.h"

namespace pawprint::watch {

enum class NoticeKind : std::uint8_t {
  kDiscovery,  ///< `discovery` is set: what the zone's API server serves, of the kinds we use.
  kAbsent,     ///< The API server does not serve `kind` (confirmed by discovery).
  kListBegin,  ///< A full list begins; `reason` is start, gone or error. One that follows another
               ///< without kListEnd between them starts over.
  kListItem,   ///< `record` holds one listed object (Observed, ADDED), or a Quarantined one.
  kListEnd,    ///< `resource_version` is where the watch goes on; `items` were listed.
  kResumed,    ///< The watch goes on from the stored cursor, without a list.
  kEvent,      ///< `record` holds one watch event (Observed) or an undecodable one (Quarantined).
  kBookmark,   ///< Only the cursor moves, to `resource_version`.
  kTrouble,    ///< `reason`: one line, for zones and logs; the reflector retries by itself.
  kApplied,    ///< `record` is an Applied record; `record.body` from record::Applied.
  kFresh,      ///< After a conflict: `record` holds the object as read just now (Observed), or a
               ///< DELETED one when it is gone.
};

struct Notice {
  NoticeKind notice = NoticeKind::kTrouble;
  std::string zone, group, kind;
  /// Where the watch goes on after this notice, for the cursor; empty: the cursor does not move
  /// (a Secret of a zone in which only some namespaces are read, an event without a version).
  std::string resource_version;
  std::string reason;
  std::uint64_t items = 0;
  record::Record record;  ///< Without seq; time_ns is when the bytes arrived.
  record::Discovery discovery;
};

/// Where notices go. deliver() may block: that is the back-pressure that stops reading sockets.
/// Called from I/O threads.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void deliver(std::vector<Notice> notices) = 0;
};

}  // namespace pawprint::watch
