#include "tools/pawprintd/outstanding.h"

namespace pawprint::pawprintd {
namespace {

/// create, replace and delete are about the object itself; the other verbs about a part of it.
std::string part_of(const std::string& verb) {
  return verb == "status" || verb == "finalizer" ? verb : "object";
}

}  // namespace

void Outstanding::note(const record::Record& record) {
  if (record.kind == record::Kind::kDecision) {
    const auto decision = record::decode_decision(record.body);
    if (!decision) return;
    for (const auto& operation : decision->operations) {
      open_[{operation.object, part_of(operation.verb)}] = operation;
    }
  } else if (record.kind == record::Kind::kApplied) {
    const auto applied = record::decode_applied(record.body);
    if (!applied) return;
    const auto found = open_.find({applied->object, part_of(applied->verb)});
    if (found != open_.end() && found->second.id == applied->operation) open_.erase(found);
  }
}

std::vector<record::Record> Outstanding::unknown(std::int64_t time_ns) const {
  std::vector<record::Record> out;
  for (const auto& [key, operation] : open_) {
    record::Applied applied;
    applied.operation = operation.id;
    applied.verb = operation.verb;
    applied.object = operation.object;
    applied.attempt = 0;
    applied.digest = operation.digest;
    applied.outcome = "unknown";
    applied.reason = "the daemon ended before it knew";
    record::Record& record = out.emplace_back();
    record.kind = record::Kind::kApplied;
    record.time_ns = time_ns;
    record.zone = operation.object.zone;
    record.body = record::encode(applied);
  }
  return out;
}

}  // namespace pawprint::pawprintd
