// Bytes of the log on disk: keys of every column family and the metadata.
//
// Pure functions; the description for people and other programs is store/log_format.md.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "engine/record/digest.h"
#include "engine/record/record.h"
#include "engine/result.h"
#include "store/log.h"

namespace pawprint::store {

/// Written into the metadata; a store of a higher version is not touched.
inline constexpr std::uint64_t kFormatVersion = 1;

// Integers.
void append_little64(std::string& out, std::uint64_t value);
std::uint64_t little64(std::string_view bytes);  ///< Of the first eight bytes; there must be eight.
std::string big64(std::uint64_t value);
std::uint64_t from_big64(std::string_view bytes);
std::string_view bytes_of(const record::Hash& hash);

// Records: key is the seq, big-endian; the value is store/value.h.
std::string record_key(record::Seq seq);
/// "record 7 is damaged: ...", kDamaged.
tl::unexpected<Error> damaged_record(std::string_view key, std::string_view what);

// Indexes: the values are empty.
/// All history entries of `key` start with this; no other object's do.
std::string history_prefix(const record::ObjectKey& key);
std::string history_key(const record::ObjectKey& key, record::Seq seq);
/// Every such number of records has an entry in the time index: those after a multiple of it.
inline constexpr record::Seq kTimeStep = 64;
/// True for the records that the time index lists.
inline bool has_time(record::Seq seq) { return seq % kTimeStep == 1; }
/// Ordered by time, then seq. `time_ns` is the clamped time.
std::string time_key(std::int64_t time_ns, record::Seq seq);
std::int64_t time_of_key(std::string_view key);
std::string kind_prefix(record::Kind kind);
std::string kind_key(record::Kind kind, record::Seq seq);
/// The seq that ends an index key; nothing when the key is too short.
std::optional<record::Seq> seq_of_key(std::string_view key);
/// True for the records that the object history lists.
bool has_history(const record::Record& record);
/// True for the records that the kind index lists: all but Observed, which are what is left.
inline bool has_kind(record::Kind kind) { return kind != record::Kind::kObserved; }

/// Key in each index family that no entry has: the commit up to which the family is written.
inline constexpr std::string_view kReachKey{"\0", 1};

// Metadata.
inline constexpr std::string_view kFormatKey = "format";
inline constexpr std::string_view kHeadKey = "head";
inline constexpr std::string_view kLogKey = "log";        ///< 32 random bytes that name the log.
inline constexpr std::string_view kOldestKey = "oldest";  ///< First seq that is kept.
inline constexpr std::string_view kBootKey = "boot";
inline constexpr std::string_view kCleanKey = "clean";
inline constexpr std::string_view kKeySumKey = "key";  ///< SHA-256 over secret.key.
inline constexpr std::string_view kCursorPrefix = "cursor/";
/// Where the database ends, written with every commit.
struct StoredHead {
  std::uint64_t commit = 0;
  Head head;
  /// Greatest time of any record; the least number in an empty log.
  std::int64_t clamped_ns = std::numeric_limits<std::int64_t>::min();
};
std::string encode_head(const StoredHead& head);
std::optional<StoredHead> decode_head(std::string_view value);
std::string cursor_key(const Cursor& cursor);
/// Nothing when `key` is not a cursor's.
std::optional<Cursor> decode_cursor(std::string_view key, std::string_view value);

}  // namespace pawprint::store
