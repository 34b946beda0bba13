// Forms of a record's value, and the hashes over records: round trips, refusals, and the fixed
// points of store/log_format.md.
#include "store/value.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "engine/record/codec.h"
#include "store/layout.h"
#include "store/merkle.h"
#include "tests/record/generate.h"

namespace pawprint::store {
namespace {

Raw raw_of(const record::Record& record) {
  Raw raw;
  raw.bytes = record::encode_header(record);
  raw.header_size = raw.bytes.size();
  raw.bytes += record.body;
  return raw;
}

record::Record any_with_body() {
  record::Record record = record::any_record();
  record.body = *record::any_text();
  return record;
}

record::Record fixed_record() {
  record::Record record;
  record.seq = 1;
  record.kind = record::Kind::kTick;
  record.time_ns = 5;
  record.boot = 1;
  record.body = "{}";
  return record;
}

TEST(Value, WholeRecordsComeBackAndCutsAreSeen) {
  EXPECT_TRUE(rc::check("whole", [] {
    const record::Record record = any_with_body();
    const Raw raw = raw_of(record);
    const std::string key = record_key(record.seq);
    const std::string value = whole_value(raw);
    const auto parsed = parse_value(key, value);
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(parsed->form == Form::kWhole);
    RC_ASSERT(parsed->base == 0);
    RC_ASSERT(parsed->number == 0);
    RC_ASSERT(parsed->header_size == raw.header_size);
    RC_ASSERT(parsed->rest == raw.bytes);
    RC_ASSERT(record_of(raw).value() == record);
    const auto cut = *rc::gen::inRange<std::size_t>(0, value.size() - record.body.size());
    RC_ASSERT(!parse_value(key, value.substr(0, cut)));
    RC_ASSERT(!parse_value("short", value));
    std::string other_form = value;
    other_form[0] = 3;
    RC_ASSERT(!parse_value(key, other_form));
  }));
}

TEST(Value, ThinnedRecordsKeepTheirLeaf) {
  EXPECT_TRUE(rc::check("thinned", [] {
    const record::Record record = any_with_body();
    const Raw raw = raw_of(record);
    const std::string key = record_key(record.seq);
    const std::string value = thinned_value(raw);
    const auto parsed = parse_value(key, value);
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(parsed->form == Form::kThinned);
    Raw thinned;
    thinned.thinned = true;
    thinned.header_size = parsed->header_size;
    thinned.bytes = parsed->rest.substr(0, thinned.header_size);
    const auto hash = parsed->rest.substr(thinned.header_size);
    std::copy(hash.begin(), hash.end(), thinned.body_hash.begin());
    RC_ASSERT(leaf_of(thinned) == leaf_of(raw));
    RC_ASSERT(thinned_value(thinned) == value);
    RC_ASSERT(record_of(thinned)->body.empty());
    RC_ASSERT(!parse_value(key, value.substr(0, value.size() - 1)));
    RC_ASSERT(!parse_value(key, value + "x"));
  }));
}

TEST(Value, DeltasComeBackBitForBit) {
  DeltaCodec codec;
  EXPECT_TRUE(rc::check("delta", [&] {
    record::Record record = any_with_body();
    record.seq = *rc::gen::inRange<record::Seq>(2, 1'000'000);
    record.body += std::string(300, 'b');
    const Raw base = raw_of(record);
    const auto base_seq = *rc::gen::inRange<record::Seq>(1, record.seq);
    record.body += *record::any_text();
    const Raw raw = raw_of(record);
    const auto number = *rc::gen::inRange(1U, kCycle);
    const std::string key = record_key(record.seq);
    const auto value = codec.encode(raw, number, record.seq, base, base_seq);
    RC_ASSERT(value.has_value());
    RC_ASSERT(value->size() < raw.bytes.size());
    const auto parsed = parse_value(key, *value);
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(parsed->form == Form::kDelta);
    RC_ASSERT(parsed->number == number);
    RC_ASSERT(parsed->base == base_seq);
    const auto back = codec.decode(key, *parsed, base);
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == raw.bytes);
    const auto cut = *rc::gen::inRange<std::size_t>(0, value->size());
    const auto less = parse_value(key, std::string_view(*value).substr(0, cut));
    if (less) RC_ASSERT(!codec.decode(key, *less, base).has_value());
  }));
}

TEST(Value, NoDeltaWhereNothingIsShared) {
  DeltaCodec codec;
  Raw raw;
  Raw base;
  for (unsigned i = 0; i < 40; ++i) {
    const auto hash = record::sha256(std::to_string(i));
    (i % 2 == 0 ? raw : base).bytes += bytes_of(hash);
  }
  EXPECT_FALSE(codec.encode(raw, 1, 9, base, 8));
  base.thinned = true;
  EXPECT_FALSE(codec.encode(base, 1, 9, base, 8));
}

TEST(Value, WhatADeltaBuildsOnIsChecked) {
  const std::string key = record_key(10);
  // Form, number, distance, header size.
  EXPECT_TRUE(parse_value(key, std::string("\1\1\1\0", 4)));
  EXPECT_FALSE(parse_value(key, std::string("\1\0\1\0", 4))) << "number 0 is whole";
  EXPECT_FALSE(parse_value(key, std::string("\1\40\1\0", 4))) << "number 32";
  EXPECT_FALSE(parse_value(key, std::string("\1\1\0\0", 4))) << "itself";
  EXPECT_FALSE(parse_value(key, std::string("\1\1\12\0", 4))) << "record 0";
  EXPECT_FALSE(parse_value(key, std::string("\1\1\201\0\0", 5))) << "a longer form of 1";
  EXPECT_FALSE(parse_value(key, std::string("\1\1", 2)));
  EXPECT_FALSE(parse_value(key, ""));
}

// Every value below was computed by another program (Python) from the description alone.
TEST(Value, TheHashesAreTheDescribedOnes) {
  const Raw raw = raw_of(fixed_record());
  const auto leaf = leaf_of(raw);
  EXPECT_EQ(record::hex(leaf), "50cf2a54aa1dd1fc8c229141975fa242a4698ea826ee6522b576076a09c5c9d2");
  EXPECT_EQ(record::hex(chain_after(record::Hash{}, leaf)),
            "af4fe6b5a10326159893dca9ae1432c67bc0b66640a605908e93cca19ddf2dc8");
  EXPECT_EQ(record::hex(node_of(leaf, record::Hash{})),
            "1d555fcc56b2120e9f73158d261587524a461d40f1e13ee6da1253792f97a8d9");
}

TEST(Value, TheFormsAreTheDescribedOnes) {
  const Raw raw = raw_of(fixed_record());
  EXPECT_EQ(record::hex(record::sha256(whole_value(raw))),
            "f2628bc65cb807a4ab961f3ce0f281cb9944287b19cace0b41295f9c5620ac29");
  EXPECT_EQ(record::hex(record::sha256(thinned_value(raw))),
            "1a7edc0f1336ebeb7284e94a403f0e38c55ba4811452ace9f0718f9668b8dd38");
}

TEST(Merkle, RootsAreThoseOfTheRfc) {
  EXPECT_EQ(record::hex(Frontier().root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const std::vector<std::string> roots{
      "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9",
      "775921a4e428d5768955ee440c81d193960641c3a5b2c1f71916fcebe285e2c5",
      "0fb0c89f31831c334e4cdeb69ed2245bb59715219c8b7a86f0ddcf93cb1a9c8b",
      "e8fb69d07523527f600e1fd288b9be6dd210431e2cfd0f2dfc7576b513ec9e77",
      "5011aa4743d4f6904e9a1a3ef008e953ce03834b2e21c6478c56fee498f6c4ff",
      "11986b3090e9ac04852c80a55e06226cd90f867bdf5d4f6ec9a65212f032351f",
      "5cf6906870de8c19271bb3008d4c6ebc578299c7f7e8ba39b8589f9b5a272aba",
      "522709e05dbb008b0dd1e3054bd00f25d418616be7c300843ec4026198ef5622",
      "505b96594a506897f9256865ca1a787640beb971ef02f6fff8eb6a3b53d94423"};
  Frontier frontier;
  for (std::size_t i = 0; i < roots.size(); ++i) {
    frontier.add(record::sha256(std::to_string(i)));
    EXPECT_EQ(record::hex(frontier.root()), roots[i]) << i;
  }
}

}  // namespace
}  // namespace pawprint::store
