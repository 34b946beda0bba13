// The check of everything that is stored.
#include <array>
#include <optional>
#include <set>
#include <system_error>

#include "store/layout.h"
#include "store/secret_key.h"
#include "store/view.h"

namespace pawprint::store {
namespace {

/// More would not tell a person anything new; the last one says that there are more.
constexpr std::size_t kMaxProblems = 1000;
constexpr std::array<Family, 3> kIndexes{Family::kObjects, Family::kTimes, Family::kKinds};

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
  void check_head();

  std::filesystem::path directory_;
  FsckReport report_;
  std::set<std::string> told_;
  bool unreadable_ = false;  ///< Some record cannot be read.
  std::optional<AnchorPoint> anchor_;
  std::unique_ptr<Database> database_;
  record::Hash previous_{};
  bool chain_known_ = true;  ///< False behind a record that does not even tell its chain value.
  record::Seq expected_ = 1;
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
  constexpr int kAttempts = 4;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto opened = anchor ? open_for_reading(directory_, *anchor)
                         : Database::open(directory_, Access::kInspect);
    if (opened) {
      database_ = std::move(*opened);
      return true;
    }
    refusal = opened.error().message;
  }
  problem(0, "rocksdb", refusal);
  return false;
}

void Check::check_record(std::string_view key, std::string_view value) {
  auto stored = decode_record(key, value);
  if (!stored) {
    const record::Seq seq = key.size() == 8 ? from_big64(key) : 0;
    problem(seq, "body", stored.error().message);
    unreadable_ = true;
    // What follows is checked against what this record says of itself, if it says anything.
    chain_known_ = value.size() >= 33;
    if (chain_known_) std::copy_n(value.begin() + 1, previous_.size(), previous_.begin());
    if (seq != 0) expected_ = seq + 1;
    return;
  }
  const record::Record& record = stored->record;
  if (record.seq != expected_) {
    problem(expected_, "gap",
            "records " + std::to_string(expected_) + ".." + std::to_string(record.seq - 1) +
                " are missing");
  }
  if (chain_known_ && chain(previous_, stored->header, record.body) != stored->hash) {
    problem(record.seq, "chain", "the record or the one before it is not what was written");
  }
  previous_ = stored->hash;
  chain_known_ = true;
  expected_ = record.seq + 1;
  clamped_ns_ = std::max(clamped_ns_, record.time_ns);
  ++report_.records;
  report_.head = Head{record.seq, record.time_ns, stored->hash};
  sums_[static_cast<std::size_t>(Family::kTimes)].add(time_key(clamped_ns_, record.seq));
  sums_[static_cast<std::size_t>(Family::kKinds)].add(kind_key(record.kind, record.seq));
  if (has_history(record)) {
    sums_[static_cast<std::size_t>(Family::kObjects)].add(history_key(record.object, record.seq));
  }
  if (!anchor_ || record.seq != anchor_->seq) return;
  anchor_met_ = true;
  if (stored->hash != anchor_->hash) {
    problem(record.seq, "anchor", "the chain value is not that of the head anchor");
  }
}

void Check::check_records() {
  const auto entry = database_->iterate(Family::kRecords);
  for (entry->SeekToFirst(); entry->Valid(); entry->Next()) {
    check_record(entry->key().ToStringView(), entry->value().ToStringView());
  }
  if (!entry->status().ok()) {
    unreadable_ = true;
    problem(expected_, "rocksdb",
            error_of(entry->status(), "read record " + std::to_string(expected_)).message);
  }
}

/// Both sides of a family's comparison, entry by entry; only done when their sums differ.
void Check::locate(Family family) {
  const std::string index(name(family));
  const auto records = database_->iterate(Family::kRecords);
  std::int64_t clamped = std::numeric_limits<std::int64_t>::min();
  for (records->SeekToFirst(); records->Valid(); records->Next()) {
    auto stored = decode_record(records->key().ToStringView(), records->value().ToStringView());
    if (!stored) continue;
    const record::Record& record = stored->record;
    clamped = std::max(clamped, record.time_ns);
    if (family == Family::kObjects && !has_history(record)) continue;
    const std::string key = family == Family::kObjects ? history_key(record.object, record.seq)
                            : family == Family::kTimes ? time_key(clamped, record.seq)
                                                       : kind_key(record.kind, record.seq);
    std::string value;
    const auto found =
        database_->db().Get(rocksdb::ReadOptions(), database_->family(family), key, &value);
    if (!found.ok()) problem(record.seq, "index", "index " + index + " does not list the record");
  }
}

void Check::check_indexes() {
  for (const Family family : kIndexes) {
    IndexSum found;
    const auto entry = database_->iterate(family);
    for (entry->SeekToFirst(); entry->Valid(); entry->Next())
      found.add(entry->key().ToStringView());
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
  auto commit = database_->meta_number(kCommitKey);
  const bool untouched = commit && *commit == 0 && anchor_ && anchor_->commit == 0;
  if (!format && !untouched) problem(0, "format", format.error().message);
  if (!commit) problem(0, "rocksdb", commit.error().message);
  if (!anchor_ || !commit) return;
  if (anchor_->seq > 0 && !anchor_met_) {
    problem(anchor_->seq, "anchor",
            "the log ends at seq " + std::to_string(report_.head.seq) + ", before its head anchor");
  } else if (*commit < anchor_->commit) {
    problem(anchor_->seq, "anchor", "the last write before the head anchor is missing");
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
