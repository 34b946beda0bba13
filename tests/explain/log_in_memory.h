// A History over records that a test keeps in a list.
#pragma once

#include <vector>

#include "engine/explain/history.h"

namespace pawprint::explain {

class LogInMemory : public History {
 public:
  /// Gives the record the next seq, and its time in seconds, and keeps it.
  const record::Record& append(record::Record record);
  /// The kind of the record with this seq; kTick when there is none.
  [[nodiscard]] record::Kind kind_at(record::Seq seq) const;
  [[nodiscard]] record::Seq head() const { return records_.size(); }

  Result<void> versions(const record::ObjectKey& object, record::Seq upto,
                        const Visit& visit) override;
  Result<void> configs(record::Seq upto, const Visit& visit) override;

 private:
  std::vector<record::Record> records_;
};

}  // namespace pawprint::explain
