#include "replay/verify.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "engine/explain/trace.h"
#include "engine/record/bodies.h"
#include "replay/field_diff.h"
#include "replay/fold.h"
#include "replay/lookup.h"

namespace pawprint::replay {
namespace {

using record::ObjectKey;

/// Follows the fold and judges each Decision when it comes by.
class Judge {
 public:
  Judge(const Reducer& reducer, store::Reader& log, record::Seq from)
      : reducer_(reducer), log_(log), from_(from), whole_(log.oldest() <= 1) {
    digests_[0] = reducer.output_digest();
  }

  void note(const record::Record& record, const Folded& folded) {
    if (!folded.outputs_changed && folded.changed.empty()) return;
    digests_[record.seq] = reducer_.output_digest();
    changes_.emplace_back(record.seq, folded.changed);
  }

  void judge(const record::Record& record, Verification& out) {
    const auto decision = record::decode_decision(record.body);
    if (!decision) {
      add(out, {record.seq, "", "", "", "a Decision", decision.error().message, "record"});
      return;
    }
    // A log that lost its beginning cannot tell what its first Decisions were made from.
    const bool ours = decision->reducer == kReducerVersion && whole_;
    if (record.seq > from_) {
      if (ours) {
        ++out.decisions;
        compare(record.seq, *decision, out);
      } else {
        ++out.skipped;
      }
    }
    forget(decision->upto);
  }

 private:
  [[nodiscard]] std::string digest_at(record::Seq seq) const {
    return std::prev(digests_.upper_bound(seq))->second;
  }

  void compare(record::Seq seq, const record::Decision& decision, Verification& out) const {
    const std::string actual = digest_at(decision.upto);
    const std::size_t before = out.divergences.size();
    compare_changed(seq, decision, out);
    if (decision.digest_after == actual) return;
    compare_operations(seq, decision, out);
    // The digest is what proves equality; objects only help to find the difference.
    if (out.divergences.size() == before) {
      add(out, {seq, "", "", "", decision.digest_after, actual, "digest"});
    }
  }

  /// What the triggers change must be listed, and what is listed must have changed. Between the two
  /// lie records that were folded before a crash, whose Decision was never written.
  void compare_changed(record::Seq seq, const record::Decision& decision, Verification& out) const {
    std::set<ObjectKey> all;
    std::set<ObjectKey> triggered;
    for (const auto& [at, keys] : changes_) {
      if (at > decision.upto) continue;
      all.insert(keys.begin(), keys.end());
      const bool trigger =
          std::binary_search(decision.triggers.begin(), decision.triggers.end(), at);
      if (trigger) triggered.insert(keys.begin(), keys.end());
    }
    const std::set<ObjectKey> listed(decision.changed.begin(), decision.changed.end());
    for (const ObjectKey& key : listed) {
      if (!all.contains(key)) {
        add(out, {seq, record::display(key), "", "", "changed", "unchanged", "changed"});
      }
    }
    for (const ObjectKey& key : triggered) {
      if (!listed.contains(key)) {
        add(out, {seq, record::display(key), "", "", "unchanged", "changed", "changed"});
      }
    }
  }

  /// The objects that were to be written: whether they are desired now, and with what content.
  void compare_operations(record::Seq seq, const record::Decision& decision,
                          Verification& out) const {
    std::map<ObjectKey, bool> wanted;
    for (const record::Decision::Op& operation : decision.operations) {
      if (operation.verb == "create" || operation.verb == "replace")
        wanted[operation.object] = true;
      if (operation.verb == "delete") wanted[operation.object] = false;
    }
    for (const auto& [key, exists] : wanted) {
      const auto output = reducer_.output(key);
      const bool desired = output && !output->is_status;
      if (desired != exists) {
        add(out, {seq, record::display(key), "", "", exists ? "desired" : "not desired",
                  desired ? "desired" : "not desired", "operation"});
      } else if (desired) {
        compare_content(seq, *output, out);
      }
    }
  }

  /// The log does not hold what was sent, but the API server showed it right after. Members that
  /// only the server's copy has are its defaults.
  void compare_content(record::Seq seq, const Output& output, Verification& out) const {
    const auto shown = first_shown(output.key, seq);
    if (!shown) return;
    for (const FieldChange& each : field_diff(object_of(*shown), parsed(output.body))) {
      const bool ours = each.path.starts_with(".spec") || each.path.starts_with(".mesh");
      if (!ours || each.to.is_null()) continue;
      add(out, {seq, record::display(output.key), each.path, rule_of(output.key, each.path),
                each.from.dump(), each.to.dump(), "content"});
    }
  }

  [[nodiscard]] std::optional<record::Record> first_shown(const ObjectKey& key,
                                                          record::Seq after) const {
    const auto seqs = log_.history(key, log_.head().seq);
    if (!seqs) return std::nullopt;
    const auto next = std::upper_bound(seqs->begin(), seqs->end(), after);
    if (next == seqs->end()) return std::nullopt;
    auto record = log_.get(*next);
    const bool exists = record && record->kind == record::Kind::kObserved &&
                        record->event != record::Event::kDeleted;
    return exists ? std::optional(std::move(*record)) : std::nullopt;
  }

  [[nodiscard]] std::string rule_of(const ObjectKey& key, const std::string& path) const {
    const auto trace = reducer_.trace(key);
    if (!trace) return {};
    const auto found = std::find_if(trace->leaves.begin(), trace->leaves.end(),
                                    [&](const explain::Leaf& leaf) { return leaf.field == path; });
    return found == trace->leaves.end() ? std::string() : found->cause.rule;
  }

  static void add(Verification& out, Divergence divergence) {
    if (out.divergences.size() < kMaxDivergences) out.divergences.push_back(std::move(divergence));
  }

  void forget(record::Seq upto) {
    std::erase_if(changes_, [upto](const auto& each) { return each.first <= upto; });
    const auto keep = std::prev(digests_.upper_bound(upto));
    digests_.erase(digests_.begin(), keep);
  }

  const Reducer& reducer_;
  store::Reader& log_;
  record::Seq from_;
  bool whole_;
  std::map<record::Seq, std::string> digests_;  // After each record that changed something.
  std::vector<std::pair<record::Seq, std::vector<ObjectKey>>> changes_;  // Since the last Decision.
};

}  // namespace

Result<Verification> verify(store::Reader& log, Reducer& reducer, const Moment& from,
                            const Moment& to, bool compare) {
  Verification out;
  Judge judge(reducer, log, from.seq);
  auto folded =
      fold_until(log, reducer, to.seq, [&](const record::Record& record, const Folded& step) {
        if (record.seq > from.seq) {
          ++out.records;
          const bool seen =
              record.kind == record::Kind::kObserved || record.kind == record::Kind::kVanished;
          out.observed += seen ? 1 : 0;
        }
        if (!compare) {
          out.decisions += record.kind == record::Kind::kDecision && record.seq > from.seq ? 1 : 0;
          return true;
        }
        judge.note(record, step);
        if (record.kind == record::Kind::kDecision) judge.judge(record, out);
        return true;
      });
  if (!folded) return tl::unexpected<Error>(folded.error());
  out.output_digest = reducer.output_digest();
  return out;
}

}  // namespace pawprint::replay
