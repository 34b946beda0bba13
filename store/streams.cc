#include "store/streams.h"

#include <bit>
#include <optional>
#include <utility>

#include "store/layout.h"

namespace pawprint::store {
namespace {

/// Streams whose ends are remembered; some 400 bytes each. Others are looked up in the database.
constexpr std::size_t kMaxStreams = 50'000;

std::string name_of(const record::Record& record) {
  if (has_history(record)) return "o" + history_prefix(record.object);
  return "k" + kind_prefix(record.kind) + record.zone;
}

}  // namespace

std::string Streams::encode(const Database& database, record::Seq acknowledged,
                            const record::Record& record, Raw raw) {
  Stream& stream = stream_of(database, acknowledged, record);
  std::optional<std::string> value;
  // The last number with its trailing ones cleared: that many steps down the chain is the base.
  const auto steps = static_cast<std::size_t>(std::countr_one(stream.number));
  if (steps < stream.chain.size() && stream.number + 1 < kCycle) {
    const record::Seq base_seq = stream.chain[steps];
    const RawPtr base = base_of(database, acknowledged, base_seq);
    if (base) value = codec_.encode(raw, stream.number + 1, record.seq, *base, base_seq);
  }
  const std::size_t unneeded = value ? steps : stream.chain.size();
  for (std::size_t i = 0; i < unneeded; ++i) recent_.drop(stream.chain[i]);
  stream.chain.erase(stream.chain.begin(),
                     stream.chain.begin() + static_cast<std::ptrdiff_t>(unneeded));
  stream.chain.insert(stream.chain.begin(), record.seq);
  stream.number = value ? stream.number + 1 : 0;
  raw.number = stream.number;
  if (!value) value = whole_value(raw);
  recent_.keep(record.seq, std::make_shared<const Raw>(std::move(raw)));
  return std::move(*value);
}

/// Null when it cannot be had: then the record is stored whole.
RawPtr Streams::base_of(const Database& database, record::Seq acknowledged, record::Seq seq) {
  RawPtr known = recent_.remembered(seq);
  if (known || seq > acknowledged) return known;
  return recent_.read(database, seq).value_or(nullptr);
}

Streams::Stream& Streams::stream_of(const Database& database, record::Seq acknowledged,
                                    const record::Record& record) {
  std::string name = name_of(record);
  const auto known = places_.find(name);
  if (known != places_.end()) {
    streams_.splice(streams_.begin(), streams_, known->second);
    return streams_.front();
  }
  streams_.push_front(Stream{std::move(name), 0, {}});
  places_.emplace(streams_.front().name, streams_.begin());
  load(database, acknowledged, record, streams_.front());
  if (streams_.size() > kMaxStreams) {
    for (const record::Seq seq : streams_.back().chain) recent_.drop(seq);
    places_.erase(streams_.back().name);
    streams_.pop_back();
  }
  return streams_.front();
}

/// The end of an object's history, from the database. A stream of another kind begins anew: there
/// are few of them, and each costs one whole record per start of the program.
void Streams::load(const Database& database, record::Seq acknowledged, const record::Record& record,
                   Stream& stream) {
  if (!has_history(record)) return;
  const std::string prefix = history_prefix(record.object);
  const auto entry = database.iterate(Family::kObjects);
  entry->SeekForPrev(history_key(record.object, acknowledged));
  if (!entry->Valid() || !entry->key().starts_with(prefix)) return;
  auto seq = seq_of_key(entry->key().ToStringView());
  std::string value;
  for (std::vector<record::Seq> chain; seq && chain.size() < kCycle;) {
    const std::string key = record_key(*seq);
    const auto status =
        database.db().Get(rocksdb::ReadOptions(), database.family(Family::kRecords), key, &value);
    const auto parsed = status.ok() ? parse_value(key, value)
                                    : tl::unexpected<Error>(error_of(status, "look up a stream"));
    if (!parsed || parsed->form == Form::kThinned) return;
    if (chain.empty()) stream.number = parsed->number;
    chain.push_back(*seq);
    if (parsed->base == 0) stream.chain = std::move(chain);
    if (parsed->base == 0) return;
    seq = parsed->base;
  }
}

void Streams::clear() {
  recent_.clear();
  places_.clear();
  streams_.clear();
}

}  // namespace pawprint::store
