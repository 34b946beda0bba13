#include "store/writer.h"

#include <fcntl.h>

#include <optional>
#include <system_error>
#include <utility>

#include "store/anchor.h"
#include "store/group.h"
#include "store/layout.h"
#include "store/reach.h"
#include "store/secret_key.h"
#include "store/snapshot_content.h"
#include "store/view.h"

namespace pawprint::store {
namespace {

constexpr std::size_t kProbeBytes = std::size_t{1} << 20;

AnchorPoint point_of(const Tip& tip) {
  return AnchorPoint{tip.commit, tip.head.seq, tip.head.time_ns, tip.head.hash};
}

void put_number(const Database& database, std::string_view key, std::uint64_t number,
                rocksdb::WriteBatch& batch) {
  std::string value;
  append_little64(value, number);
  PAWPRINT_CHECK(batch.Put(database.family(Family::kMeta), key, value).ok());
}

/// Whether the disk takes data again; asked before a database is closed that can still be read.
Result<void> probe_disk(const std::filesystem::path& directory) {
  const auto path = directory / "probe.tmp";
  Result<void> done = open_file(path, O_WRONLY | O_CREAT | O_TRUNC).and_then([&](File&& file) {
    return write_at(file, 0, std::string(kProbeBytes, 'p'), path).and_then([&] {
      return sync_data(file, path);
    });
  });
  std::error_code ignored;  // A probe that stays is replaced by the next one.
  std::filesystem::remove(path, ignored);
  return done;
}

class LogWriter final : public Writer {
 public:
  LogWriter(std::filesystem::path directory, Tuning tuning, AnchorWriter anchor)
      : directory_(std::move(directory)),
        tuning_(std::move(tuning)),
        anchor_(std::move(anchor)),
        streams_(tuning_.stream_bytes),
        view_(*this) {}

  Result<void> start(bool create);

  Result<Head> append(std::span<record::Record> group, std::span<const Cursor> cursors) override;
  Result<Head> append_snapshot(record::Record& record, std::string_view content) override;
  void set_boot(std::uint32_t boot) override { boot_ = boot; }
  [[nodiscard]] std::uint32_t boot() const override { return boot_; }
  [[nodiscard]] bool closed_cleanly() const override { return closed_cleanly_; }
  Result<void> close() override;
  Reader& reader() override { return view_; }
  [[nodiscard]] std::string_view secret_key() const override { return key_; }

 private:
  /// Reads through the writer's own database, up to what it has acknowledged.
  class OwnView final : public View {
   public:
    explicit OwnView(LogWriter& writer) : View(writer.directory_), writer_(writer) {}
    Result<void> refresh() override { return {}; }
    [[nodiscard]] Head head() const override { return writer_.tip_.head; }

   protected:
    [[nodiscard]] const Database* database() const override { return writer_.database_.get(); }

   private:
    LogWriter& writer_;
  };

  Result<void> make_whole();
  Result<AnchorReading> first_reading(bool create);
  Result<Tail> inspect(const AnchorPoint& point);
  Result<void> load(const AnchorReading& reading, const Tail& inspected);
  Result<Head> append_with(std::span<record::Record> group, std::span<const Cursor> cursors,
                           std::string_view snapshot);
  Result<void> commit(rocksdb::WriteBatch& batch, Tip next);
  Result<void> recover();
  Result<void> discard_leftover(rocksdb::WriteBatch& batch);

  std::filesystem::path directory_;
  Tuning tuning_;
  AnchorWriter anchor_;
  std::unique_ptr<Database> database_;
  Tip tip_;            ///< What is acknowledged.
  CursorMap cursors_;  ///< The cursors that belong to tip_.
  Streams streams_;
  std::string key_;
  std::uint32_t boot_ = 0;
  bool closed_cleanly_ = true;
  bool closed_ = false;
  bool failed_ = false;    ///< The last write did not end well; recover() before the next one.
  bool leftover_ = false;  ///< The database holds a group that was not acknowledged.
  OwnView view_;
};

/// Key and anchor of a new store, in this order: a store with a filled anchor has its key.
Result<void> LogWriter::make_whole() {
  auto key = random_secret_key();
  if (!key) return tl::unexpected<Error>(key.error());
  return write_secret_key(directory_, *key).and_then([&] {
    return anchor_.initialise(AnchorPoint{});
  });
}

Result<AnchorReading> LogWriter::first_reading(bool create) {
  const bool has_database = holds_database(directory_);
  auto reading = anchor_.read();
  if (reading && (has_database || reading->point.commit == 0)) return reading;
  if (reading) {
    return fail(ErrorCode::kDamaged,
                "store " + directory_.string() + " is damaged: " +
                    (directory_ / kAnchorFile).string() + " says that it reached seq " +
                    std::to_string(reading->point.seq) + ", but the RocksDB files are missing");
  }
  if (reading.error().code == ErrorCode::kExhausted) return reading;
  if (has_database) return fail(ErrorCode::kDamaged, reading.error().message);
  // Without an anchor and without RocksDB files this is what a creation leaves that was cut off.
  if (!create) return reading;
  return make_whole().and_then([&] { return anchor_.read(); });
}

Result<void> LogWriter::start(bool create) {
  auto reading = first_reading(create);
  if (!reading) return tl::unexpected<Error>(reading.error());
  auto key = read_secret_key(directory_);
  if (!key) return tl::unexpected<Error>(key.error());
  key_ = std::move(*key);
  const bool fresh = reading->point.commit == 0;
  auto inspected = fresh ? Result<Tail>{} : inspect(reading->point);
  if (!inspected) return tl::unexpected<Error>(inspected.error());
  auto database = Database::open(directory_, fresh ? Access::kCreate : Access::kWrite, tuning_);
  if (!database) return tl::unexpected<Error>(database.error());
  database_ = std::move(*database);
  auto loaded = load(*reading, *inspected);
  if (!loaded) return loaded;
  auto sum = database_->meta(kKeySumKey);
  if (!sum) return tl::unexpected<Error>(sum.error());
  auto right = check_secret_key(directory_, key_, *sum);
  if (!right) return right;

  rocksdb::WriteBatch batch;
  PAWPRINT_CHECK(
      batch.Put(database_->family(Family::kMeta), kKeySumKey, secret_key_sum(key_)).ok());
  put_number(*database_, kFormatKey, kFormatVersion, batch);
  if (tip_.commit == 0) {
    put_number(*database_, kOldestKey, 1, batch);
    auto name = random_secret_key();
    if (!name) return tl::unexpected<Error>(name.error());
    PAWPRINT_CHECK(batch.Put(database_->family(Family::kMeta), kLogKey, *name).ok());
  }
  put_number(*database_, kCleanKey, 0, batch);
  return discard_leftover(batch).and_then([&] { return commit(batch, tip_); });
}

/// Whether everything acknowledged is there, without changing anything: RocksDB rewrites its log
/// files when it opens them for writing, and what it could not read would be gone for good.
Result<Tail> LogWriter::inspect(const AnchorPoint& point) {
  auto database = Database::open(directory_, Access::kInspect, tuning_);
  if (!database) return tl::unexpected<Error>(database.error());
  return check_reach(**database, streams_.decoder(), point, directory_).map([](Reach&& reach) {
    return std::move(reach.tail);
  });
}

Result<void> LogWriter::load(const AnchorReading& reading, const Tail& inspected) {
  auto known = reading.point.commit == 0 ? Result<void>{} : check_format(*database_, directory_);
  if (!known) return known;
  auto reach = check_reach(*database_, streams_.decoder(), reading.point, directory_, inspected);
  if (!reach) return tl::unexpected<Error>(reach.error());
  if (reach->stored.commit > 0) {
    known = check_format(*database_, directory_).and_then([&] {
      return check_tail(*database_, streams_.decoder(), *reach, directory_);
    });
    if (!known) return known;
    auto clean = database_->meta_number(kCleanKey);
    auto boot = database_->meta_number(kBootKey);
    if (!clean) return tl::unexpected<Error>(clean.error());
    if (!boot) return tl::unexpected<Error>(boot.error());
    closed_cleanly_ = *clean == 1;
    boot_ = static_cast<std::uint32_t>(*boot);
  }
  auto cursors = load_cursors(*database_);
  if (!cursors) return tl::unexpected<Error>(cursors.error());
  const StoredHead& stored = reach->stored;
  tip_ = Tip{stored.commit, stored.head, std::move(reach->tail), stored.clamped_ns};
  leftover_ = reach->last > stored.head.seq;
  cursors_ = std::move(*cursors);
  // A group that was synced when the process ended, but not yet anchored, counts from now on.
  if (tip_.commit > reading.point.commit || reading.slot_damaged) {
    return anchor_.store(point_of(tip_));
  }
  return {};
}

/// One write and one sync of the log, then one of the anchor. On error nothing is acknowledged.
Result<void> LogWriter::commit(rocksdb::WriteBatch& batch, Tip next) {
  next.commit = tip_.commit + 1;
  add_reach(*database_, next, batch);
  auto done = database_->write_synced(batch);
  if (done) {
    done = anchor_.store(point_of(next));
    // Whatever keeps an open file from being written, the answer is to try again.
    if (!done) {
      done = fail(ErrorCode::kExhausted, done.error().message);
      // Readers must not take the group for acknowledged. If this fails too, recover() does it.
      (void)anchor_.forget_after(point_of(tip_));
    }
  }
  if (!done) {
    failed_ = true;
    streams_.clear();
    return done;
  }
  tip_ = std::move(next);
  leftover_ = false;
  return {};
}

/// After a failed write the database is opened anew: its log file may end in half a record, behind
/// which nothing may be appended. Until the disk takes data again the old one stays for reading.
Result<void> LogWriter::recover() {
  if (!failed_) return {};
  auto probed = probe_disk(directory_);
  if (!probed) return probed;
  database_.reset();
  const auto whole = tip_.commit == 0 ? Result<Tail>{} : inspect(point_of(tip_));
  auto database =
      !whole ? tl::unexpected<Error>(whole.error())
             : Database::open(directory_, tip_.commit == 0 ? Access::kCreate : Access::kWrite,
                              tuning_);
  if (!database) {
    // We hold the lock, so whatever keeps it from opening, unless it is damage, is the disk again.
    const bool damaged = database.error().code == ErrorCode::kDamaged;
    return fail(damaged ? ErrorCode::kDamaged : ErrorCode::kExhausted, database.error().message);
  }
  database_ = std::move(*database);
  auto reach = check_reach(*database_, streams_.decoder(), point_of(tip_), directory_, tip_.tail);
  if (!reach) return tl::unexpected<Error>(reach.error());
  // The anchor must not name a group that the next write replaces.
  auto forgotten = anchor_.forget_after(point_of(tip_));
  if (!forgotten) return forgotten;
  leftover_ = reach->stored.commit > tip_.commit || reach->last > tip_.head.seq;
  failed_ = false;
  return {};
}

Result<void> LogWriter::discard_leftover(rocksdb::WriteBatch& batch) {
  if (!leftover_) return {};
  return discard_after(*database_, streams_.decoder(), tip_.head.seq, cursors_, batch);
}

Result<Head> LogWriter::append(std::span<record::Record> group, std::span<const Cursor> cursors) {
  return append_with(group, cursors, {});
}

Result<Head> LogWriter::append_snapshot(record::Record& record, std::string_view content) {
  PAWPRINT_CHECK(record.kind == record::Kind::kSnapshot);
  return append_with(std::span(&record, 1), {}, content);
}

Result<Head> LogWriter::append_with(std::span<record::Record> group,
                                    std::span<const Cursor> cursors, std::string_view snapshot) {
  PAWPRINT_CHECK(!closed_);
  auto ready = recover();
  if (!ready) return tl::unexpected<Error>(ready.error());
  if (group.empty() && cursors.empty()) return tip_.head;

  rocksdb::WriteBatch batch;
  auto discarded = discard_leftover(batch);
  if (!discarded) return tl::unexpected<Error>(discarded.error());
  Tip next = tip_;
  CursorMap all = cursors_;
  add_group(*database_, group, boot_, streams_, next, batch);
  add_cursors(*database_, cursors, all, batch);
  if (!snapshot.empty()) add_snapshot(*database_, group.back().seq, snapshot, batch);
  put_number(*database_, kBootKey, boot_, batch);
  auto done = commit(batch, next);
  if (!done) return tl::unexpected<Error>(done.error());
  cursors_ = std::move(all);
  return tip_.head;
}

Result<void> LogWriter::close() {
  PAWPRINT_CHECK(!closed_);
  auto ready = recover();
  if (!ready) return ready;
  rocksdb::WriteBatch batch;
  auto discarded = discard_leftover(batch);
  if (!discarded) return discarded;
  put_number(*database_, kCleanKey, 1, batch);
  auto done = commit(batch, tip_).and_then([&] { return database_->flush(); });
  if (!done) return done;
  closed_ = true;
  database_.reset();
  anchor_ = AnchorWriter();
  return {};
}

}  // namespace

Result<std::unique_ptr<Writer>> open_writer(const std::filesystem::path& directory, bool create,
                                            const Tuning& tuning) {
  if (create) {
    auto made = make_directory(directory);
    if (!made) return tl::unexpected<Error>(made.error());
  }
  std::error_code unreadable;  // Then opening says why.
  const bool anchored = std::filesystem::exists(directory / kAnchorFile, unreadable);
  if (!anchored && !unreadable && holds_database(directory)) {
    return fail(ErrorCode::kDamaged, "store " + directory.string() + " is damaged: " +
                                         (directory / kAnchorFile).string() + " is missing");
  }
  auto anchor = AnchorWriter::open(directory, create);
  if (!anchor && anchor.error().code == ErrorCode::kNotFound) {
    return fail(ErrorCode::kUnreachable, "there is no store at " + directory.string());
  }
  if (!anchor) return tl::unexpected<Error>(anchor.error());
  auto writer = std::make_unique<LogWriter>(directory, tuning, std::move(*anchor));
  auto started = writer->start(create);
  if (!started) return tl::unexpected<Error>(started.error());
  return writer;
}

Result<std::unique_ptr<Writer>> Writer::open(const std::filesystem::path& directory, bool create) {
  return open_writer(directory, create, Tuning{});
}

}  // namespace pawprint::store
