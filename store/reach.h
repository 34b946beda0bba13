// How far a database reaches, by what is in it, and whether that is what was acknowledged.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>

#include "store/anchor.h"
#include "store/database.h"
#include "store/decoder.h"
#include "store/layout.h"
#include "store/tail.h"

namespace pawprint::store {

struct Reach {
  StoredHead stored;
  record::Seq last = 0;  ///< Of the last record there is.
  /// Commit of the last write to each of kIndexes: each family reaches its table files on its own,
  /// so a lost log file may leave an index behind the records.
  std::array<std::uint64_t, kIndexes.size()> indexes{};
  Tail tail;  ///< Where check_reach or check_tail was asked to go.

  /// Every family ends with the same write. Beside a writer RocksDB may show one behind another;
  /// without one, only records that a failed write left make a difference.
  [[nodiscard]] bool even() const;
};
/// Without the tail.
Result<Reach> reach_of(const Database& database);

/// Checks that `database` holds everything that `point` says was acknowledged: records up to it are
/// those of the anchor's chain value, as far back as the last segment's end, and every index lists
/// them. kDamaged names the seqs and the file. The log may go on after the point. `near` saves work
/// when it is a tail of the same log. `tail` of the answer is that of the point.
Result<Reach> check_reach(const Database& database, Decoder& decoder, const AnchorPoint& point,
                          const std::filesystem::path& directory, const Tail& near = {});

/// Moves `reach.tail` to the end of the database: over the records of a group that nobody
/// acknowledged, because the process ended between the two syncs. Each must continue the chain.
Result<void> check_tail(const Database& database, Decoder& decoder, Reach& reach,
                        const std::filesystem::path& directory);

/// kUnreachable: a newer program wrote it.
Result<void> check_format(const Database& database, const std::filesystem::path& directory);

/// Damage that is met while reading, in the words of all commands; other errors as they are.
Error at_seq(Error error, record::Seq seq, const std::filesystem::path& directory);
Error of_store(Error error, const std::filesystem::path& directory);

}  // namespace pawprint::store
