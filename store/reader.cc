// A Reader on a directory that another process may be writing: RocksDB's secondary instance,
// bounded by the head anchor.
#include <algorithm>
#include <chrono>
#include <optional>
#include <system_error>
#include <thread>

#include "store/reach.h"
#include "store/view.h"

namespace pawprint::store {
namespace {

/// A writer that flushes deletes files while we read their list; a second look finds the new ones.
/// Attempts in which the anchor moved (the writer is at work) do not count as failures, and without
/// a writer one more look is enough.
constexpr int kIdleAttempts = 6;
constexpr int kAttempts = 200;
constexpr auto kFirstPause = std::chrono::milliseconds(5);

class FollowingReader final : public View {
 public:
  FollowingReader(std::filesystem::path directory, AnchorReader anchor)
      : View(std::move(directory)), anchor_(std::move(anchor)) {}

  Result<void> refresh() override;
  [[nodiscard]] Head head() const override { return head_; }

 protected:
  [[nodiscard]] const Database* database() const override { return database_.get(); }

 private:
  Result<void> try_once(const AnchorReading& reading);
  void forget();

  AnchorReader anchor_;
  std::unique_ptr<Database> database_;
  Head head_;
  Tail tail_;                        ///< At the anchor that was last found in order.
  std::optional<AnchorPoint> seen_;  ///< The anchor that head_ was taken from.
};

Result<void> FollowingReader::refresh() {
  std::optional<Error> last;
  std::optional<AnchorPoint> before;
  int idle = 0;
  for (int attempt = 0; attempt < kAttempts && idle < kIdleAttempts; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(kFirstPause * (1 << idle));
    // The anchor first: what it says was on disk before, so the database must show it.
    auto reading = anchor_.read();
    if (!reading) return tl::unexpected<Error>(reading.error());
    if (database_ && !reading->slot_damaged && seen_ == reading->point) return {};
    auto done = try_once(*reading);
    if (done) return {};
    last = done.error();
    forget();
    if (before == reading->point) idle += anchor_.writer_present() ? 1 : kIdleAttempts;
    before = reading->point;
  }
  return tl::unexpected<Error>(
      last.value_or(Error{ErrorCode::kInternal, "the log cannot be read"}));
}

void FollowingReader::forget() {
  database_.reset();
  seen_.reset();
  tail_ = Tail{};
  decoder().clear();
}

Result<void> FollowingReader::try_once(const AnchorReading& reading) {
  // What was opened while nobody wrote cannot follow.
  if (database_ && database_->access() != Access::kFollow) database_.reset();
  if (!database_) forget();
  if (!database_) {
    auto opened = open_for_reading(directory(), anchor_);
    if (!opened) return tl::unexpected<Error>(opened.error());
    database_ = std::move(*opened);
    auto format = check_format(*database_, directory());
    if (!format) return format;
  } else {
    auto caught_up = database_->catch_up();
    if (!caught_up) return caught_up;
  }
  auto reach = check_reach(*database_, decoder(), reading.point, directory(), tail_);
  if (!reach) return tl::unexpected<Error>(reach.error());
  tail_ = std::move(reach->tail);
  // With one slot lost the anchor may be a group behind what was acknowledged; what is in the
  // database is then the better answer. Not so beside a writer: it may have failed at that slot,
  // and then replaces the group that nobody acknowledged.
  const bool lost = reading.slot_damaged && !anchor_.writer_present();
  head_ = lost ? reach->stored.head
               : Head{reading.point.seq, reading.point.time_ns, reading.point.hash};
  seen_ = reading.point;
  return {};
}

Error unfinished(const std::filesystem::path& directory) {
  return {ErrorCode::kUnreachable,
          "there is no store at " + directory.string() + ": its making did not finish"};
}

}  // namespace

bool holds_store(const std::filesystem::path& directory) {
  std::error_code error;
  return std::filesystem::exists(directory / kAnchorFile, error) || holds_database(directory);
}

Result<void> check_free(const std::filesystem::path& directory) {
  const auto anchor = AnchorReader::open(directory);
  if (anchor) return anchor->writer_present() ? taken(directory) : Result<void>{};
  if (anchor.error().code == ErrorCode::kNotFound) return {};
  return tl::unexpected<Error>(anchor.error());
}

Result<std::unique_ptr<Reader>> Reader::open(const std::filesystem::path& directory) {
  std::error_code unknown;
  if (std::filesystem::exists(directory, unknown) &&
      !std::filesystem::is_directory(directory, unknown)) {
    return fail(ErrorCode::kUnreachable,
                "there is no store at " + directory.string() + ": it is no directory");
  }
  auto anchor = AnchorReader::open(directory);
  if (!anchor && anchor.error().code == ErrorCode::kNotFound) {
    if (holds_database(directory)) {
      return fail(ErrorCode::kDamaged, "store " + directory.string() + " is damaged: " +
                                           (directory / kAnchorFile).string() + " is missing");
    }
    return fail(ErrorCode::kUnreachable, "there is no store at " + directory.string());
  }
  if (!anchor) return tl::unexpected<Error>(anchor.error());
  auto point = anchor->read();
  if (!holds_database(directory)) {
    if (!point || point->point.commit == 0) {
      return tl::unexpected<Error>(unfinished(directory));
    }
  }
  if (!point && point.error().code == ErrorCode::kUnreachable) {
    return fail(ErrorCode::kDamaged, point.error().message);
  }
  auto reader = std::make_unique<FollowingReader>(directory, std::move(*anchor));
  auto caught_up = reader->refresh();
  if (caught_up) return reader;
  // RocksDB makes its families one by one; an anchor at commit 0 says that nothing was written yet.
  if (point && point->point.commit == 0 && caught_up.error().code == ErrorCode::kDamaged) {
    return tl::unexpected<Error>(unfinished(directory));
  }
  return tl::unexpected<Error>(caught_up.error());
}

}  // namespace pawprint::store
