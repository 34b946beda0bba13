#include "store/decoder.h"

#include <utility>

#include "store/layout.h"

namespace pawprint::store {
namespace {

/// What a remembered record costs beside its bytes: list and map nodes, the Raw, the allocator.
constexpr std::size_t kEntryBytes = 200;

/// Each record carries its own seq in its first bytes.
bool is_of(const Raw& raw, record::Seq seq) {
  return raw.header_size >= 8 && little64(raw.bytes) == seq;
}

}  // namespace

RawPtr Decoder::remembered(record::Seq seq) {
  const auto place = places_.find(seq);
  if (place == places_.end()) return nullptr;
  recent_.splice(recent_.begin(), recent_, place->second);
  return place->second->raw;
}

Result<RawPtr> Decoder::read(const Database& database, record::Seq seq) {
  if (RawPtr known = remembered(seq)) return known;
  const std::string key = record_key(seq);
  rocksdb::PinnableSlice value;
  const auto status =
      database.db().Get(rocksdb::ReadOptions(), database.family(Family::kRecords), key, &value);
  if (status.IsNotFound()) return fail(ErrorCode::kDamaged, "the record is missing");
  if (!status.ok()) {
    return tl::unexpected<Error>(error_of(status, "read record " + std::to_string(seq)));
  }
  return decode(database, key, value.ToStringView());
}

Result<RawPtr> Decoder::decode(const Database& database, std::string_view key,
                               std::string_view value) {
  auto parsed = parse_value(key, value);
  if (!parsed) return tl::unexpected<Error>(parsed.error());
  const record::Seq seq = from_big64(key);
  Raw raw;
  raw.header_size = parsed->header_size;
  raw.number = parsed->number;
  if (parsed->form == Form::kDelta) {
    // The numbers go down with every step, so this ends after five.
    auto base = read(database, parsed->base);
    if (base && ((*base)->number != base_number(parsed->number) || (*base)->thinned)) {
      base = fail(ErrorCode::kDamaged, "it is not one that others can build on");
    }
    if (!base) {
      const std::string what = "it builds on record " + std::to_string(parsed->base);
      if (base.error().code != ErrorCode::kDamaged) return base;
      return damaged_record(key, what + ": " + base.error().message);
    }
    auto bytes = codec_.decode(key, *parsed, **base);
    if (!bytes) return tl::unexpected<Error>(bytes.error());
    raw.bytes = std::move(*bytes);
  } else if (parsed->form == Form::kThinned) {
    raw.thinned = true;
    raw.bytes = parsed->rest.substr(0, raw.header_size);
    const auto hash = parsed->rest.substr(raw.header_size);
    std::copy(hash.begin(), hash.end(), raw.body_hash.begin());
  } else {
    raw.bytes = parsed->rest;
  }
  if (!is_of(raw, seq)) return damaged_record(key, "its header has another seq");
  auto shared = std::make_shared<const Raw>(std::move(raw));
  keep(seq, shared, shared->bytes.size());
  return shared;
}

void Decoder::keep(record::Seq seq, RawPtr raw, std::size_t bytes) {
  drop(seq);
  bytes_ += bytes + kEntryBytes;
  recent_.push_front({seq, std::move(raw), bytes + kEntryBytes});
  places_[seq] = recent_.begin();
  forget_until(budget_bytes_);
}

void Decoder::drop(record::Seq seq) {
  const auto place = places_.find(seq);
  if (place == places_.end()) return;
  bytes_ -= place->second->cost;
  recent_.erase(place->second);
  places_.erase(place);
}

void Decoder::clear() {
  recent_.clear();
  places_.clear();
  bytes_ = 0;
}

void Decoder::set_budget(std::size_t bytes) {
  budget_bytes_ = bytes;
  forget_until(bytes);
}

void Decoder::forget_until(std::size_t bytes) {
  while (bytes_ > bytes && !recent_.empty()) drop(recent_.back().seq);
}

}  // namespace pawprint::store
