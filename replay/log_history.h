// explain/'s view of the past, over a log.
#pragma once

#include "engine/explain/history.h"
#include "store/log.h"

namespace pawprint::replay {

/// Does not own the log.
class LogHistory final : public explain::History {
 public:
  explicit LogHistory(store::Reader& log) : log_(log) {}

  Result<void> versions(const record::ObjectKey& object, record::Seq upto,
                        const Visit& visit) override;
  Result<void> configs(record::Seq upto, const Visit& visit) override;

 private:
  Result<void> walk(const std::vector<record::Seq>& seqs, record::Seq upto, const Visit& visit);
  store::Reader& log_;
};

}  // namespace pawprint::replay
