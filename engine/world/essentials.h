// The records that the state at a moment still hangs on although no object that is known came from
// them: settings, commands of operators, how far each kind was listed, the last errors.
//
// Together with the last record of each known object they are enough to have the state again.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/record/record.h"

namespace pawprint::world {

class Essentials {
 public:
  /// Every record of the log, in order.
  void note(const record::Record& record);
  /// Ascending, each once.
  [[nodiscard]] std::vector<record::Seq> seqs() const;

 private:
  void note_object(const record::Record& record);

  std::vector<record::Seq> always_;          // Config and Operator: rare, and all of them count.
  std::map<std::string, record::Seq> last_;  // By what the next one of its sort replaces.
  std::map<record::ObjectKey, record::Seq> unread_;  // Existing objects of kinds no rule reads.
};

}  // namespace pawprint::world
