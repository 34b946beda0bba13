// Copies of a store, also of one that a daemon is writing.
#include <chrono>
#include <system_error>
#include <thread>

#include "store/layout.h"
#include "store/secret_key.h"
#include "store/view.h"

namespace pawprint::store {
namespace {

constexpr std::size_t kBatchBytes = std::size_t{4} << 20;
constexpr int kAttempts = 50;
constexpr auto kPause = std::chrono::milliseconds(10);

struct Source {
  std::unique_ptr<Database> database;
  Reach reach;
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
    auto reach =
        opened ? check_reach(**opened, before->point, from) : tl::unexpected<Error>(opened.error());
    if (!reach) {
      last = reach.error();
      continue;
    }
    source = Source{std::move(*opened), *reach};
    if (source.database->access() == Access::kInspect) return source;
    auto after = anchor->read();
    if (after && after->point.commit >= reach->commit) return source;
  }
  if (source.database) return source;
  return tl::unexpected<Error>(last);
}

/// Puts every entry of one family into `to`; checks the chain on the way.
Result<void> copy_family(const Database& from, Database& to, Family family) {
  rocksdb::WriteBatch batch;
  record::Hash previous{};
  bool chained = family == Family::kRecords;
  record::Seq expected = 1;
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
    if (chained) {
      auto stored = decode_record(entry->key().ToStringView(), entry->value().ToStringView());
      if (!stored) return tl::unexpected<Error>(stored.error());
      previous = chain(previous, stored->header, stored->record.body);
      if (previous != stored->hash || stored->record.seq != expected++) {
        return fail(ErrorCode::kDamaged,
                    "the chain breaks at record " + std::to_string(stored->record.seq));
      }
    }
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
  for (std::size_t i = 0; i < kFamilies; ++i) {
    auto copied = copy_family(*source.database, **target, static_cast<Family>(i));
    if (!copied) return copied;
  }
  return (*target)->flush();
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
  const Head& head = source->reach.head;
  done = anchor->initialise(AnchorPoint{source->reach.commit, head.seq, head.time_ns, head.hash});
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
