#include "tools/pawprintd/ledger.h"

#include <algorithm>
#include <utility>

#include "engine/record/digest.h"

namespace pawprint::pawprintd {
namespace {

record::Record make(record::Kind kind, std::string body, std::int64_t time_ns) {
  record::Record record;
  record.kind = kind;
  record.time_ns = time_ns;
  record.body = std::move(body);
  return record;
}

record::Decision::Op listed(const plan::Operation& operation) {
  const std::string digest =
      operation.body.empty() ? std::string{} : record::hex(record::sha256(operation.body));
  return {operation.id, std::string(plan::name(operation.verb)), operation.object, digest};
}

}  // namespace

Ledger::Ledger(std::unique_ptr<store::Writer> writer, std::uint64_t snapshot_every)
    : writer_(std::move(writer)),
      intake_(reducer_, [this](record::Seq seq) { return writer_->reader().get(seq); }),
      snapshots_(snapshot_every) {}

Result<std::unique_ptr<Ledger>> Ledger::open(const std::filesystem::path& directory,
                                             std::uint64_t snapshot_every) {
  auto writer = store::Writer::open(directory);
  if (!writer) return tl::unexpected(writer.error());
  std::unique_ptr<Ledger> ledger(new Ledger(std::move(*writer), snapshot_every));
  if (auto loaded = ledger->load(); !loaded) return tl::unexpected(loaded.error());
  return ledger;
}

Result<void> Ledger::load() {
  reducer_.enable_plan();
  store::Reader& reader = writer_->reader();
  const record::Seq head = reader.head().seq;
  auto done = snapshots_.start(reader).and_then([&] {
    return replay::restore_before(reader, reducer_, head,
                                  [this](const record::Record& record) { note(record); });
  });
  if (!done) return done;
  // A snapshot is taken when everything before it is decided.
  digest_ = reducer_.output_digest();
  const record::Seq from = std::max(reducer_.head() + 1, reader.oldest());
  if (from <= head) {
    done = reader.scan(from, head, [this](const record::Record& record) {
      fold_one(record);
      return true;
    });
  }
  if (!done) return done;
  const auto decisions = reader.of_kind(record::Kind::kDecision);
  if (!decisions) return tl::unexpected(decisions.error());
  decisions_ = decisions->size();
  return {};
}

Result<void> Ledger::take_snapshot(std::int64_t time_ns) {
  if (!snapshots_.due(reducer_.head()) || !triggers_.empty()) return {};
  const auto taken = snapshots_.take(reducer_, *writer_, time_ns);
  if (!taken) return tl::unexpected(taken.error());
  if (*taken) fold_one(**taken);
  return {};
}

void Ledger::fold_one(const record::Record& record) {
  const Folded folded = reducer_.fold(record);
  note(record);
  if (record.kind == record::Kind::kDecision) {
    // What came before it is decided. A crash may have kept the last Decision from being written.
    triggers_.clear();
    changed_.clear();
    digest_ = reducer_.output_digest();
    return;
  }
  if (folded.outputs_changed) triggers_.push_back(record.seq);
  changed_.insert(changed_.end(), folded.changed.begin(), folded.changed.end());
}

void Ledger::note(const record::Record& record) {
  folded_ = record.seq;
  intake_.note_folded(record);
  outstanding_.note(record);
  if (record.kind == record::Kind::kDecision) ++decisions_;
  if (record.kind == record::Kind::kConfig) configured_ = true;
  if (record.kind != record::Kind::kOperator) return;
  const auto command = record::decode_operator(record.body);
  if (command && command->what == "pause") paused_ = true;
  if (command && command->what == "resume") paused_ = false;
}

Group Ledger::opening(const record::Config& config, const std::string& build,
                      std::int64_t time_ns) {
  writer_->set_boot(writer_->boot() + 1);
  record::Boot boot;
  boot.build = build;
  boot.reducer = kReducerVersion;
  boot.previous_seq = writer_->reader().head().seq;
  boot.clean = writer_->closed_cleanly();
  Group group;
  group.records.push_back(make(record::Kind::kBoot, record::encode(boot), time_ns));
  for (record::Record& unknown : outstanding_.unknown(time_ns)) {
    group.records.push_back(std::move(unknown));
  }
  if (!configured_ || !(reducer_.config() == config)) {
    group.records.push_back(make(record::Kind::kConfig, record::encode(config), time_ns));
  }
  return group;
}

Result<store::Head> Ledger::write(Group& group) {
  return writer_->append(group.records, group.cursors);
}

void Ledger::fold(const Group& group) {
  for (const record::Record& record : group.records) fold_one(record);
}

std::optional<Group> Ledger::decide(std::int64_t time_ns) {
  auto operations = reducer_.take_new_operations();
  const std::string after = reducer_.output_digest();
  if (triggers_.empty() && operations.empty() && after == digest_) {
    changed_.clear();
    return std::nullopt;
  }
  record::Decision decision;
  decision.upto = folded_;
  decision.triggers = std::exchange(triggers_, {});
  decision.digest_before = std::exchange(digest_, after);
  decision.digest_after = after;
  std::sort(changed_.begin(), changed_.end());
  changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
  decision.changed = std::exchange(changed_, {});
  for (const plan::Operation& operation : operations)
    decision.operations.push_back(listed(operation));
  decision.reducer = kReducerVersion;
  operations_ = std::move(operations);
  Group group;
  group.records.push_back(make(record::Kind::kDecision, record::encode(decision), time_ns));
  return group;
}

}  // namespace pawprint::pawprintd
