#include "store/value.h"

#include <zstd.h>

#include <algorithm>
#include <bit>

#include "engine/record/codec.h"
#include "store/layout.h"
#include "store/merkle.h"

namespace pawprint::store {
namespace {

/// Level 1 finds nearly all that is to be found with a prefix of a few KB; docs/decisions/0009 has
/// figures.
constexpr int kLevel = 1;
constexpr unsigned kLeastWindowLog = 10;

void append_number(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>((value & 0x7f) | 0x80));
  out.push_back(static_cast<char>(value));
}

/// Takes a number from the front of `rest`; its shortest form only, so that equal values have
/// equal bytes.
std::optional<std::uint64_t> take_number(std::string_view& rest) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 63 && !rest.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(rest.front());
    rest.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte >= 0x80) continue;
    if (byte == 0 && shift > 0) return std::nullopt;
    return value;
  }
  return std::nullopt;
}

std::string value_start(Form form) {
  return std::string(1, static_cast<char>(static_cast<std::uint8_t>(form)));
}

/// Takes what only a delta has: its number and where its base is.
bool take_delta(record::Seq seq, std::string_view& rest, Value& out) {
  if (rest.empty()) return false;
  out.number = static_cast<std::uint8_t>(rest.front());
  rest.remove_prefix(1);
  const auto distance = take_number(rest);
  if (!distance || *distance == 0 || *distance >= seq) return false;
  out.base = seq - *distance;
  return out.number > 0 && out.number < kCycle;
}

unsigned window_log(std::size_t bytes) {
  return std::max(kLeastWindowLog, static_cast<unsigned>(std::bit_width(bytes)));
}

}  // namespace

record::Hash leaf_of(const Raw& raw) {
  return leaf_of(raw.header(), raw.thinned ? raw.body_hash : record::sha256(raw.body()));
}

Result<record::Record> record_of(const Raw& raw) {
  auto record = record::decode_header(raw.header());
  if (record) record->body = raw.body();
  return record;
}

Result<Value> parse_value(std::string_view key, std::string_view value) {
  if (key.size() != 8) return damaged_record(key, "its length is wrong");
  if (value.empty()) return damaged_record(key, "it is empty");
  Value out;
  const auto form = static_cast<std::uint8_t>(value.front());
  if (form > static_cast<std::uint8_t>(Form::kThinned)) {
    return damaged_record(key, "it is kept in an unknown form");
  }
  out.form = static_cast<Form>(form);
  out.rest = value.substr(1);
  if (out.form == Form::kDelta && !take_delta(from_big64(key), out.rest, out)) {
    return damaged_record(key, "what it builds on is not told");
  }
  const auto header_size = take_number(out.rest);
  if (!header_size) return damaged_record(key, "it is cut short");
  if (out.form == Form::kDelta ? *header_size > kMaxDeltaBytes : *header_size > out.rest.size()) {
    return damaged_record(key, "its header is cut short");
  }
  out.header_size = static_cast<std::size_t>(*header_size);
  if (out.form == Form::kThinned && out.rest.size() != out.header_size + 32) {
    return damaged_record(key, "it has no hash of the body that it had");
  }
  return out;
}

std::string whole_value(const Raw& raw) {
  std::string out = value_start(Form::kWhole);
  append_number(out, raw.header_size);
  return out += raw.bytes;
}

std::string thinned_value(const Raw& raw) {
  std::string out = value_start(Form::kThinned);
  append_number(out, raw.header_size);
  out += raw.header();
  return out += bytes_of(raw.thinned ? raw.body_hash : record::sha256(raw.body()));
}

struct DeltaCodec::Contexts {
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> out{ZSTD_createCCtx(), &ZSTD_freeCCtx};
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> in{ZSTD_createDCtx(), &ZSTD_freeDCtx};
  std::string frame;  // Room for one, kept.
};

DeltaCodec::DeltaCodec() : contexts_(std::make_unique<Contexts>()) {
  PAWPRINT_CHECK(contexts_->out && contexts_->in);
}
DeltaCodec::~DeltaCodec() = default;

std::optional<std::string> DeltaCodec::encode(const Raw& raw, unsigned number, record::Seq seq,
                                              const Raw& base, record::Seq base_seq) {
  const std::size_t bytes = raw.bytes.size() + base.bytes.size();
  if (bytes > kMaxDeltaBytes || base.thinned || raw.thinned) return std::nullopt;
  ZSTD_CCtx* context = contexts_->out.get();
  const auto done = [](std::size_t result) { PAWPRINT_CHECK(!ZSTD_isError(result)); };
  done(ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters));
  done(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kLevel));
  done(ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, static_cast<int>(window_log(bytes))));
  done(ZSTD_CCtx_refPrefix(context, base.bytes.data(), base.bytes.size()));

  std::string out = value_start(Form::kDelta);
  out.push_back(static_cast<char>(static_cast<std::uint8_t>(number)));
  append_number(out, seq - base_seq);
  append_number(out, raw.header_size);
  // A frame of more than three quarters is not worth a read of another record.
  const std::size_t room = raw.bytes.size() * 3 / 4;
  std::string& frame = contexts_->frame;
  if (frame.size() < room) frame.resize(room);
  const std::size_t size =
      ZSTD_compress2(context, frame.data(), room, raw.bytes.data(), raw.bytes.size());
  if (ZSTD_isError(size)) return std::nullopt;
  return out.append(frame, 0, size);
}

Result<std::string> DeltaCodec::decode(std::string_view key, const Value& value, const Raw& base) {
  const auto size = ZSTD_getFrameContentSize(value.rest.data(), value.rest.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > kMaxDeltaBytes) {
    return damaged_record(key, "its frame does not tell its size");
  }
  if (size < value.header_size) return damaged_record(key, "its header is cut short");
  ZSTD_DCtx* context = contexts_->in.get();
  ZSTD_DCtx_reset(context, ZSTD_reset_session_and_parameters);
  std::string out(static_cast<std::size_t>(size), '\0');
  const auto prefixed = ZSTD_DCtx_refPrefix(context, base.bytes.data(), base.bytes.size());
  PAWPRINT_CHECK(!ZSTD_isError(prefixed));
  const std::size_t got =
      ZSTD_decompressDCtx(context, out.data(), out.size(), value.rest.data(), value.rest.size());
  if (ZSTD_isError(got) || got != out.size()) {
    return damaged_record(key, "its frame cannot be read");
  }
  return out;
}

}  // namespace pawprint::store
