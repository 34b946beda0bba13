// What the writer remembers of each stream of similar records, to store the next as a difference.
//
// The stream of a record about an object is that object's history; of any other record it is those
// of its kind and zone. Whatever is forgotten here costs room on disk and never correctness.
#pragma once

#include <array>
#include <cstddef>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/record/record.h"
#include "store/crew.h"
#include "store/database.h"
#include "store/decoder.h"

namespace pawprint::store {

/// A record on its way into the log.
struct Planned {
  const record::Record* record = nullptr;
  std::shared_ptr<Raw> raw;
  record::Seq seq = 0;
  unsigned number = 0;  ///< In its cycle.
  record::Seq base_seq = 0;
  RawPtr base;  ///< Null: it goes in whole.
  bool is_delta = false;
  record::Hash leaf{};
  std::string value;
};

class Streams {
 public:
  /// `budget_bytes`: of raw records that are kept in memory.
  explicit Streams(std::size_t budget_bytes) : recent_(budget_bytes) {}

  /// What the value of `record` builds on; it is the next of its stream from then on. Of `database`
  /// only records up to `acknowledged` count: what may stand behind them was left by a write that
  /// failed, and is about to be replaced.
  Planned plan(const Database& database, record::Seq acknowledged, const record::Record& record);
  /// Computes bytes, leaves and values of what was planned since the last call, with two hands.
  void encode(std::span<Planned> planned);
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
  void store_whole(std::span<Planned> planned);
  RawPtr base_of(const Database& database, record::Seq acknowledged, record::Seq seq);

  Decoder recent_;
  std::array<DeltaCodec, Crew::kHands> codecs_;
  Crew crew_;
  std::list<Stream> streams_;                                                 // Last used first.
  std::unordered_map<std::string_view, std::list<Stream>::iterator> places_;  // Keys in streams_.
};

}  // namespace pawprint::store
