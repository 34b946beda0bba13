// Records stored as differences: any of them comes back, whatever the writer had forgotten.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>

#include "store/layout.h"
#include "store/tail.h"
#include "tests/store/support.h"

namespace pawprint::store {
namespace {

/// Version `version` of object `object`: much text that stays, a little that changes.
record::Record edit(int object, int version) {
  record::Record record = sample(1);
  record.object.name = "route-" + std::to_string(object);
  record.time_ns = version;
  record.resource_version = std::to_string(1000 * object + version);
  for (int i = 0; i < 40; ++i) {
    record.body += "\"field" + std::to_string(i) + "\":\"" +
                   record::hex(record::sha256(std::to_string(100 * object + i))) + "\",";
  }
  record.body.replace(static_cast<std::size_t>(version % 50) * 20, 4, std::to_string(version));
  return record;
}

struct Log {
  TemporaryDirectory base{Place::kMemory};
  std::vector<record::Record> written;
};

/// `count` edits of `objects` objects in random order; a new writer after each `session` records.
void write_edits(Log& log, int objects, int count, int session, const Tuning& tuning = {}) {
  std::minstd_rand random(7);
  std::map<int, int> versions;
  for (int done = 0; done < count;) {
    auto writer = open_writer(log.base / "s", true, tuning);
    ASSERT_TRUE(writer) << writer.error().message;
    for (int i = 0; i < session && done < count;) {
      std::vector<record::Record> group;
      for (auto size = 1 + random() % 6; size > 0; --size, ++i, ++done) {
        const int object = static_cast<int>(random() % static_cast<unsigned>(objects));
        group.push_back(edit(object, ++versions[object]));
      }
      ASSERT_TRUE((*writer)->append(group));
      log.written.insert(log.written.end(), group.begin(), group.end());
    }
  }
}

void expect_all(Log& log) {
  auto reader = Reader::open(log.base / "s");
  ASSERT_TRUE(reader) << reader.error().message;
  std::minstd_rand random(11);
  for (int i = 0; i < 500; ++i) {
    const auto at = random() % log.written.size();
    const auto got = (*reader)->get(at + 1);
    ASSERT_TRUE(got) << got.error().message;
    ASSERT_EQ(*got, log.written[at]) << at + 1;
  }
  std::size_t at = 0;
  ASSERT_TRUE((*reader)->scan(1, log.written.size(), [&](const record::Record& record) {
    EXPECT_EQ(record, log.written[at]) << at + 1;
    return record == log.written[at++];
  }));
  EXPECT_EQ(at, log.written.size());
  expect_sound(log.base / "s");
}

struct Forms {
  std::size_t whole = 0, delta = 0, bytes = 0, raw = 0;
};
Forms forms_of(const Log& log) {
  Forms forms;
  auto database = Database::open(log.base / "s", Access::kFollow);
  EXPECT_TRUE(database);
  const auto entry = (*database)->iterate(Family::kRecords);
  for (entry->SeekToFirst(); entry->Valid(); entry->Next()) {
    const auto value = parse_value(entry->key().ToStringView(), entry->value().ToStringView());
    EXPECT_TRUE(value);
    ++(value->form == Form::kDelta ? forms.delta : forms.whole);
    forms.bytes += entry->value().size();
  }
  for (const auto& record : log.written) forms.raw += record.body.size();
  return forms;
}

TEST(Streams, EditsAreStoredAsDifferences) {
  Log log;
  ASSERT_NO_FATAL_FAILURE(write_edits(log, 5, 1600, 2000));
  const Forms forms = forms_of(log);
  EXPECT_EQ(forms.whole + forms.delta, log.written.size());
  EXPECT_LE(forms.whole, 5 + log.written.size() / kCycle);
  EXPECT_GE(forms.whole, log.written.size() / kCycle - 5);
  EXPECT_LT(forms.bytes * 10, forms.raw);
  expect_all(log);
}

TEST(Streams, AWriterGoesOnWhereTheLastOneEnded) {
  Log log;
  ASSERT_NO_FATAL_FAILURE(write_edits(log, 5, 600, 20));
  EXPECT_LE(forms_of(log).whole, 5 + log.written.size() / kCycle + 5);
  expect_all(log);
}

TEST(Streams, AWriterWithoutMemoryReadsWhatItBuildsOn) {
  Log log;
  Tuning tuning;
  tuning.stream_bytes = 0;
  ASSERT_NO_FATAL_FAILURE(write_edits(log, 5, 600, 100, tuning));
  EXPECT_GT(forms_of(log).delta, log.written.size() / 2);
  expect_all(log);
}

TEST(Streams, ManyObjectsInLittleMemory) {
  Log log;
  Tuning tuning;
  tuning.stream_bytes = std::size_t{64} << 10;
  tuning.write_buffer_bytes = std::size_t{64} << 10;
  ASSERT_NO_FATAL_FAILURE(write_edits(log, 100, 3000, 1000, tuning));
  EXPECT_GT(forms_of(log).delta, log.written.size() / 2);
  expect_all(log);
}

// In the middle of a group a body may share nothing with the one before; those after it build on
// it.
TEST(Streams, WhatSharesNothingBeginsACycle) {
  Log log;
  std::minstd_rand random(3);
  const auto noise = [&] {
    std::string bytes(3000, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    return bytes;
  };
  std::array<int, 3> versions{};
  for (int round = 0; round < 10; ++round) {
    auto writer = Writer::open(log.base / "s");
    ASSERT_TRUE(writer) << writer.error().message;
    for (const std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{150}}) {
      std::vector<record::Record> group;
      while (group.size() < size) {
        const auto object = random() % versions.size();
        group.push_back(edit(static_cast<int>(object), ++versions[object]));
        if (random() % 8 == 0) group.back().body = noise();
      }
      ASSERT_TRUE((*writer)->append(group));
      log.written.insert(log.written.end(), group.begin(), group.end());
    }
  }
  EXPECT_GT(forms_of(log).delta, log.written.size() / 2);
  expect_all(log);
}

// A damaged record takes those with it that build on it, and says so; the others stay readable.
TEST(Streams, ADamagedBaseIsNamed) {
  Log log;
  ASSERT_NO_FATAL_FAILURE(write_edits(log, 1, 40, 100));
  {
    auto database = Database::open(log.base / "s", Access::kWrite);
    ASSERT_TRUE(database);
    rocksdb::WriteBatch batch;
    // Number 8 of the first cycle; 9 to 15 build on it.
    ASSERT_TRUE(batch.Put((*database)->family(Family::kRecords), record_key(9), "nonsense").ok());
    ASSERT_TRUE((*database)->write_synced(batch));
    Decoder decoder(0);
    for (record::Seq seq = 1; seq <= 40; ++seq) {
      const auto raw = decoder.read(**database, seq);
      EXPECT_EQ(!raw, seq >= 9 && seq <= 16) << seq;
      if (raw) continue;
      EXPECT_EQ(raw.error().code, ErrorCode::kDamaged);
      if (seq == 16) {
        EXPECT_NE(raw.error().message.find("record 9"), std::string::npos) << raw.error().message;
      }
    }
  }
}

// What a reader is to do about a body that retention took away.
TEST(Streams, AThinnedRecordHasAHeaderOnly) {
  Log log;
  ASSERT_NO_FATAL_FAILURE(write_edits(log, 1, 40, 100));
  {
    auto database = Database::open(log.base / "s", Access::kWrite);
    ASSERT_TRUE(database);
    Decoder decoder(0);
    const auto raw = decoder.read(**database, 32);  // Nothing builds on the last of a cycle.
    ASSERT_TRUE(raw);
    rocksdb::WriteBatch batch;
    ASSERT_TRUE(
        batch.Put((*database)->family(Family::kRecords), record_key(32), thinned_value(**raw))
            .ok());
    ASSERT_TRUE((*database)->write_synced(batch));
  }
  expect_sound(log.base / "s");
  auto reader = Reader::open(log.base / "s");
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ((*reader)->get(32).error().code, ErrorCode::kCoverage);
  EXPECT_EQ((*reader)->get(31).value(), log.written[30]);
  const auto all = [](const record::Record&) { return true; };
  EXPECT_EQ((*reader)->scan(1, 40, all).error().code, ErrorCode::kCoverage);
  record::Seq seen = 0;
  EXPECT_TRUE((*reader)->scan_headers(1, 40, [&](const record::Record& header, bool has_body) {
    record::Record expected = log.written[seen++];
    expected.body.clear();
    EXPECT_EQ(header, expected);
    EXPECT_EQ(has_body, seen != 32);
    return true;
  }));
  EXPECT_EQ(seen, 40U);
}

TEST(Streams, TheKindThatIsNotListedIsWhatIsLeft) {
  Log log;
  make_store(log.base / "s", 200);
  auto reader = Reader::open(log.base / "s");
  ASSERT_TRUE(reader);
  ASSERT_NO_FATAL_FAILURE(expect_samples(**reader));
  const auto observed = (*reader)->of_kind(record::Kind::kObserved).value();
  EXPECT_GT(observed.size(), 100U);
  for (const record::Seq seq : observed) {
    EXPECT_EQ(sample(seq).kind, record::Kind::kObserved) << seq;
  }
}

}  // namespace
}  // namespace pawprint::store
