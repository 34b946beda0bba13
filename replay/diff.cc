#include "replay/diff.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "replay/field_diff.h"
#include "replay/kind_names.h"
#include "replay/lookup.h"
#include "replay/plan_writes.h"

namespace pawprint::replay {
namespace {

using record::ObjectKey;

bool has(unsigned sides, Side side) { return (sides & static_cast<unsigned>(side)) != 0; }

Json changes_json(const std::vector<FieldChange>& changes) {
  Json out = Json::array();
  for (const FieldChange& each : changes) {
    out.push_back({{"path", each.path}, {"from", each.from}, {"to", each.to}});
  }
  return out;
}

/// One thing that can differ. Ordered as answers are: by kind, namespace, name, zone, side.
struct Subject {
  ObjectKey key;
  std::string of;
  bool operator<(const Subject& other) const {
    return std::tie(key.kind, key.ns, key.name, key.zone, of) <
           std::tie(other.key.kind, other.key.ns, other.key.name, other.key.zone, other.of);
  }
};
using State = std::map<Subject, Json>;

bool wanted(const DiffRequest& request, const ObjectKey& key) {
  if (!request.object) return true;
  const ObjectKey& only = *request.object;
  return key.kind == only.kind && key.group == only.group && key.ns == only.ns &&
         key.name == only.name && (only.zone.empty() || key.zone == only.zone);
}

Result<void> add_inputs(State& state, const DiffRequest& request, const Reducer& reducer,
                        store::Reader& log) {
  for (const KindName& name : kind_names()) {
    const model::KindInfo& info = model::info(name.kind);
    for (const ZoneState& zone : reducer.zones()) {
      for (const KnownObject& known : reducer.known(zone.name, info.group, info.name)) {
        if (!wanted(request, known.key)) continue;
        const auto record = log.get(known.seq);
        if (!record) return tl::unexpected<Error>(record.error());
        state[{known.key, "input"}] = object_of(*record);
      }
    }
  }
  return {};
}

Result<void> add_plan(State& state, const DiffRequest& request, const Reducer& reducer,
                      store::Reader& log) {
  for (const plan::Operation& operation : reducer.pending_operations()) {
    if (!wanted(request, operation.object)) continue;
    const auto writes = plan_writes(operation, reducer, log);
    if (!writes) return tl::unexpected<Error>(writes.error());
    // One object may need several operations; each is a subject of its own.
    const std::string verb(plan::name(operation.verb));
    const std::string of = "plan " + verb;
    const auto add = [&](const std::string& suffix) {
      return state
          .try_emplace(
              {operation.object, of + suffix},
              Json{{"verb", verb}, {"digest", operation.digest}, {"writes", changes_json(*writes)}})
          .second;
    };
    for (std::string suffix; !add(suffix); suffix += '+') {
    }
  }
  return {};
}

Result<State> capture(const DiffRequest& request, const Reducer& reducer, store::Reader& log) {
  State state;
  if (has(request.sides, Side::kInputs)) {
    if (auto added = add_inputs(state, request, reducer, log); !added) {
      return tl::unexpected<Error>(added.error());
    }
  }
  if (has(request.sides, Side::kOutputs)) {
    for (const Output& output : reducer.resources()) {
      if (wanted(request, output.key)) state[{output.key, "output"}] = parsed(output.body);
    }
  }
  if (has(request.sides, Side::kStatus)) {
    for (const Output& output : reducer.statuses()) {
      if (wanted(request, output.key)) state[{output.key, "status"}] = parsed(output.body);
    }
  }
  if (has(request.sides, Side::kPlan)) {
    if (auto added = add_plan(state, request, reducer, log); !added) {
      return tl::unexpected<Error>(added.error());
    }
  }
  return state;
}

/// Which records touched each object between the two moments.
struct Causes {
  std::map<ObjectKey, std::set<record::Seq>> observed, decided;

  void note(const record::Record& record, const Folded& folded) {
    if (record.kind == record::Kind::kObserved || record.kind == record::Kind::kVanished) {
      observed[record.object].insert(record.seq);
    }
    for (const ObjectKey& key : folded.changed) decided[key].insert(record.seq);
  }

  [[nodiscard]] Json of(const Subject& subject) const {
    std::set<record::Seq> seqs;
    const bool plan = subject.of.starts_with("plan");
    for (const auto* side : {&observed, &decided}) {
      const bool counts = side == &observed ? subject.of == "input" || plan : subject.of != "input";
      const auto found = side->find(subject.key);
      if (counts && found != side->end()) seqs.insert(found->second.begin(), found->second.end());
    }
    return seqs;
  }
};

/// Of an operation: what it would change in the cluster; nothing when it is no longer due.
Json fields_of(const Subject& subject, const Json* from, const Json* to) {
  static const Json kNull;
  if (!subject.of.starts_with("plan")) {
    return changes_json(field_diff(from == nullptr ? kNull : *from, to == nullptr ? kNull : *to));
  }
  return to == nullptr ? Json::array() : (*to)["writes"];
}

Json change_json(const Subject& subject, const Json* from, const Json* to, const Causes& causes) {
  Json out{{"object", record::display(subject.key)},
           {"zone", subject.key.zone},
           {"of", subject.of.substr(0, subject.of.find(' '))},
           {"op", from == nullptr ? "add"
                  : to == nullptr ? "remove"
                                  : "change"},
           {"fields", fields_of(subject, from, to)},
           {"causes", causes.of(subject)}};
  const Json* side = to != nullptr ? to : from;
  if (side != nullptr && subject.of.starts_with("plan")) out["verb"] = (*side)["verb"];
  return out;
}

Json all_changes(const State& from, const State& to, const Causes& causes) {
  std::set<Subject> subjects;
  for (const State* side : {&from, &to}) {
    for (const auto& [subject, body] : *side) subjects.insert(subject);
  }
  Json out = Json::array();
  for (const Subject& subject : subjects) {
    const auto before = from.find(subject);
    const auto after = to.find(subject);
    const Json* old_body = before == from.end() ? nullptr : &before->second;
    const Json* new_body = after == to.end() ? nullptr : &after->second;
    if (old_body != nullptr && new_body != nullptr && *old_body == *new_body) continue;
    out.push_back(change_json(subject, old_body, new_body, causes));
  }
  return out;
}

}  // namespace

Result<Json> diff_answer(store::Reader& log, const DiffRequest& request) {
  const bool forward = request.from.seq <= request.to.seq;
  const Moment& first = forward ? request.from : request.to;
  const Moment& last = forward ? request.to : request.from;
  auto past = past_at(log, first, request.profile);
  if (!past) return tl::unexpected<Error>(past.error());
  if (has(request.sides, Side::kPlan)) past->reducer.enable_plan();
  const auto early = capture(request, past->reducer, log);
  if (!early) return tl::unexpected<Error>(early.error());
  Causes causes;
  auto folded = fold_until(log, past->reducer, last.seq,
                           [&](const record::Record& record, const Folded& step) {
                             causes.note(record, step);
                             return true;
                           });
  if (!folded) return tl::unexpected<Error>(folded.error());
  const auto late = capture(request, past->reducer, log);
  if (!late) return tl::unexpected<Error>(late.error());

  Json out = answer("Diff", request.to.seq, request.to.time_ns, coverage(log));
  out["from"] = answer("", request.from.seq, request.from.time_ns)["at"];
  out["to"] = answer("", request.to.seq, request.to.time_ns)["at"];
  out["changes"] =
      forward ? all_changes(*early, *late, causes) : all_changes(*late, *early, causes);
  return out;
}

}  // namespace pawprint::replay
