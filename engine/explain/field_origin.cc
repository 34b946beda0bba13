#include "engine/explain/field_origin.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/model/api_defaults.h"
#include "engine/model/canonical.h"

namespace pawprint::explain {
namespace {

using Json = nlohmann::json;
using model::FieldPath;

/// One state of the object.
struct Snapshot {
  bool exists = false;
  record::Seq seq = 0;
  std::int64_t time_ns = 0;
  Json raw;                    ///< As received.
  std::optional<Json> filled;  ///< With the API's defaults; made when first asked for.
};

/// Where a path leads in a body that was recorded. A Secret's data is recorded as digests in
/// `facts`.
FieldPath recorded_path(const record::ObjectKey& object, const FieldPath& path) {
  const bool secret = object.group.empty() && object.kind == "Secret";
  if (!secret || !FieldPath().member("data").contains(path)) return path;
  FieldPath inside = FieldPath().member("facts");
  for (const model::FieldStep& step : path.steps()) {
    inside = std::holds_alternative<std::string>(step) ? inside.member(std::get<std::string>(step))
                                                       : inside.item(std::get<std::size_t>(step));
  }
  return inside;
}

Json filled_with_defaults(const record::ObjectKey& object, const Json& raw) {
  model::CanonicalOptions options;
  options.defaults = model::object_defaults(object.group, object.kind);
  if (options.defaults == nullptr) return raw;
  const auto text = model::canonical_json(raw.dump(), options);
  return text ? Json::parse(*text, nullptr, false) : raw;
}

Snapshot snapshot_of(const Version& version) {
  Snapshot out;
  out.seq = version.seq;
  out.time_ns = version.time_ns;
  out.exists = !version.gone;
  if (!out.exists) return out;
  // canonical_json bounds the depth, which the recursive parser below does not.
  if (!model::canonical_json(version.body)) return out;
  out.raw = Json::parse(version.body, nullptr, false);
  return out;
}

/// What is compared between two states of a field.
struct State {
  OriginKind kind = OriginKind::kAbsent;
  Json value;
  bool operator==(const State&) const = default;
};

State state_of(const record::ObjectKey& object, Snapshot& snapshot, const FieldPath& path) {
  if (!snapshot.exists) return {};
  if (path.empty()) return {OriginKind::kWritten, "present"};
  if (const Json* raw = path.find(snapshot.raw)) return {OriginKind::kWritten, *raw};
  if (!snapshot.filled) snapshot.filled = filled_with_defaults(object, snapshot.raw);
  if (const Json* filled = path.find(*snapshot.filled)) return {OriginKind::kDefault, *filled};
  return {};
}

/// True for a value that the API server filled in before we saw it: it equals what a server would
/// fill in for its absence, and of all the writers that the object lists none claims it.
bool was_filled_in(const record::ObjectKey& object, const Snapshot& snapshot,
                   const FieldPath& path) {
  static const FieldPath kManaged = FieldPath().member("metadata").member("managedFields");
  if (path.empty() || kManaged.find(snapshot.raw) == nullptr) return false;
  if (!model::writers_of(snapshot.raw, path).empty()) return false;
  const auto* last = std::get_if<std::string>(&path.steps().back());
  if (last == nullptr) return false;
  Json without = snapshot.raw;
  Json* parent = &without;
  const FieldPath above = path.parent();
  for (const model::FieldStep& step : above.steps()) {
    parent = std::visit([&](const auto& each) { return &parent->at(each); }, step);
  }
  parent->erase(*last);
  const Json filled = filled_with_defaults(object, without);
  const Json* value = path.find(filled);
  return value != nullptr && *value == *path.find(snapshot.raw);
}

bool is_identity(const FieldPath& path) {
  static const std::array kNames{FieldPath().member("apiVersion"), FieldPath().member("kind"),
                                 FieldPath().member("metadata").member("name"),
                                 FieldPath().member("metadata").member("namespace")};
  return std::find(kNames.begin(), kNames.end(), path) != kNames.end();
}

/// Walks back and settles each field at the record that gave it its value.
class Walk {
 public:
  Walk(const record::ObjectKey& object, const std::vector<FieldPath>& fields) : object_(object) {
    for (const FieldPath& each : fields)
      tracks_.push_back({recorded_path(object, each), {}, {}, false});
  }

  /// False when every field is settled.
  bool visit(const Version& version) {
    Snapshot older = snapshot_of(version);
    if (!started_) {
      started_ = true;
      for (Track& track : tracks_) track.state = state_of(object_, older, track.path);
    } else {
      for (Track& track : tracks_) {
        if (!track.settled && state_of(object_, older, track.path) != track.state)
          settle(track, &older);
      }
    }
    current_ = std::move(older);
    return std::any_of(tracks_.begin(), tracks_.end(), [](const Track& t) { return !t.settled; });
  }

  [[nodiscard]] bool started() const { return started_; }

  std::vector<FieldOrigin> finish() {
    std::vector<FieldOrigin> out;
    for (Track& track : tracks_) {
      if (!track.settled) settle(track, nullptr);
      out.push_back(std::move(track.origin));
    }
    return out;
  }

 private:
  struct Track {
    FieldPath path;
    State state;
    FieldOrigin origin;
    bool settled;
  };

  /// The state of the field begins with `current_`; `before` is what was known until then.
  void settle(Track& track, const Snapshot* before) {
    track.settled = true;
    track.origin.kind = track.state.kind;
    track.origin.value = track.state.value;
    track.origin.seq = current_.seq;
    track.origin.time_ns = current_.time_ns;
    if (track.state.kind != OriginKind::kWritten) return;
    // The names of an object come from whoever created it; managedFields do not list them.
    const FieldPath& path = is_identity(track.path) ? kWhole : track.path;
    const Json* known = before != nullptr && before->exists ? &before->raw : nullptr;
    track.origin.writers = model::writers_of_change(known, current_.raw, path);
    if (was_filled_in(object_, current_, path)) track.origin.kind = OriginKind::kDefault;
  }

  static inline const FieldPath kWhole;

  const record::ObjectKey& object_;
  std::vector<Track> tracks_;
  Snapshot current_;
  bool started_ = false;
};

}  // namespace

std::string_view name(OriginKind kind) {
  switch (kind) {
    case OriginKind::kWritten:
      return "field";
    case OriginKind::kDefault:
      return "api default";
    case OriginKind::kAbsent:
      return "absent";
    case OriginKind::kSetting:
      return "setting";
    case OriginKind::kConstant:
      return "constant";
  }
  return {};
}

Result<std::vector<FieldOrigin>> origins_of(History& history, const record::ObjectKey& object,
                                            const std::vector<FieldPath>& fields,
                                            record::Seq upto) {
  Walk walk(object, fields);
  const auto walked =
      history.versions(object, upto, [&](const Version& version) { return walk.visit(version); });
  if (!walked) return tl::unexpected<Error>(walked.error());
  if (walk.started()) return walk.finish();
  auto config = origin_of_setting(history, {}, upto);
  if (!config) return tl::unexpected<Error>(config.error());
  config->kind = OriginKind::kAbsent;
  return std::vector<FieldOrigin>(fields.size(), *config);
}

Result<FieldOrigin> origin_of_setting(History& history, std::string_view member, record::Seq upto) {
  FieldOrigin origin;
  origin.kind = member.empty() ? OriginKind::kConstant : OriginKind::kSetting;
  bool started = false;
  const auto walked = history.configs(upto, [&](const Version& version) {
    const Json config = Json::parse(version.body, nullptr, false);
    Json value;
    if (!member.empty() && config.is_object() && config.contains(member)) value = config[member];
    if (started && value != origin.value) return false;
    // A constant needs no older record: the one in force is where the rules' settings are.
    const bool newest = !started;
    started = true;
    if (newest || !member.empty()) {
      origin.value = std::move(value);
      origin.seq = version.seq;
      origin.time_ns = version.time_ns;
    }
    return !member.empty();
  });
  if (!walked) return tl::unexpected<Error>(walked.error());
  return origin;
}

}  // namespace pawprint::explain
