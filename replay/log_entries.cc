#include "replay/log_entries.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "engine/model/managed_fields.h"
#include "engine/record/bodies.h"
#include "replay/field_diff.h"
#include "replay/fold.h"
#include "replay/lookup.h"
#include "replay/record_json.h"

namespace pawprint::replay {
namespace {

using record::ObjectKey;

bool same(const ObjectKey& key, const ObjectKey& wanted) {
  return key.kind == wanted.kind && key.group == wanted.group && key.ns == wanted.ns &&
         key.name == wanted.name && (wanted.zone.empty() || key.zone == wanted.zone);
}

bool is_of_object(const record::Record& record) {
  return record.kind == record::Kind::kObserved || record.kind == record::Kind::kVanished;
}

Json fields_json(const Json& from, const Json& to) {
  Json out = Json::array();
  for (FieldChange& each : field_diff(from, to)) {
    out.push_back(
        {{"path", each.path}, {"from", std::move(each.from)}, {"to", std::move(each.to)}});
  }
  return out;
}

/// What the server changes by itself with every write says nothing.
Json without_noise(Json object) {
  if (object.is_object() && object.contains("metadata")) {
    object["metadata"].erase("managedFields");
    object["metadata"].erase("resourceVersion");
  }
  return object;
}

/// Keeps the outputs as they were after the last Decision, to tell what the next one changed.
class Mirror {
 public:
  explicit Mirror(Reducer& reducer) : reducer_(reducer) {
    for (const Output& each : reducer.resources()) bodies_[each.key] = each.body;
    for (const Output& each : reducer.statuses()) bodies_[each.key] = each.body;
  }

  void fold(const record::Record& record) {
    for (const ObjectKey& key : reducer_.fold(record).changed) changed_.insert(key);
  }

  Json take_changes() {
    Json out = Json::array();
    for (const ObjectKey& key : changed_) {
      const auto output = reducer_.output(key);
      std::string& before = bodies_[key];
      const std::string after = output ? output->body : std::string();
      const Json from = before.empty() ? Json() : parsed(before);
      const Json to = after.empty() ? Json() : parsed(after);
      out.push_back({{"object", record::display(key)},
                     {"op", from.is_null() ? "add"
                            : to.is_null() ? "remove"
                                           : "change"},
                     {"fields", fields_json(from, to)}});
      before = after;
    }
    changed_.clear();
    return out;
  }

 private:
  Reducer& reducer_;
  std::map<ObjectKey, std::string> bodies_;
  std::set<ObjectKey> changed_;
};

/// A record that will be printed unless later ones push it out.
struct Candidate {
  record::Seq seq = 0;
  Json changes;
};

class Selection {
 public:
  Selection(store::Reader& log, const LogRequest& request) : log_(log), request_(request) {}

  [[nodiscard]] bool chosen(const record::Record& record) const {
    if (record.time_ns < request_.since_ns) return false;
    if (request_.kind && record.kind != *request_.kind) return false;
    if (request_.object_kind != model::Kind::kNone &&
        model::kind_of(record.object.group, record.object.kind) != request_.object_kind) {
      return false;
    }
    return !request_.object || concerns(record, *request_.object);
  }

  /// Whether the wanted writer made the change; true when any will do.
  Result<bool> written_by(const record::Record& record) {
    if (request_.writer.empty()) return true;
    if (!is_of_object(record)) return false;
    const auto before = version_before(record);
    if (!before) return tl::unexpected<Error>(before.error());
    const auto writers = writers_of(record, *before);
    return std::any_of(writers.begin(), writers.end(), [this](const model::FieldWriter& each) {
      return each.manager == request_.writer;
    });
  }

  Result<std::vector<Json>> entries(const std::deque<Candidate>& kept) {
    std::vector<Json> out;
    for (const Candidate& each : kept) {
      const auto record = log_.get(each.seq);
      if (!record) return tl::unexpected<Error>(record.error());
      auto made = entry(*record);
      if (!made) return tl::unexpected<Error>(made.error());
      if (!each.changes.is_null()) (*made)["changes"] = each.changes;
      out.push_back(std::move(*made));
    }
    return out;
  }

 private:
  static std::vector<model::FieldWriter> writers_of(const record::Record& record,
                                                    const Json& before) {
    if (record.kind == record::Kind::kVanished) return {};
    return model::writers_of_change(before.is_null() ? nullptr : &before, object_of(record), {});
  }

  Result<Json> entry(const record::Record& record) {
    Json out = record_head(record);
    if (!is_of_object(record)) return out;
    const auto before = version_before(record);
    if (!before) return tl::unexpected<Error>(before.error());
    // One manager has an entry for each operation and subresource.
    std::set<std::string> managers;
    for (const model::FieldWriter& each : writers_of(record, *before)) {
      managers.insert(each.manager);
    }
    if (!managers.empty()) out["writers"] = managers;
    if (request_.patches) {
      const bool gone =
          record.event == record::Event::kDeleted || record.kind == record::Kind::kVanished;
      const Json after = gone ? Json() : without_noise(object_of(record));
      out["fields"] = fields_json(without_noise(*before), after);
    }
    return out;
  }

  static bool concerns(const record::Record& record, const ObjectKey& object) {
    if (same(record.object, object)) return true;
    if (record.kind == record::Kind::kApplied) {
      const auto applied = record::decode_applied(record.body);
      return applied && same(applied->object, object);
    }
    if (record.kind != record::Kind::kDecision) return false;
    const auto decision = record::decode_decision(record.body);
    return decision && std::any_of(decision->changed.begin(), decision->changed.end(),
                                   [&](const ObjectKey& key) { return same(key, object); });
  }

  /// Null when the object did not exist before.
  Result<Json> version_before(const record::Record& record) {
    const auto seqs = log_.history(record.object, record.seq - 1);
    if (!seqs) return tl::unexpected<Error>(seqs.error());
    if (seqs->empty()) return Json();
    const auto before = log_.get(seqs->back());
    if (!before) return tl::unexpected<Error>(before.error());
    const bool existed =
        before->kind == record::Kind::kObserved && before->event != record::Event::kDeleted;
    return existed ? object_of(*before) : Json();
  }

  store::Reader& log_;
  const LogRequest& request_;
};

}  // namespace

Result<bool> on_record(store::Reader& log, const ObjectKey& object) {
  LogRequest request;
  request.object = object;
  const Selection selection(log, request);
  bool found = false;
  if (log.head().seq < log.oldest()) return found;
  const auto scanned = log.scan(log.oldest(), log.head().seq, [&](const record::Record& record) {
    found = selection.chosen(record);
    return !found;
  });
  if (!scanned) return tl::unexpected<Error>(scanned.error());
  return found;
}

Result<std::vector<Json>> log_entries(store::Reader& log, const LogRequest& request) {
  Selection selection(log, request);
  Reducer reducer;
  std::optional<Mirror> mirror;
  if (request.patches) {
    if (auto folded = fold_until(log, reducer, request.from); !folded) {
      return tl::unexpected<Error>(folded.error());
    }
    mirror.emplace(reducer);
  }
  std::deque<Candidate> kept;
  Result<void> failed;
  const record::Seq first = std::max(request.from + 1, log.oldest());
  if (first > request.to) return std::vector<Json>();
  const auto scanned = log.scan(first, request.to, [&](const record::Record& record) {
    if (mirror) mirror->fold(record);
    Candidate candidate{record.seq, {}};
    if (mirror && record.kind == record::Kind::kDecision)
      candidate.changes = mirror->take_changes();
    if (!selection.chosen(record)) return true;
    const auto written = selection.written_by(record);
    if (!written) failed = tl::unexpected<Error>(written.error());
    if (!written || !*written) return written.has_value();
    kept.push_back(std::move(candidate));
    if (kept.size() > request.most) kept.pop_front();
    return true;
  });
  if (!scanned) return tl::unexpected<Error>(scanned.error());
  if (!failed) return tl::unexpected<Error>(failed.error());
  return selection.entries(kept);
}

}  // namespace pawprint::replay
