// Copies of a store, also of one that a daemon is writing.
#include <chrono>
#include <functional>
#include <system_error>
#include <thread>

#include "store/layout.h"
#include "store/reach.h"
#include "store/secret_key.h"
#include "store/tail.h"
#include "store/view.h"

namespace pawprint::store {
namespace {

constexpr std::size_t kBatchBytes = std::size_t{4} << 20;
constexpr std::size_t kDecoderBytes = std::size_t{64} << 20;
constexpr int kAttempts = 50;
constexpr auto kPause = std::chrono::milliseconds(10);

struct Source {
  std::unique_ptr<Database> database;
  StoredHead end;
};

/// A state of the database that the writer has acknowledged, cursors included. A group that is
/// still not anchored after all attempts was left by a process that ended; it belongs to the log.
Result<Source> settled(const std::filesystem::path& from) {
  Source source;
  Error last{ErrorCode::kInternal, "the log cannot be read"};
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(kPause);
    // Reader::open has looked after damage; what fails here passes.
    auto anchor = AnchorReader::open(from);
    auto before = anchor ? anchor->read() : tl::unexpected<Error>(anchor.error());
    if (!before) return tl::unexpected<Error>(before.error());
    auto opened = open_for_reading(from, *anchor);
    Decoder decoder(kDecoderBytes);
    auto reach = opened ? check_reach(**opened, decoder, before->point, from)
                        : tl::unexpected<Error>(opened.error());
    if (!reach) {
      last = reach.error();
      continue;
    }
    const bool still = (*opened)->access() == Access::kInspect;
    if (!still && !reach->even()) continue;
    source = Source{std::move(*opened), reach->stored};
    if (still) return source;
    auto after = anchor->read();
    if (after && after->point.commit >= reach->stored.commit) return source;
  }
  if (source.database) return source;
  return tl::unexpected<Error>(last);
}

/// Follows the chain of the records that are copied.
class ChainCheck {
 public:
  explicit ChainCheck(const Source& source) : source_(source), decoder_(kDecoderBytes) {}

  Result<void> add(std::string_view key, std::string_view value) {
    auto raw = decoder_.decode(*source_.database, key, value);
    if (!raw) return tl::unexpected<Error>(raw.error());
    const record::Seq seq = tail_.seq + 1;
    if (key != record_key(seq)) return broken(seq);
    const auto ended = tail_.add(leaf_of(**raw));
    if (!ended) return {};
    auto stored = read_segment(*source_.database, seq);
    if (!stored) return tl::unexpected<Error>(stored.error());
    return *stored == *ended ? Result<void>{} : broken(seq);
  }

  Result<void> finish() const {
    const Head& head = source_.end.head;
    if (tail_.seq < head.seq) return broken(tail_.seq + 1);
    return tail_.hash == head.hash ? Result<void>{} : broken(head.seq);
  }

 private:
  static Result<void> broken(record::Seq seq) {
    return fail(ErrorCode::kDamaged,
                "the chain breaks at record " + std::to_string(seq) + " or before it");
  }

  const Source& source_;
  Decoder decoder_;
  Tail tail_;
};

/// Puts the entries of one family into `to` that `look` wants.
Result<void> copy_family(
    const Database& from, Database& to, Family family,
    const std::function<Result<bool>(std::string_view key, std::string_view value)>& look) {
  rocksdb::WriteBatch batch;
  const auto write = [&]() -> Result<void> {
    rocksdb::WriteOptions options;
    options.disableWAL = true;  // The flush at the end is what makes the copy durable.
    const auto status = to.db().Write(options, &batch);
    batch.Clear();
    if (status.ok()) return {};
    return tl::unexpected<Error>(error_of(status, "write the copy"));
  };
  const auto entry = from.iterate(family);
  for (entry->SeekToFirst(); entry->Valid(); entry->Next()) {
    auto wanted = look(entry->key().ToStringView(), entry->value().ToStringView());
    if (!wanted) return tl::unexpected<Error>(wanted.error());
    if (!*wanted) continue;
    const auto put = batch.Put(to.family(family), entry->key(), entry->value());
    PAWPRINT_CHECK(put.ok());
    if (batch.GetDataSize() < kBatchBytes) continue;
    auto written = write();
    if (!written) return written;
  }
  if (entry->status().ok()) return write();
  return tl::unexpected<Error>(
      error_of(entry->status(), "read " + std::string(name(family)) + " for the copy"));
}

Result<void> fill(const Source& source, const std::filesystem::path& to) {
  auto target = Database::open(to, Access::kCreate);
  if (!target) return tl::unexpected<Error>(target.error());
  ChainCheck chain(source);
  for (std::size_t i = 0; i < kFamilies; ++i) {
    const auto family = static_cast<Family>(i);
    // Behind the end of the log is what a failed write left.
    const auto look = [&](std::string_view key, std::string_view value) -> Result<bool> {
      if (family == Family::kMeta || key == kReachKey) return true;
      if (seq_of_key(key).value_or(0) > source.end.head.seq) return false;
      if (family != Family::kRecords) return true;
      return chain.add(key, value).map([] { return true; });
    };
    auto copied = copy_family(*source.database, **target, family, look);
    if (!copied) return copied;
  }
  return chain.finish().and_then([&] { return (*target)->flush(); });
}

Result<Head> copy_into(const std::filesystem::path& from, const std::filesystem::path& to) {
  // Says in its own words when there is no store, or a damaged one.
  auto reader = Reader::open(from);
  if (!reader) return tl::unexpected<Error>(reader.error());
  auto source = settled(from);
  if (!source) return tl::unexpected<Error>(source.error());
  auto key = read_secret_key(from);
  if (!key) return tl::unexpected<Error>(key.error());
  auto done = write_secret_key(to, *key).and_then([&] { return fill(*source, to); });
  if (!done) return tl::unexpected<Error>(done.error());
  // The anchor comes last: without it the copy does not count as a store.
  auto anchor = AnchorWriter::open(to, true);
  if (!anchor) return tl::unexpected<Error>(anchor.error());
  const Head& head = source->end.head;
  done = anchor->initialise(AnchorPoint{source->end.commit, head.seq, head.time_ns, head.hash});
  if (!done) return tl::unexpected<Error>(done.error());
  return head;
}

void remove_contents(const std::filesystem::path& directory) {
  std::error_code ignored;  // The failure of the copy is what is reported.
  for (const auto& entry : std::filesystem::directory_iterator(directory, ignored)) {
    std::filesystem::remove_all(entry.path(), ignored);
  }
}

}  // namespace

Result<Head> copy(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  const bool existed = std::filesystem::exists(to, error);
  if (existed && !std::filesystem::is_empty(to, error)) {
    return fail(ErrorCode::kInvalid,
                "cannot copy to " + to.string() + ": it exists and is not empty");
  }
  if (error) return tl::unexpected<Error>(system_error(error.value(), "examine", to));
  auto made = make_directory(to);
  if (!made) return tl::unexpected<Error>(made.error());
  auto head = copy_into(from, to);
  if (head) return head;
  remove_contents(to);
  if (!existed) std::filesystem::remove(to, error);
  const std::string where = "store " + from.string();
  if (head.error().code == ErrorCode::kDamaged && !head.error().message.starts_with(where)) {
    return fail(ErrorCode::kDamaged, where + " is damaged: " + head.error().message);
  }
  return head;
}

}  // namespace pawprint::store
