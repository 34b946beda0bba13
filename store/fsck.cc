// The check of everything that is stored.
#include <array>
#include <chrono>
#include <optional>
#include <set>
#include <system_error>
#include <thread>

#include "store/layout.h"
#include "store/reach.h"
#include "store/secret_key.h"
#include "store/snapshot_content.h"
#include "store/view.h"

namespace pawprint::store {
namespace {

/// More would not tell a person anything new; the last one says that there are more.
constexpr std::size_t kMaxProblems = 1000;
constexpr std::size_t kDecoderBytes = std::size_t{64} << 20;
constexpr std::array<Family, 3> kListing{Family::kObjects, Family::kTimes, Family::kKinds};

/// Digest of a set of index entries, kept by delta: equal sets, equal digests, whatever the order.
struct IndexSum {
  record::SetHash keys;
  std::uint64_t entries = 0;

  void add(std::string_view key) {
    keys.add(record::sha256(key));
    ++entries;
  }
  bool operator==(const IndexSum&) const = default;
};

class Check {
 public:
  explicit Check(const std::filesystem::path& directory) : directory_(directory) {}

  /// False when the store was never made whole: RocksDB refuses it, and nothing was written yet.
  bool run();
  [[nodiscard]] FsckReport& report() { return report_; }

 private:
  void problem(record::Seq seq, std::string what, std::string detail);
  bool open();
  void check_key();
  void check_records();
  void check_record(std::string_view key, std::string_view value);
  void check_indexes();
  void locate(Family family);
  void check_chain(record::Seq seq, const record::Hash& wanted, std::string_view what);
  void check_segment(const std::optional<Segment>& computed);
  void lose(record::Seq seq);
  void check_segments();
  void check_head();

  std::filesystem::path directory_;
  FsckReport report_;
  std::set<std::string> told_;
  bool unreadable_ = false;  ///< Some record cannot be read.
  std::optional<AnchorPoint> anchor_;
  std::unique_ptr<Database> database_;
  Decoder decoder_{kDecoderBytes};
  Tail tail_;                   ///< Behind the last record that was met.
  record::Seq proved_ = 0;      ///< Last record whose chain value was found in order.
  bool tail_known_ = true;      ///< False behind what is missing or does not decode.
  std::set<record::Seq> ends_;  ///< Segments that records give.
  std::optional<StoredHead> end_;
  std::int64_t clamped_ns_ = std::numeric_limits<std::int64_t>::min();
  std::array<IndexSum, kFamilies> sums_;
  bool anchor_met_ = false;
};

/// Without what the answer says anyhow. One fault may be met by several checks; it is told once.
void Check::problem(record::Seq seq, std::string what, std::string detail) {
  for (const std::string& known : {"store " + directory_.string() + " is damaged: ",
                                   "record " + std::to_string(seq) + " is damaged: "}) {
    if (detail.starts_with(known)) detail.erase(0, known.size());
  }
  if (!told_.insert(detail).second && seq == 0) return;
  if (report_.problems.size() > kMaxProblems) return;
  if (report_.problems.size() == kMaxProblems) {
    report_.problems.push_back({0, "more", "more problems are not listed"});
    return;
  }
  report_.problems.push_back({seq, std::move(what), std::move(detail)});
}

/// The anchor and the database at one moment; retries like a Reader, for a writer may be at work.
bool Check::open() {
  auto anchor = AnchorReader::open(directory_);
  auto reading = anchor ? anchor->read() : tl::unexpected<Error>(anchor.error());
  if (!reading) problem(0, "anchor", reading.error().message);
  if (reading) anchor_ = reading->point;
  if (reading && reading->slot_damaged) {
    problem(0, "anchor",
            "one of two slots of " + (directory_ / kAnchorFile).string() + " is damaged");
  }
  std::string refusal;
  constexpr int kAttempts = 20;
  constexpr auto kPause = std::chrono::milliseconds(5);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const bool alone = !anchor || !anchor->writer_present();
    auto opened = anchor ? open_for_reading(directory_, *anchor)
                         : Database::open(directory_, Access::kInspect);
    if (opened) {
      database_ = std::move(*opened);
      // Beside a writer one family may be seen behind another; a moment later they are even.
      const auto reach = reach_of(*database_);
      if (database_->access() == Access::kInspect || !reach || reach->even()) return true;
    } else {
      refusal = opened.error().message;
    }
    if (alone) break;  // Nothing will change by itself.
    std::this_thread::sleep_for(kPause);
  }
  if (database_) return true;
  problem(0, "rocksdb", refusal);
  return false;
}

/// What every index must list the record under.
std::vector<std::pair<Family, std::string>> entries_of(const record::Record& record,
                                                       std::int64_t clamped_ns) {
  std::vector<std::pair<Family, std::string>> out;
  if (has_time(record.seq)) {
    out.emplace_back(Family::kTimes, time_key(clamped_ns, record.seq));
  }
  if (has_kind(record.kind)) out.emplace_back(Family::kKinds, kind_key(record.kind, record.seq));
  if (has_history(record)) {
    out.emplace_back(Family::kObjects, history_key(record.object, record.seq));
  }
  return out;
}

/// Compares the chain so far with what is stored of it after record `seq`.
void Check::check_chain(record::Seq seq, const record::Hash& wanted, std::string_view what) {
  if (tail_known_ && tail_.hash == wanted) {
    proved_ = seq;
    return;
  }
  // Behind a record that is missing or unreadable, nothing more can be said of its segment.
  if (tail_known_) {
    problem(proved_ + 1, "chain",
            "records " + std::to_string(proved_ + 1) + ".." + std::to_string(seq) +
                " are not all what was written: the chain value after them is not that of " +
                std::string(what));
  }
  tail_.hash = wanted;
  proved_ = seq;
}

/// Goes on behind a segment with what is stored of it.
void Check::check_segment(const std::optional<Segment>& computed) {
  const record::Seq last = tail_.seq;
  ends_.insert(last);
  auto stored = read_segment(*database_, last);
  if (!stored) {
    problem(last, "chain", stored.error().message);
    tail_known_ = tail_known_ && computed.has_value();
    return;
  }
  check_chain(last, stored->chain, "family segments");
  if (computed && tail_known_ && computed->root != stored->root) {
    problem(last, "chain",
            "the Merkle root of the segment that ends there is not that of its records");
  }
  tail_ = Tail{last, stored->chain, {}};
  tail_known_ = true;
}

/// Moves on to `seq` without knowing the record: it is missing or does not decode.
void Check::lose(record::Seq seq) {
  while (tail_.seq < seq) {
    ++tail_.seq;
    tail_known_ = false;
    if (tail_.seq % kSegmentRecords == 0) check_segment(std::nullopt);
  }
}

void Check::check_record(std::string_view key, std::string_view value) {
  auto raw = decoder_.decode(*database_, key, value);
  auto decoded = raw ? record_of(**raw) : tl::unexpected<Error>(raw.error());
  const record::Seq seq = key.size() == 8 ? from_big64(key) : 0;
  if (seq > tail_.seq + 1) {
    problem(tail_.seq + 1, "gap",
            "records " + std::to_string(tail_.seq + 1) + ".." + std::to_string(seq - 1) +
                " are missing");
    lose(seq - 1);
  }
  if (!decoded) {
    problem(seq, "body", decoded.error().message);
    unreadable_ = true;
    if (seq != 0) lose(seq);
    return;
  }
  const record::Record& record = *decoded;
  const auto segment = tail_.add(leaf_of(**raw));
  if (end_ && seq == end_->head.seq) check_chain(seq, end_->head.hash, "the metadata");
  if (tail_.seq % kSegmentRecords == 0) check_segment(segment);
  clamped_ns_ = std::max(clamped_ns_, record.time_ns);
  ++report_.records;
  report_.head = Head{record.seq, record.time_ns, tail_.hash};
  for (const auto& [family, entry] : entries_of(record, clamped_ns_)) {
    sums_[static_cast<std::size_t>(family)].add(entry);
  }
  if (!anchor_ || record.seq != anchor_->seq) return;
  anchor_met_ = true;
  if (tail_known_ ? tail_.hash != anchor_->hash
                  : end_ && end_->head.hash != anchor_->hash && end_->head.seq == anchor_->seq) {
    problem(record.seq, "anchor", "the chain value is not that of the head anchor");
  }
}

void Check::check_records() {
  auto end = database_->meta(kHeadKey);
  if (end && *end) end_ = decode_head(**end);
  if (!end || (*end && !end_)) {
    problem(0, "rocksdb", "the end of the log in the metadata is damaged");
  }
  const auto entry = database_->iterate(Family::kRecords);
  for (entry->SeekToFirst(); entry->Valid(); entry->Next()) {
    check_record(entry->key().ToStringView(), entry->value().ToStringView());
  }
  if (!entry->status().ok()) {
    unreadable_ = true;
    problem(tail_.seq + 1, "rocksdb",
            error_of(entry->status(), "read record " + std::to_string(tail_.seq + 1)).message);
  }
}

/// Both sides of a family's comparison, entry by entry; only done when their sums differ.
void Check::locate(Family family) {
  const std::string index(name(family));
  const auto records = database_->iterate(Family::kRecords);
  std::int64_t clamped = std::numeric_limits<std::int64_t>::min();
  for (records->SeekToFirst(); records->Valid(); records->Next()) {
    auto raw =
        decoder_.decode(*database_, records->key().ToStringView(), records->value().ToStringView());
    auto record = raw ? record_of(**raw) : tl::unexpected<Error>(raw.error());
    if (!record) continue;
    clamped = std::max(clamped, record->time_ns);
    for (const auto& [which, key] : entries_of(*record, clamped)) {
      if (which != family) continue;
      std::string value;
      const auto found =
          database_->db().Get(rocksdb::ReadOptions(), database_->family(family), key, &value);
      if (found.ok()) continue;
      problem(record->seq, "index", "index " + index + " does not list the record");
    }
  }
}

void Check::check_indexes() {
  for (const Family family : kListing) {
    IndexSum found;
    const auto entry = database_->iterate(family);
    for (entry->SeekToFirst(); entry->Valid(); entry->Next()) {
      if (entry->key() != kReachKey) found.add(entry->key().ToStringView());
    }
    const std::string index(name(family));
    if (!entry->status().ok()) {
      problem(0, "rocksdb", error_of(entry->status(), "read index " + index).message);
      continue;
    }
    const IndexSum& wanted = sums_[static_cast<std::size_t>(family)];
    if (found == wanted) continue;
    // What a record that cannot be read would be listed under, nobody knows; nor the greatest time.
    if (unreadable_ && family == Family::kTimes) continue;
    if (!unreadable_) {
      problem(0, "index",
              "index " + index + " has " + std::to_string(found.entries) +
                  " entries where the records give " + std::to_string(wanted.entries) +
                  ", or others");
    }
    locate(family);
  }
}

void Check::check_head() {
  const auto status = database_->db().VerifyChecksum();
  // A writer may delete a file whose content it has moved on; ours is still open and was read.
  const bool moved_on = status.IsPathNotFound() && database_->access() == Access::kFollow;
  if (!status.ok() && !moved_on)
    problem(0, "rocksdb", error_of(status, "verify the table files").message);
  auto format = check_format(*database_, directory_);
  const std::uint64_t commit = end_ ? end_->commit : 0;
  const bool untouched = commit == 0 && anchor_ && anchor_->commit == 0;
  if (!format && !untouched) problem(0, "format", format.error().message);
  check_segments();
  // Beside a writer the records that were met may be newer than the metadata.
  const bool newer = database_->access() == Access::kFollow && end_ && end_->head.seq < tail_.seq;
  if (end_ && end_->head.seq != tail_.seq && !newer) {
    problem(std::min(end_->head.seq, tail_.seq) + 1, "gap",
            "the log has records up to " + std::to_string(tail_.seq) +
                ", but its metadata says that it ends with " + std::to_string(end_->head.seq));
  }
  if (!anchor_) return;
  if (anchor_->seq > 0 && !anchor_met_) {
    problem(anchor_->seq, "anchor",
            "the log ends at seq " + std::to_string(report_.head.seq) + ", before its head anchor");
  } else if (commit < anchor_->commit) {
    problem(anchor_->seq, "anchor", "the last write before the head anchor is missing");
  }
}

/// Family segments holds no other segments, and every index family reaches the last commit.
void Check::check_segments() {
  const auto entry = database_->iterate(Family::kSegments);
  for (entry->SeekToFirst(); entry->Valid(); entry->Next()) {
    if (entry->key() == kReachKey) continue;
    const auto seq = seq_of_key(entry->key().ToStringView());
    if (seq && entry->key().size() == 8 && ends_.contains(*seq)) continue;
    if (seq && *seq > tail_.seq && database_->access() == Access::kFollow) continue;
    problem(seq.value_or(0), "index", "index segments has an entry for which there is no segment");
  }
  if (!entry->status().ok()) {
    problem(0, "rocksdb", error_of(entry->status(), "read index segments").message);
  }
  // A database that ends before its anchor as a whole is told of once, by check_head.
  std::uint64_t commit = anchor_ ? anchor_->commit : 0;
  if (end_) commit = anchor_ ? std::min(commit, end_->commit) : end_->commit;
  for (const Family family : kIndexes) {
    std::string value;
    const auto found =
        database_->db().Get(rocksdb::ReadOptions(), database_->family(family), kReachKey, &value);
    if (commit == 0 || (found.ok() && value.size() == 8 && little64(value) >= commit)) continue;
    problem(0, "index", "index " + std::string(name(family)) + " does not reach the last write");
  }
}

/// Without its key a store takes no more records, and no digest of a Secret can be compared.
void Check::check_key() {
  const auto key = read_secret_key(directory_);
  const auto sum = key && database_ ? database_->meta(kKeySumKey)
                                    : Result<std::optional<std::string>>(std::nullopt);
  auto right = key && sum ? check_secret_key(directory_, *key, *sum)
                          : tl::unexpected<Error>(key ? sum.error() : key.error());
  if (!right) problem(0, "key", right.error().message);
}

bool Check::run() {
  if (!open()) {
    check_key();
    if (anchor_) report_.head = Head{anchor_->seq, anchor_->time_ns, anchor_->hash};
    return !anchor_ || anchor_->commit > 0;
  }
  check_key();
  check_records();
  check_indexes();
  for (Problem& each : check_snapshots(*database_, decoder_)) {
    problem(each.seq, std::move(each.what), std::move(each.detail));
  }
  check_head();
  return true;
}

}  // namespace

Result<FsckReport> fsck(const std::filesystem::path& directory) {
  const auto none = [&] {
    return fail(ErrorCode::kUnreachable, "there is no store at " + directory.string());
  };
  if (!holds_database(directory)) {
    // An anchor that says that something was written is a store that lost its files; one that is
    // new or not filled was left by a creation that did not finish.
    std::error_code ignored;  // Then there is none.
    auto anchor = AnchorReader::open(directory);
    auto reading = anchor ? anchor->read() : tl::unexpected<Error>(anchor.error());
    const bool denied = !anchor && anchor.error().code != ErrorCode::kNotFound;
    if (denied && std::filesystem::is_directory(directory, ignored)) {
      return tl::unexpected<Error>(anchor.error());
    }
    if (!reading ? reading.error().code != ErrorCode::kDamaged : reading->point.commit == 0) {
      return none();
    }
  }
  Check check(directory);
  if (!check.run()) return none();
  return std::move(check.report());
}

}  // namespace pawprint::store
