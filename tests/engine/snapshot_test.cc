// Property: a reducer restored from a snapshot is the one that folded everything, now and after
// every event that follows: outputs, transition times, diagnostics, zones.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "engine/model/kinds.h"
#include "engine/reducer.h"
#include "engine/rules/quirks.h"
#include "tests/engine/histories.h"
#include "tests/engine/records.h"

namespace pawprint::tests {
namespace {

using record::Kind;
using record::Record;

/// A log in memory with the reducer that folded it.
class Log {
 public:
  Folded add(Record record, Reducer& reducer) {
    record.seq = records_.size() + 1;
    record.time_ns = static_cast<std::int64_t>(record.seq) * 1'500'000'000;
    records_.push_back(record);
    return reducer.fold(record);
  }
  [[nodiscard]] const Record& last() const { return records_.back(); }
  [[nodiscard]] RecordSource source() const {
    return [this](std::span<const record::Seq> seqs,
                  const std::function<void(const Record&)>& visit) -> Result<void> {
      for (const record::Seq seq : seqs) visit(records_.at(seq - 1));
      return {};
    };
  }

 private:
  std::vector<Record> records_;
};

/// Everything that a reader can ask for, as text.
std::string told_by(const Reducer& reducer) {
  std::string out = reducer.output_digest() + '\n' + std::to_string(reducer.head()) + '\n' +
                    record::encode(reducer.config()) + '\n';
  for (const auto& list : {reducer.resources(), reducer.statuses()}) {
    for (const Output& each : list) out += each.key.zone + ' ' + each.body + '\n';
  }
  for (const plan::Operation& each : reducer.pending_operations()) {
    out += std::string(plan::name(each.verb)) + record::display(each.object) + each.digest + '\n';
  }
  for (const Diagnostic& each : reducer.diagnostics()) {
    out += record::display(each.object) + each.severity + each.rule + each.message + '\n';
  }
  for (const ZoneState& zone : reducer.zones()) {
    out += zone.name + ' ' + zone.role + (zone.synced ? " synced " : " waits ") + zone.last_error +
           std::to_string(zone.gateways) + ' ' + std::to_string(zone.listeners) + '\n';
    for (const auto& kind : zone.kinds) {
      out += kind.kind + ' ' + std::to_string(kind.objects) + ' ' + kind.resource_version +
             (kind.synced ? " synced" : "") + (kind.absent ? " absent" : "") + '\n';
    }
    for (const KnownObject& each :
         reducer.known(zone.name, "gateway.networking.k8s.io", "HTTPRoute")) {
      out += record::display(each.key) + ' ' + std::to_string(each.seq) + '\n';
    }
  }
  return out;
}

Reducer restored(const Snapshot& snapshot, const Log& log, bool plan) {
  Reducer out;
  if (plan) out.enable_plan();
  EXPECT_TRUE(out.restore(snapshot, log.source()).has_value());
  return out;
}

int histories() {
  const char* wanted = std::getenv("PAWPRINT_HISTORIES");
  return wanted == nullptr ? 2000 : std::atoi(wanted);
}

void check_history(std::uint64_t seed) {
  const std::string profile(rules::kProfiles[seed % rules::kProfiles.size()]);
  History history(seed);
  Log log;
  Reducer whole;
  const bool plan = seed % 2 == 0;
  if (plan) whole.enable_plan();
  log.add(config_record(profile), whole);
  const auto events = 4 + seed % 40;
  for (std::uint64_t event = 0; event < events; ++event) log.add(history.next(), whole);
  const auto snapshot = whole.snapshot();
  ASSERT_TRUE(snapshot.has_value());
  Reducer copy = restored(*snapshot, log, plan);
  ASSERT_EQ(told_by(copy), told_by(whole)) << "seed " << seed << " at once";
  ASSERT_EQ(copy.snapshot()->records, snapshot->records) << "seed " << seed;
  ASSERT_EQ(copy.snapshot()->flips.size(), snapshot->flips.size()) << "seed " << seed;
  ASSERT_EQ(copy.snapshot(), snapshot) << "seed " << seed;
  for (int event = 0; event < 6; ++event) {
    const Folded mine = log.add(history.next(), whole);
    const Folded other = copy.fold(log.last());
    ASSERT_EQ(mine.changed, other.changed) << "seed " << seed << ", event " << event;
    ASSERT_EQ(told_by(copy), told_by(whole)) << "seed " << seed << ", event " << event;
  }
}

TEST(Snapshot, IsTheStateOfTheWholeLog) {
  for (int seed = 0; seed < histories(); ++seed) {
    check_history(static_cast<std::uint64_t>(seed));
    if (HasFatalFailure()) return;
  }
}

/// A history whose conditions flip at times that no object tells.
struct Flipping {
  Log log;
  Reducer reducer;

  Flipping() {
    log.add(config_record("kuma-2.14"), reducer);
    log.add(observed(gateway_class()), reducer);
    log.add(observed(gateway("gw", {{{"name", "http"}, {"port", 80}, {"protocol", "HTTP"}}})),
            reducer);
    log.add(observed(route("r", {{{"name", "gw"}}},
                           {{{"backendRefs", {{{"name", "web"}, {"port", 80}}}}}})),
            reducer);
    log.add(observed(service("default", "web")), reducer);
    log.add(observed(service("default", "other")), reducer);
  }
};

TEST(Snapshot, KeepsTimesThatOnlyTheHistoryTells) {
  Flipping made;
  const auto snapshot = made.reducer.snapshot();
  ASSERT_TRUE(snapshot.has_value());
  ASSERT_FALSE(snapshot->flips.empty());
  const Reducer copy = restored(*snapshot, made.log, false);
  EXPECT_EQ(told_by(copy), told_by(made.reducer));
  // Without them the times would be lost: the comparison above sees it.
  Snapshot without = *snapshot;
  without.flips.clear();
  EXPECT_NE(told_by(restored(without, made.log, false)), told_by(made.reducer));
}

TEST(Snapshot, LeavesOutWhatWasReplaced) {
  Flipping made;
  const Record first = made.log.last();
  for (int i = 0; i < 100; ++i) made.log.add(first, made.reducer);
  const auto snapshot = made.reducer.snapshot();
  ASSERT_TRUE(snapshot.has_value());
  EXPECT_EQ(snapshot->records.size(), 6U);
  EXPECT_EQ(snapshot->records.back(), snapshot->seq);
}

TEST(Snapshot, RemembersZonesErrorsAndCommands) {
  Flipping made;
  Record quarantined;
  quarantined.kind = Kind::kQuarantined;
  quarantined.zone = quarantined.object.zone = "far";
  quarantined.object.kind = "HTTPRoute";
  quarantined.object.name = "odd";
  quarantined.body = "{}";
  made.log.add(quarantined, made.reducer);
  const nlohmann::json gone = service("default", "gone");
  made.log.add(observed(gone, record::Event::kAdded, "third"), made.reducer);
  made.log.add(observed(gone, record::Event::kDeleted, "third"), made.reducer);
  Record applied;
  applied.kind = Kind::kApplied;
  applied.zone = "zone-1";
  record::Applied body;
  body.verb = "create";
  body.outcome = "refused";
  body.reason = "Forbidden";
  applied.body = record::encode(body);
  made.log.add(applied, made.reducer);
  const auto snapshot = made.reducer.snapshot();
  ASSERT_TRUE(snapshot.has_value());
  EXPECT_EQ(snapshot->zones, (std::vector<std::string>{"far", "third", "zone-1", "zone-2"}));
  EXPECT_EQ(told_by(restored(*snapshot, made.log, false)), told_by(made.reducer));
}

TEST(Snapshot, IsNotTakenWhileOutputsStandOnWhatIsGone) {
  Log log;
  Reducer reducer;
  log.add(config_record("kuma-2.14", false), reducer);
  EXPECT_TRUE(reducer.snapshot().has_value()) << "nothing stands yet";
  const auto end = [&](const std::string& group, const std::string& kind, const char* reason) {
    Record record;
    record.kind = Kind::kSyncEnd;
    record.zone = "zone-1";
    record::Sync sync;
    sync.group = group;
    sync.kind = kind;
    sync.reason = reason;
    record.body = record::encode(sync);
    log.add(record, reducer);
  };
  log.add(observed(gateway_class()), reducer);
  for (int i = 1; i < model::kKindCount; ++i) {
    const model::KindInfo& kind = model::info(static_cast<model::Kind>(i));
    end(std::string(kind.group), std::string(kind.name), "start");
  }
  ASSERT_FALSE(reducer.statuses().empty());
  EXPECT_TRUE(reducer.snapshot().has_value());
  end("kuma.io", "MeshGateway", "absent");
  ASSERT_FALSE(reducer.statuses().empty());
  EXPECT_FALSE(reducer.snapshot().has_value());
}

}  // namespace
}  // namespace pawprint::tests
