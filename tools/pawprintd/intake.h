// Notices -> records: what is worth a record, and which cursor moves with it.
//
// The edge reports; only here is it known what is known already. So unchanged list items make no
// record, a relist yields Vanished records, and an event that a read after a conflict has overtaken
// is dropped. Pure: no clock, no I/O but the function that reads an old record.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "engine/record/record.h"
#include "engine/reducer.h"
#include "engine/result.h"
#include "store/log.h"
#include "watch/notice.h"

namespace pawprint::pawprintd {

/// What goes to the log in one write.
struct Group {
  std::vector<record::Record> records;
  std::vector<store::Cursor> cursors;  ///< At most one per zone and kind.
  [[nodiscard]] bool empty() const { return records.empty() && cursors.empty(); }
};

/// Decide thread only.
class Intake {
 public:
  using ReadRecord = std::function<Result<record::Record>(record::Seq)>;

  /// `reducer` must outlive it; `read` returns a stored record, for the last known body of what
  /// vanished.
  Intake(const Reducer& reducer, ReadRecord read) : reducer_(reducer), read_(std::move(read)) {}

  /// Adds what `notice` means to the group.
  void take(watch::Notice notice, Group& group);
  /// Must be told of every record of the log once it is folded, also of old ones at start.
  void note_folded(const record::Record& record);

 private:
  using KindKey = std::tuple<std::string, std::string, std::string>;  // zone, group, kind
  struct Known {
    std::string uid, resource_version;
    record::Seq seq = 0;
    std::size_t place = 0;  ///< In the group's records, when seq is 0.
  };

  [[nodiscard]] std::optional<Known> known(const record::ObjectKey& key) const;
  [[nodiscard]] std::map<record::ObjectKey, Known> all_known(const KindKey& kind) const;
  void take_item(watch::Notice& notice, Group& group);
  void take_event(watch::Notice& notice, Group& group);
  void end_list(const watch::Notice& notice, Group& group);
  void discovery(watch::Notice& notice, Group& group);
  void add(record::Record record, Group& group);
  void vanish(const record::ObjectKey& key, const Known& last, std::int64_t time_ns, Group& group);
  void sync(record::Kind kind, const watch::Notice& notice, const std::string& reason,
            Group& group);
  static void move_cursor(const watch::Notice& notice, const std::string& version, Group& group);

  const Reducer& reducer_;
  const ReadRecord read_;
  std::map<KindKey, std::set<record::ObjectKey>> listing_;      // Kinds in the middle of a list.
  std::map<record::ObjectKey, std::optional<Known>> unfolded_;  // Changed by the current group.
  std::map<record::ObjectKey, Known> others_;  // Of kinds that the engine does not read.
  std::map<KindKey, bool> absent_;
  std::map<std::string, std::string> discovered_;  // By zone: the last body.
};

}  // namespace pawprint::pawprintd
