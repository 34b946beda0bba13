// Records out of the database, whatever form they are in, with a bounded memory of recent ones.
#pragma once

#include <cstddef>
#include <list>
#include <string_view>
#include <unordered_map>

#include "store/database.h"
#include "store/value.h"

namespace pawprint::store {

/// Not thread-safe; one per Reader, one in the Writer. What it remembers is never written over: a
/// record that is acknowledged keeps its bytes. Whoever takes records back calls clear().
class Decoder {
 public:
  explicit Decoder(std::size_t budget_bytes) : budget_bytes_(budget_bytes) {}

  /// kDamaged: it is missing, or it or one that it builds on does not decode.
  Result<RawPtr> read(const Database& database, record::Seq seq);
  /// Of a value at hand.
  Result<RawPtr> decode(const Database& database, std::string_view key, std::string_view value);

  /// Null when it is not in memory.
  RawPtr remembered(record::Seq seq);
  /// `bytes`: how much it counts for.
  void keep(record::Seq seq, RawPtr raw, std::size_t bytes);
  void drop(record::Seq seq);
  void clear();
  /// Bytes of records that are remembered at most; forgets at once what is too much.
  void set_budget(std::size_t bytes);

 private:
  struct Entry {
    record::Seq seq;
    RawPtr raw;
    std::size_t cost;
  };
  void forget_until(std::size_t bytes);

  DeltaCodec codec_;
  std::list<Entry> recent_;  // Last used first.
  std::unordered_map<record::Seq, std::list<Entry>::iterator> places_;
  std::size_t budget_bytes_;
  std::size_t bytes_ = 0;
};

}  // namespace pawprint::store
