#include "tools/pawprintd/intake.h"

#include <utility>

#include "engine/model/kinds.h"
#include "engine/record/bodies.h"

namespace pawprint::pawprintd {
namespace {

using record::Event;
using record::Kind;
using watch::Notice;
using watch::NoticeKind;

bool engine_reads(const std::string& group, const std::string& kind) {
  return model::kind_of(group, kind) != model::Kind::kNone;
}

bool not_newer(const std::string& version, const std::string& than) {
  return record::compare_resource_versions(version, than) <= 0;
}

}  // namespace

void Intake::take(Notice notice, Group& group) {
  const KindKey kind{notice.zone, notice.group, notice.kind};
  switch (notice.notice) {
    case NoticeKind::kDiscovery:
      return discovery(notice, group);
    case NoticeKind::kAbsent:
      listing_.erase(kind);
      if (absent_[kind]) return;
      sync(Kind::kSyncEnd, notice, "absent", group);
      return move_cursor(notice, "", group);
    case NoticeKind::kListBegin:
      listing_[kind].clear();
      return sync(Kind::kSyncBegin, notice, notice.reason, group);
    case NoticeKind::kListItem:
      return take_item(notice, group);
    case NoticeKind::kListEnd:
      return end_list(notice, group);
    case NoticeKind::kEvent:
    case NoticeKind::kFresh:
      return take_event(notice, group);
    case NoticeKind::kBookmark:
      if (!listing_.contains(kind)) move_cursor(notice, notice.resource_version, group);
      return;
    case NoticeKind::kApplied:
      return add(std::move(notice.record), group);
    case NoticeKind::kResumed:
    case NoticeKind::kTrouble:
      return;
  }
}

std::optional<Intake::Known> Intake::known(const record::ObjectKey& key) const {
  if (const auto found = unfolded_.find(key); found != unfolded_.end()) return found->second;
  if (!engine_reads(key.group, key.kind)) {
    const auto other = others_.find(key);
    return other == others_.end() ? std::nullopt : std::optional(other->second);
  }
  const auto object = reducer_.known(key);
  if (!object) return std::nullopt;
  return Known{object->uid, object->resource_version, object->seq, 0};
}

std::map<record::ObjectKey, Intake::Known> Intake::all_known(const KindKey& kind) const {
  const std::string& zone = std::get<0>(kind);
  const std::string& group = std::get<1>(kind);
  const std::string& name = std::get<2>(kind);
  const auto of_kind = [&](const record::ObjectKey& key) {
    return key.zone == zone && key.group == group && key.kind == name;
  };
  std::map<record::ObjectKey, Known> out;
  for (const KnownObject& each : reducer_.known(zone, group, name)) {
    if (engine_reads(group, name)) out[each.key] = {each.uid, each.resource_version, each.seq, 0};
  }
  for (const auto& [key, last] : others_) {
    if (of_kind(key)) out[key] = last;
  }
  for (const auto& [key, last] : unfolded_) {
    if (!of_kind(key)) continue;
    if (last) out[key] = *last;
    else out.erase(key);
  }
  return out;
}

void Intake::add(record::Record record, Group& group) {
  const bool object = record.kind == Kind::kObserved || record.kind == Kind::kVanished;
  if (object && record.kind == Kind::kObserved && record.event != Event::kDeleted) {
    unfolded_[record.object] = Known{record.uid, record.resource_version, 0, group.records.size()};
  } else if (object) {
    unfolded_[record.object] = std::nullopt;
  }
  group.records.push_back(std::move(record));
}

void Intake::take_item(Notice& notice, Group& group) {
  record::Record& item = notice.record;
  listing_[{notice.zone, notice.group, notice.kind}].insert(item.object);
  if (item.kind != Kind::kObserved) return add(std::move(item), group);
  const auto last = known(item.object);
  if (last && last->uid == item.uid && last->resource_version == item.resource_version) return;
  if (last && last->uid != item.uid) vanish(item.object, *last, item.time_ns, group);
  if (last && last->uid == item.uid) item.event = Event::kModified;
  add(std::move(item), group);
}

void Intake::take_event(Notice& notice, Group& group) {
  record::Record& event = notice.record;
  const bool moves = notice.notice == NoticeKind::kEvent &&
                     !listing_.contains({notice.zone, notice.group, notice.kind});
  const std::string version = event.resource_version;
  const auto settle = [&] {
    // The edge says where the kind's watch stands; of some namespaces alone it says nothing.
    if (moves && !notice.resource_version.empty()) {
      move_cursor(notice, notice.resource_version, group);
    }
  };
  if (event.kind != Kind::kObserved) {
    add(std::move(event), group);
    return settle();
  }
  const auto last = known(event.object);
  if (event.event == Event::kDeleted) {
    // Of an object that is gone already, or that has been made anew since.
    const bool other = last && !event.uid.empty() && last->uid != event.uid;
    if (!last && notice.notice == NoticeKind::kFresh) return;
    if (!other) add(std::move(event), group);
    return settle();
  }
  const bool overtaken = last && not_newer(version, last->resource_version);
  if (!overtaken) {
    if (last && last->uid != event.uid) vanish(event.object, *last, event.time_ns, group);
    add(std::move(event), group);
  }
  settle();
}

void Intake::end_list(const Notice& notice, Group& group) {
  const KindKey kind{notice.zone, notice.group, notice.kind};
  const auto listed = std::move(listing_[kind]);
  listing_.erase(kind);
  for (const auto& [key, last] : all_known(kind)) {
    if (!listed.contains(key)) vanish(key, last, notice.record.time_ns, group);
  }
  sync(Kind::kSyncEnd, notice, notice.reason, group);
  move_cursor(notice, notice.resource_version, group);
}

void Intake::vanish(const record::ObjectKey& key, const Known& last, std::int64_t time_ns,
                    Group& group) {
  record::Record gone;
  if (last.seq == 0) {
    gone = group.records[last.place];
  } else if (auto stored = read_(last.seq)) {
    gone = std::move(*stored);
  } else {
    gone.body = "{}";  // The body was erased; that it is gone is still a fact.
  }
  gone.seq = 0;
  gone.kind = Kind::kVanished;
  gone.event = Event::kNone;
  gone.time_ns = time_ns;
  gone.zone = key.zone;
  gone.object = key;
  gone.uid = last.uid;
  gone.resource_version = last.resource_version;
  add(std::move(gone), group);
}

void Intake::sync(Kind kind, const Notice& notice, const std::string& reason, Group& group) {
  record::Record record;
  record.kind = kind;
  record.time_ns = notice.record.time_ns;
  record.zone = notice.zone;
  record.body = record::encode(
      record::Sync{notice.group, notice.kind, notice.resource_version, reason, notice.items});
  add(std::move(record), group);
}

void Intake::discovery(Notice& notice, Group& group) {
  std::string body = record::encode(notice.discovery);
  if (discovered_[notice.zone] == body) return;
  record::Record record;
  record.kind = Kind::kDiscovery;
  record.time_ns = notice.record.time_ns;
  record.zone = notice.zone;
  record.body = std::move(body);
  add(std::move(record), group);
}

void Intake::move_cursor(const Notice& notice, const std::string& version, Group& group) {
  for (store::Cursor& cursor : group.cursors) {
    if (cursor.zone == notice.zone && cursor.group == notice.group && cursor.kind == notice.kind) {
      cursor.resource_version = version;
      return;
    }
  }
  group.cursors.push_back({notice.zone, notice.group, notice.kind, version});
}

void Intake::note_folded(const record::Record& record) {
  if (record.kind == Kind::kDiscovery) discovered_[record.zone] = record.body;
  if (record.kind == Kind::kSyncEnd) {
    if (const auto sync = record::decode_sync(record.body)) {
      absent_[{record.zone, sync->group, sync->kind}] = sync->reason == "absent";
    }
  }
  if (record.kind != Kind::kObserved && record.kind != Kind::kVanished) return;
  unfolded_.erase(record.object);
  if (engine_reads(record.object.group, record.object.kind)) return;
  if (record.kind == Kind::kVanished || record.event == Event::kDeleted) {
    others_.erase(record.object);
  } else {
    others_[record.object] = {record.uid, record.resource_version, record.seq, 0};
  }
}

}  // namespace pawprint::pawprintd
