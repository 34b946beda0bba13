#include "store/streams.h"

#include <atomic>
#include <bit>
#include <unordered_set>
#include <utility>

#include "engine/record/codec.h"
#include "store/layout.h"

namespace pawprint::store {
namespace {

/// Streams whose ends are remembered; some 400 bytes each. Others are looked up in the database.
constexpr std::size_t kMaxStreams = 50'000;
/// Of a header, about; for the count of the bytes that are kept.
constexpr std::size_t kHeaderBytes = 250;

std::string name_of(const record::Record& record) {
  if (has_history(record)) return "o" + history_prefix(record.object);
  return "k" + kind_prefix(record.kind) + record.zone;
}

void fill(const record::Record& record, Raw& raw) {
  raw.bytes = record::encode_header(record);
  raw.header_size = raw.bytes.size();
  raw.bytes += record.body;
}

}  // namespace

Planned Streams::plan(const Database& database, record::Seq acknowledged,
                      const record::Record& record) {
  Stream& stream = stream_of(database, acknowledged, record);
  Planned out;
  out.record = &record;
  out.seq = record.seq;
  // The last number with its trailing ones cleared: that many steps down the chain is the base.
  const auto steps = static_cast<std::size_t>(std::countr_one(stream.number));
  if (steps < stream.chain.size() && stream.number + 1 < kCycle) {
    out.base = base_of(database, acknowledged, stream.chain[steps]);
    if (out.base) out.base_seq = stream.chain[steps];
    if (out.base) out.number = stream.number + 1;
  }
  const std::size_t unneeded = out.base ? steps : stream.chain.size();
  for (std::size_t i = 0; i < unneeded; ++i) recent_.drop(stream.chain[i]);
  stream.chain.erase(stream.chain.begin(),
                     stream.chain.begin() + static_cast<std::ptrdiff_t>(unneeded));
  stream.chain.insert(stream.chain.begin(), record.seq);
  stream.number = out.number;
  // What builds on it within the group finds it here; its bytes come with encode.
  out.raw = std::make_shared<Raw>();
  out.raw->number = out.number;
  recent_.keep(record.seq, out.raw, kHeaderBytes + record.body.size());
  return out;
}

void Streams::encode(std::span<Planned> planned) {
  crew_.run(planned.size(), [&](std::size_t index, std::size_t) {
    fill(*planned[index].record, *planned[index].raw);
    planned[index].leaf = leaf_of(*planned[index].raw);
  });
  std::atomic<bool> failed = false;
  crew_.run(planned.size(), [&](std::size_t index, std::size_t hand) {
    Planned& each = planned[index];
    if (each.base) {
      auto value =
          codecs_[hand].encode(*each.raw, each.number, each.seq, *each.base, each.base_seq);
      each.is_delta = value.has_value();
      if (value) each.value = std::move(*value);
      else failed = true;
    }
    if (!each.is_delta) each.value = whole_value(*each.raw);
  });
  if (failed) store_whole(planned);
}

/// What was to build on something goes in whole when that would have saved little. Then its number
/// is 0, not what those expect that build on it: they go in whole as well.
void Streams::store_whole(std::span<Planned> planned) {
  std::unordered_set<record::Seq> whole;
  for (Planned& each : planned) {
    if (!each.base || (each.is_delta && !whole.contains(each.base_seq))) continue;
    if (each.is_delta) each.value = whole_value(*each.raw);
    each.raw->number = 0;
    whole.insert(each.seq);
    const auto stream = places_.find(name_of(*each.record));
    if (stream == places_.end() || stream->second->chain.front() != each.seq) continue;
    stream->second->chain.resize(1);
    stream->second->number = 0;
  }
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
