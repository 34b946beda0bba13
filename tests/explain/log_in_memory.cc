#include "tests/explain/log_in_memory.h"

namespace pawprint::explain {

const record::Record& LogInMemory::append(record::Record record) {
  record.seq = head() + 1;
  record.time_ns = static_cast<std::int64_t>(record.seq) * 1'000'000'000;
  records_.push_back(std::move(record));
  return records_.back();
}

record::Kind LogInMemory::kind_at(record::Seq seq) const {
  return seq == 0 || seq > head() ? record::Kind::kTick : records_[seq - 1].kind;
}

Result<void> LogInMemory::versions(const record::ObjectKey& object, record::Seq upto,
                                   const Visit& visit) {
  for (auto each = records_.rbegin(); each != records_.rend(); ++each) {
    if (each->kind != record::Kind::kObserved || each->object != object || each->seq > upto)
      continue;
    const bool gone = each->event == record::Event::kDeleted;
    if (!visit({each->seq, each->time_ns, gone, each->body})) break;
  }
  return {};
}

Result<void> LogInMemory::configs(record::Seq upto, const Visit& visit) {
  for (auto each = records_.rbegin(); each != records_.rend(); ++each) {
    if (each->kind != record::Kind::kConfig || each->seq > upto) continue;
    if (!visit({each->seq, each->time_ns, false, each->body})) break;
  }
  return {};
}

}  // namespace pawprint::explain
