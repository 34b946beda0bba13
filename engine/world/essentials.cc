#include "engine/world/essentials.h"

#include <algorithm>

#include "engine/model/kinds.h"
#include "engine/record/bodies.h"

namespace pawprint::world {

namespace {

/// What a SyncBegin or SyncEnd replaces; empty when its body does not read.
std::string sync_slot(const record::Record& record) {
  const auto sync = record::decode_sync(record.body);
  if (!sync) return {};
  return std::string(record::name(record.kind)) + '/' + record.zone + '/' + sync->group + '/' +
         sync->kind;
}

bool is_error(const record::Record& record) {
  const auto applied = record::decode_applied(record.body);
  return applied && (applied->outcome == "refused" || applied->outcome == "failed");
}

}  // namespace

void Essentials::note_object(const record::Record& record) {
  if (model::kind_of(record.object.group, record.object.kind) != model::Kind::kNone) return;
  const bool gone =
      record.kind == record::Kind::kVanished || record.event == record::Event::kDeleted;
  if (gone) unread_.erase(record.object);
  else unread_[record.object] = record.seq;
}

void Essentials::note(const record::Record& record) {
  const auto replace = [&](std::string slot) { last_[std::move(slot)] = record.seq; };
  switch (record.kind) {
    case record::Kind::kConfig:
    case record::Kind::kOperator:
      always_.push_back(record.seq);
      break;
    case record::Kind::kSyncBegin:
    case record::Kind::kSyncEnd:
      if (std::string slot = sync_slot(record); !slot.empty()) replace(std::move(slot));
      break;
    case record::Kind::kDiscovery:
    case record::Kind::kQuarantined:
      replace(std::string(record::name(record.kind)) + '/' + record.zone);
      break;
    case record::Kind::kApplied:
      if (is_error(record)) replace("Applied/" + record.zone);
      break;
    case record::Kind::kObserved:
    case record::Kind::kVanished:
      note_object(record);
      break;
    case record::Kind::kBoot:
    case record::Kind::kDecision:
    case record::Kind::kTick:
    case record::Kind::kLeader:
    case record::Kind::kSnapshot:
    case record::Kind::kCompaction:
    case record::Kind::kErasure:
      break;
  }
}

std::vector<record::Seq> Essentials::seqs() const {
  std::vector<record::Seq> out = always_;
  for (const auto& [slot, seq] : last_) out.push_back(seq);
  for (const auto& [key, seq] : unread_) out.push_back(seq);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace pawprint::world
