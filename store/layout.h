// Bytes of the log on disk: keys and values of every column family, and the chain.
//
// Pure functions; the description for people and other programs is store/log_format.md.
#pragma once

#include <array>
#include <cstdint>
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

// Chain: h = SHA-256(previous || header || SHA-256(body)); before the first record all zeros.
record::Hash chain(const record::Hash& previous, std::string_view header, std::string_view body);

// Records: key is the seq, big-endian.
std::string record_key(record::Seq seq);
/// What precedes the body in a value.
std::string record_prefix(const record::Hash& hash, std::string_view header);

struct StoredRecord {
  record::Record record;
  record::Hash hash{};      ///< Chain value after it, as stored.
  std::string_view header;  ///< Points into the value.
};
/// kDamaged when `value` is not a record, or not the one of `key`.
Result<StoredRecord> decode_record(std::string_view key, std::string_view value);

// Indexes: the values are empty.
/// All history entries of `key` start with this; no other object's do.
std::string history_prefix(const record::ObjectKey& key);
std::string history_key(const record::ObjectKey& key, record::Seq seq);
/// Ordered by time, then seq. `time_ns` is the clamped time.
std::string time_key(std::int64_t time_ns, record::Seq seq);
std::int64_t time_of_key(std::string_view key);
std::string kind_prefix(record::Kind kind);
std::string kind_key(record::Kind kind, record::Seq seq);
/// The seq that ends an index key; nothing when the key is too short.
std::optional<record::Seq> seq_of_key(std::string_view key);
/// True for the records that the object history lists.
bool has_history(const record::Record& record);

// Metadata.
inline constexpr std::string_view kFormatKey = "format";
inline constexpr std::string_view kCommitKey = "commit";
inline constexpr std::string_view kOldestKey = "oldest";  ///< First seq that is kept.
inline constexpr std::string_view kBootKey = "boot";
inline constexpr std::string_view kCleanKey = "clean";
inline constexpr std::string_view kKeySumKey = "key";  ///< SHA-256 over secret.key.
inline constexpr std::string_view kCursorPrefix = "cursor/";
std::string cursor_key(const Cursor& cursor);
/// Nothing when `key` is not a cursor's.
std::optional<Cursor> decode_cursor(std::string_view key, std::string_view value);

}  // namespace pawprint::store
