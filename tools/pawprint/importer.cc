#include "tools/pawprint/importer.h"

#include <algorithm>
#include <utility>

#include "engine/model/scrub.h"
#include "engine/model/unreadable.h"
#include "engine/record/bodies.h"
#include "replay/fold.h"
#include "tools/manifests/json_scan.h"
#include "tools/pawprint/format.h"
#include "tools/pawprint/observation.h"

namespace pawprint::cli {
namespace {

constexpr std::size_t kGroupRecords = 512;
constexpr std::size_t kGroupBytes = std::size_t{4} << 20U;

/// What an ERROR event says; its object is a Status of the API server. Its words may quote what was
/// refused: of a Secret nothing is kept, of others what does not look like a credential.
std::string error_event(std::string_view status) {
  constexpr std::size_t kMost = 200;
  const std::string_view says = manifests::plain_string(manifests::member_of(status, "message"));
  if (says.empty() || status.find("ecret") != std::string_view::npos) return "an ERROR event";
  return "an ERROR event: " + model::scrub_text(says).substr(0, kMost);
}

/// The settings in force with what an import sets; zones that were configured before stay.
record::Config merged(const record::Config& before, const record::Config& wanted) {
  record::Config out = before;
  out.mode = wanted.mode;
  out.profile = wanted.profile;
  out.default_mesh = wanted.default_mesh;
  out.controller_name = wanted.controller_name;
  out.system_namespace = wanted.system_namespace;
  out.assume_synced = wanted.assume_synced;
  out.assume_mesh = wanted.assume_mesh;
  for (const record::ZoneConfig& zone : wanted.zones) {
    const bool named = std::any_of(out.zones.begin(), out.zones.end(),
                                   [&](const auto& each) { return each.name == zone.name; });
    if (!named) out.zones.push_back(zone);
  }
  std::sort(out.zones.begin(), out.zones.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return out;
}

}  // namespace

Importer::Importer(store::Writer& writer, Clock clock, bool record_only)
    : writer_(writer), clock_(std::move(clock)), record_only_(record_only) {}

Result<void> Importer::start() {
  store::Reader& log = writer_.reader();
  const record::Seq head = log.head().seq;
  auto done = snapshots_.start(log).and_then([&] {
    return replay::restore_before(log, reducer_, head,
                                  [this](const record::Record& record) { remember(record); });
  });
  if (done) {
    done = replay::fold_until(log, reducer_, head,
                              [this](const record::Record& record, const Folded&) {
                                remember(record);
                                return true;
                              });
  }
  if (!done) return done;
  next_ = head + 1;
  reducer_.enable_plan();
  // What was due before is not due because of what is imported.
  reducer_.take_new_operations();
  return {};
}

const record::Config* Importer::settings() const {
  return next_ == 1 ? nullptr : &reducer_.config();
}

Result<void> Importer::configure(const record::Config& config) {
  zone_ = config.zones.front().name;
  const record::Config wanted = settings() == nullptr ? config : merged(*settings(), config);
  if (settings() != nullptr && wanted == *settings()) return {};
  record::Record record;
  record.kind = record::Kind::kConfig;
  record.body = record::encode(wanted);
  add(std::move(record));
  return flush();
}

void Importer::remember(const record::Record& record) {
  if (record.kind == record::Kind::kVanished || record.event == record::Event::kDeleted) {
    known_.erase(record.object);
  } else if (record.kind == record::Kind::kObserved) {
    known_.insert(record.object);
  }
}

record::Event Importer::event_of_plain(const record::ObjectKey& key) const {
  return known_.contains(key) ? record::Event::kModified : record::Event::kAdded;
}

record::Record Importer::quarantined(const manifests::Item& item, const std::string& reason) {
  record::Record record;
  record.kind = record::Kind::kQuarantined;
  record.zone = zone_;
  record.object.zone = zone_;
  record.encoding = record::Encoding::kRaw;
  const store::DigestKey key{Redacted(writer_.secret_key())};
  Json body{{"bytes", item.body.size()},
            {"digest", store::secret_digest(item.body, key)},
            {"origin", item.origin.str()},
            {"reason", reason}};
  if (!model::may_hold_secret(item.body, "")) body["text"] = item.body;
  record.body = compact(body);
  ++counts_.quarantined;
  if (first_problem_.empty()) first_problem_ = item.origin.str() + ": " + reason;
  return record;
}

Result<void> Importer::take(const manifests::Item& item) {
  if (item.event == "BOOKMARK") {
    ++counts_.skipped;
    return {};
  }
  if (!item.decodable || item.event == "ERROR") {
    add(quarantined(item, item.decodable ? error_event(item.body) : item.reason));
  } else {
    record::Event event = record::Event::kAdded;
    if (!item.event.empty()) PAWPRINT_CHECK(record::parse_event(item.event, event));
    auto record = observed(item.body, event, zone_, {Redacted(writer_.secret_key())});
    if (!record) {
      add(quarantined(item, record.error().message));
    } else {
      if (item.event.empty()) record->event = event_of_plain(record->object);
      remember(*record);
      ++counts_.observed;
      add(std::move(*record));
    }
  }
  return group_.size() >= kGroupRecords || group_bytes_ >= kGroupBytes ? flush() : Result<void>{};
}

void Importer::add(record::Record record) {
  record.seq = next_++;
  record.time_ns = clock_();
  const std::string before = reducer_.output_digest();
  const Folded folded = reducer_.fold(record);
  const record::Seq seq = record.seq;
  group_bytes_ += record.body.size();
  group_.push_back(std::move(record));
  if (folded.outputs_changed && !record_only_) decide(seq, folded, before);
}

void Importer::decide(record::Seq seq, const Folded& folded, const std::string& before) {
  record::Decision decision;
  decision.upto = seq;
  decision.triggers = {seq};
  decision.digest_before = before;
  decision.digest_after = reducer_.output_digest();
  decision.changed = folded.changed;
  decision.reducer = kReducerVersion;
  for (const plan::Operation& operation : reducer_.take_new_operations()) {
    decision.operations.push_back({operation.id, std::string(plan::name(operation.verb)),
                                   operation.object, operation.digest});
  }
  record::Record record;
  record.kind = record::Kind::kDecision;
  record.seq = next_++;
  record.time_ns = group_.back().time_ns;
  record.body = record::encode(decision);
  reducer_.fold(record);
  group_bytes_ += record.body.size();
  group_.push_back(std::move(record));
  ++counts_.decisions;
}

Result<void> Importer::flush() {
  if (group_.empty()) return {};
  const record::Seq first = group_.front().seq;
  const auto head = writer_.append(group_);
  if (!head) return tl::unexpected<Error>(head.error());
  PAWPRINT_CHECK(group_.front().seq == first && head->seq + 1 == next_);
  group_.clear();
  group_bytes_ = 0;
  return snapshots_.due(head->seq) ? take_snapshot() : Result<void>{};
}

Result<void> Importer::take_snapshot() {
  const auto taken = snapshots_.take(reducer_, writer_, clock_());
  if (!taken) return tl::unexpected<Error>(taken.error());
  if (!*taken) return {};
  reducer_.fold(**taken);
  next_ = (*taken)->seq + 1;
  return {};
}

}  // namespace pawprint::cli
