#include "replay/log_history.h"

namespace pawprint::replay {

Result<void> LogHistory::walk(const std::vector<record::Seq>& seqs, record::Seq upto,
                              const Visit& visit) {
  for (auto seq = seqs.rbegin(); seq != seqs.rend(); ++seq) {
    if (*seq > upto) continue;
    const auto record = log_.get(*seq);
    if (!record) return tl::unexpected<Error>(record.error());
    if (record->kind == record::Kind::kQuarantined) continue;  // It says nothing of the object.
    const bool gone =
        record->kind == record::Kind::kVanished || record->event == record::Event::kDeleted;
    if (!visit({record->seq, record->time_ns, gone, record->body})) break;
  }
  return {};
}

Result<void> LogHistory::versions(const record::ObjectKey& object, record::Seq upto,
                                  const Visit& visit) {
  const auto seqs = log_.history(object, upto);
  if (!seqs) return tl::unexpected<Error>(seqs.error());
  return walk(*seqs, upto, visit);
}

Result<void> LogHistory::configs(record::Seq upto, const Visit& visit) {
  const auto seqs = log_.of_kind(record::Kind::kConfig);
  if (!seqs) return tl::unexpected<Error>(seqs.error());
  return walk(*seqs, upto, visit);
}

}  // namespace pawprint::replay
