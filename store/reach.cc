#include "store/reach.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace pawprint::store {
namespace {

/// The commit that the last write put into an index family; 0 when there is none.
Result<std::uint64_t> commit_in(const Database& database, Family family) {
  std::string commit;
  const auto status =
      database.db().Get(rocksdb::ReadOptions(), database.family(family), kReachKey, &commit);
  if (status.IsNotFound()) return 0;
  const std::string index = "index " + std::string(name(family));
  if (!status.ok()) return tl::unexpected<Error>(error_of(status, "read " + index));
  if (commit.size() == 8) return little64(commit);
  return fail(ErrorCode::kDamaged, index + " does not tell how far it reaches");
}

}  // namespace

Error at_seq(Error error, record::Seq seq, const std::filesystem::path& directory) {
  if (error.code != ErrorCode::kDamaged) return error;
  const std::string name = "record " + std::to_string(seq) + " is damaged: ";
  if (error.message.starts_with(name)) error.message.erase(0, name.size());
  return {error.code, "store " + directory.string() + " is damaged at seq " + std::to_string(seq) +
                          ": " + error.message};
}

Error of_store(Error error, const std::filesystem::path& directory) {
  if (error.code != ErrorCode::kDamaged) return error;
  return {error.code, "store " + directory.string() + " is damaged: " + error.message};
}

bool Reach::even() const {
  return last == stored.head.seq &&
         std::all_of(indexes.begin(), indexes.end(),
                     [&](std::uint64_t commit) { return commit == stored.commit; });
}

Result<Reach> reach_of(const Database& database) {
  Reach reach;
  auto stored = database.meta(kHeadKey);
  if (!stored) return tl::unexpected<Error>(stored.error());
  if (*stored) {
    const auto head = decode_head(**stored);
    if (!head) return fail(ErrorCode::kDamaged, "the end of the log in the metadata is damaged");
    reach.stored = *head;
  }
  const auto entry = database.iterate(Family::kRecords);
  entry->SeekToLast();
  if (!entry->status().ok()) {
    return tl::unexpected<Error>(error_of(entry->status(), "read the last record"));
  }
  if (entry->Valid()) reach.last = seq_of_key(entry->key().ToStringView()).value_or(0);
  for (std::size_t i = 0; i < kIndexes.size(); ++i) {
    auto commit = commit_in(database, kIndexes[i]);
    if (!commit) return tl::unexpected<Error>(commit.error());
    reach.indexes[i] = *commit;
  }
  return reach;
}

Result<Reach> check_reach(const Database& database, Decoder& decoder, const AnchorPoint& point,
                          const std::filesystem::path& directory, const Tail& near) {
  const std::string where = "store " + directory.string() + " is damaged: ";
  const auto anchor = [&] { return (directory / kAnchorFile).string(); };
  auto reach = reach_of(database);
  if (!reach) return tl::unexpected<Error>(of_store(reach.error(), directory));
  const record::Seq last = std::min(reach->last, reach->stored.head.seq);
  if (last < point.seq) {
    return fail(ErrorCode::kDamaged, where + "the log ends at seq " + std::to_string(last) +
                                         ", but " + anchor() + " says that it reached seq " +
                                         std::to_string(point.seq));
  }
  if (reach->stored.commit < point.commit) {
    return fail(ErrorCode::kDamaged, where + "the last write after seq " + std::to_string(last) +
                                         " is missing, says " + anchor());
  }
  if (point.commit == 0) return reach;
  auto tail = tail_at(database, decoder, point.seq, near);
  if (!tail) return tl::unexpected<Error>(of_store(tail.error(), directory));
  if (tail->hash != point.hash) {
    return fail(ErrorCode::kDamaged, where + "the chain value at seq " + std::to_string(point.seq) +
                                         " is not that of " + anchor());
  }
  for (std::size_t i = 0; i < kIndexes.size(); ++i) {
    if (reach->indexes[i] >= point.commit) continue;
    return fail(ErrorCode::kDamaged, where + "index " + std::string(name(kIndexes[i])) +
                                         " does not list every record up to record " +
                                         std::to_string(point.seq));
  }
  reach->tail = std::move(*tail);
  return reach;
}

Result<void> check_tail(const Database& database, Decoder& decoder, Reach& reach,
                        const std::filesystem::path& directory) {
  const Head& head = reach.stored.head;
  auto tail = tail_at(database, decoder, head.seq, reach.tail);
  if (!tail) return tl::unexpected<Error>(of_store(tail.error(), directory));
  if (tail->hash != head.hash) {
    return tl::unexpected<Error>(
        at_seq({ErrorCode::kDamaged, "the chain breaks before it"}, head.seq, directory));
  }
  reach.tail = std::move(*tail);
  return {};
}

Result<void> check_format(const Database& database, const std::filesystem::path& directory) {
  auto format = database.meta_number(kFormatKey);
  if (!format) return tl::unexpected<Error>(format.error());
  if (*format == kFormatVersion) return {};
  const std::string where = "store " + directory.string();
  if (*format == 0) {
    return fail(ErrorCode::kDamaged, where + " is damaged: its format version is missing");
  }
  return fail(ErrorCode::kUnreachable, where + " has format " + std::to_string(*format) +
                                           "; this program knows up to " +
                                           std::to_string(kFormatVersion) + ": use a newer one");
}

}  // namespace pawprint::store
