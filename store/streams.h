// What the writer remembers of each stream of similar records, to store the next as a difference.
//
// The stream of a record about an object is that object's history; of any other record it is those
// of its kind and zone. Whatever is forgotten here costs room on disk and never correctness.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/record/record.h"
#include "store/database.h"
#include "store/decoder.h"

namespace pawprint::store {

class Streams {
 public:
  /// `budget_bytes`: of raw records that are kept in memory.
  explicit Streams(std::size_t budget_bytes) : recent_(budget_bytes) {}

  /// The value of `record`, whose bytes are `raw`; it is the next of its stream from then on.
  /// Of `database` only records up to `acknowledged` count: what may stand behind them was left by
  /// a write that failed, and is about to be replaced.
  std::string encode(const Database& database, record::Seq acknowledged,
                     const record::Record& record, Raw raw);
  /// Forgets everything: what was encoded since the last commit did not get into the log.
  void clear();
  Decoder& decoder() { return recent_; }

 private:
  struct Stream {
    std::string name;
    unsigned number = 0;             ///< Of the last record in its cycle.
    std::vector<record::Seq> chain;  ///< The last record, what it builds on, and so on.
  };
  Stream& stream_of(const Database& database, record::Seq acknowledged,
                    const record::Record& record);
  void load(const Database& database, record::Seq acknowledged, const record::Record& record,
            Stream& stream);
  RawPtr base_of(const Database& database, record::Seq acknowledged, record::Seq seq);

  Decoder recent_;
  DeltaCodec codec_;
  std::list<Stream> streams_;                                                 // Last used first.
  std::unordered_map<std::string_view, std::list<Stream>::iterator> places_;  // Keys in streams_.
};

}  // namespace pawprint::store
