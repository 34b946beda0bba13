// One process: append, read, reopen, cursors, time index, refusals.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sys/stat.h>

#include <algorithm>
#include <limits>

#include "engine/record/codec.h"
#include "store/layout.h"
#include "store/merkle.h"
#include "tests/record/generate.h"
#include "tests/store/support.h"

namespace pawprint::store {
namespace {

std::unique_ptr<Writer> open_or_fail(const std::filesystem::path& directory) {
  auto writer = Writer::open(directory);
  if (writer) return std::move(*writer);
  ADD_FAILURE() << writer.error().message;
  std::abort();
}

TEST(Log, AppendsAndReadsBack) {
  const TemporaryDirectory base;
  ASSERT_NO_FATAL_FAILURE(make_store(base / "s", 500));
  auto reader = Reader::open(base / "s");
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ((*reader)->head().seq, 500U);
  EXPECT_EQ((*reader)->head().time_ns, sample(500).time_ns);
  EXPECT_EQ((*reader)->oldest(), 1U);
  ASSERT_NO_FATAL_FAILURE(expect_samples(**reader));
  expect_sound(base / "s");
  EXPECT_GT((*reader)->disk().log_bytes, 1000U);
}

TEST(Log, AnyRecordComesBack) {
  const TemporaryDirectory base;
  auto writer = open_or_fail(base / "s");
  EXPECT_TRUE(rc::check("append then get", [&] {
    std::vector<record::Record> group;
    for (int i = *rc::gen::inRange(1, 4); i > 0; --i) {
      group.push_back(record::any_record());
      group.back().body = *record::any_text();
    }
    const auto boot = *rc::gen::arbitrary<std::uint32_t>();
    const auto before = writer->reader().head();
    writer->set_boot(boot);
    const auto head = writer->append(group);
    RC_ASSERT(head.has_value());
    RC_ASSERT(head->seq == before.seq + group.size());
    record::Hash hash = before.hash;
    for (std::size_t i = 0; i < group.size(); ++i) {
      RC_ASSERT(group[i].seq == before.seq + 1 + i);
      RC_ASSERT(group[i].boot == boot);
      const auto stored = writer->reader().get(group[i].seq);
      RC_ASSERT(stored.has_value());
      RC_ASSERT(*stored == group[i]);
      hash = chain_after(hash,
                         leaf_of(record::encode_header(group[i]), record::sha256(group[i].body)));
      const auto history = writer->reader().history(group[i].object, group[i].seq);
      RC_ASSERT(history.has_value());
      if (has_history(group[i])) RC_ASSERT(history->back() == group[i].seq);
    }
    RC_ASSERT(head->hash == hash);
  }));
  ASSERT_TRUE(writer->close());
  expect_sound(base / "s");
}

TEST(Log, ReopensWhereItEnded) {
  const TemporaryDirectory base;
  for (int round = 0; round < 4; ++round) ASSERT_NO_FATAL_FAILURE(make_store(base / "s", 50));
  auto writer = open_or_fail(base / "s");
  EXPECT_TRUE(writer->closed_cleanly());
  EXPECT_EQ(writer->reader().head().seq, 200U);
  ASSERT_NO_FATAL_FAILURE(expect_samples(writer->reader()));
  writer.reset();  // Without close().
  writer = open_or_fail(base / "s");
  EXPECT_FALSE(writer->closed_cleanly());
  writer.reset();
  expect_sound(base / "s");
}

TEST(Log, EmptyLogAnswers) {
  const TemporaryDirectory base;
  auto writer = open_or_fail(base / "s");
  EXPECT_TRUE(writer->closed_cleanly());
  auto reader = Reader::open(base / "s");
  ASSERT_TRUE(reader) << reader.error().message;
  for (Reader* each : {&writer->reader(), reader->get()}) {
    EXPECT_EQ(each->head().seq, 0U);
    EXPECT_EQ(each->oldest(), 1U);
    EXPECT_EQ(each->get(1).error().code, ErrorCode::kCoverage);
    EXPECT_TRUE(each->scan(1, 0, [](const record::Record&) { return true; }));
    EXPECT_EQ(each->seq_at(std::numeric_limits<std::int64_t>::max()).value(), 0U);
    EXPECT_TRUE(each->cursors()->empty());
    EXPECT_TRUE(each->of_kind(record::Kind::kObserved)->empty());
  }
  expect_sound(base / "s");
}

TEST(Log, CoverageIsSaid) {
  const TemporaryDirectory base;
  ASSERT_NO_FATAL_FAILURE(make_store(base / "s", 10));
  auto reader = Reader::open(base / "s");
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->get(0).error().code, ErrorCode::kCoverage);
  EXPECT_EQ((*reader)->get(11).error().code, ErrorCode::kCoverage);
  const auto all = [](const record::Record&) { return true; };
  EXPECT_EQ((*reader)->scan(0, 3, all).error().code, ErrorCode::kCoverage);
  EXPECT_EQ((*reader)->scan(3, 11, all).error().code, ErrorCode::kCoverage);
  std::vector<record::Seq> seen;
  EXPECT_TRUE((*reader)->scan(3, 8, [&](const record::Record& record) {
    seen.push_back(record.seq);
    return record.seq < 5;
  }));
  EXPECT_EQ(seen, (std::vector<record::Seq>{3, 4, 5}));
}

TEST(Log, HistoryStopsAtUptoAndKeepsObjectsApart) {
  const TemporaryDirectory base;
  auto writer = open_or_fail(base / "s");
  std::vector<record::Record> group(6, sample(1));
  const record::ObjectKey key{"z", "g", "K", "ns", "name"};
  group[0].object = key;
  group[1].object = {"z", "g", "K", "ns", "name2"};
  group[2].object = {"z", "g", "K", "nsn", "ame"};
  group[3].object = key;
  group[4].object = {"z", "g", "K", "ns", std::string("name\0", 5)};
  group[5].object = key;
  group[5].kind = record::Kind::kQuarantined;
  ASSERT_TRUE(writer->append(group));
  EXPECT_EQ(writer->reader().history(key, 100).value(), (std::vector<record::Seq>{1, 4, 6}));
  EXPECT_EQ(writer->reader().history(key, 5).value(), (std::vector<record::Seq>{1, 4}));
  EXPECT_EQ(writer->reader().history(group[4].object, 100).value(), std::vector<record::Seq>{5});
}

TEST(Log, TimeIndexNeverGoesBack) {
  const TemporaryDirectory base;
  auto writer = open_or_fail(base / "s");
  const std::vector<std::int64_t> times{100, 50, 200, 200, -7, 150, 300};
  std::vector<record::Record> group;
  for (const std::int64_t time : times) {
    group.push_back(sample(1));
    group.back().time_ns = time;
  }
  ASSERT_TRUE(writer->append(std::span(group).first(3)));
  writer.reset();
  writer = open_or_fail(base / "s");  // The clamp goes on from what is stored.
  ASSERT_TRUE(writer->append(std::span(group).subspan(3)));
  const auto at = [&](std::int64_t time) { return writer->reader().seq_at(time).value(); };
  EXPECT_EQ(at(std::numeric_limits<std::int64_t>::min()), 0U);
  EXPECT_EQ(at(99), 0U);
  EXPECT_EQ(at(100), 2U);
  EXPECT_EQ(at(199), 2U);
  EXPECT_EQ(at(200), 6U);
  EXPECT_EQ(at(299), 6U);
  EXPECT_EQ(at(300), 7U);
  EXPECT_EQ(at(std::numeric_limits<std::int64_t>::max()), 7U);
  EXPECT_EQ(writer->reader().get(5)->time_ns, -7);  // Stored as read.
  record::Seq before = 0;
  for (std::int64_t time = -10; time <= 310; ++time) {
    EXPECT_GE(at(time), before);
    before = at(time);
  }
}

TEST(Log, CursorsMoveWithTheirGroup) {
  const TemporaryDirectory base;
  auto writer = open_or_fail(base / "s");
  const std::vector<Cursor> two{{"z", "", "Service", "5"}, {"z", "g", "HTTPRoute", "7"}};
  auto group = sample_group(0, 2);
  ASSERT_TRUE(writer->append(group, two));
  EXPECT_EQ(writer->reader().cursors().value(), two);

  const std::vector<Cursor> bookmark{{"z", "", "Service", "9"}};
  const auto head = writer->append({}, bookmark);  // A bookmark is no record.
  ASSERT_TRUE(head);
  EXPECT_EQ(head->seq, 2U);
  const std::vector<Cursor> gone{{"z", "g", "HTTPRoute", ""}};
  ASSERT_TRUE(writer->append({}, gone));
  writer.reset();
  writer = open_or_fail(base / "s");
  EXPECT_EQ(writer->reader().cursors().value(), bookmark);
  auto reader = Reader::open(base / "s");
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->cursors().value(), bookmark);
}

TEST(Log, BootNumberIsKept) {
  const TemporaryDirectory base;
  auto writer = open_or_fail(base / "s");
  EXPECT_EQ(writer->boot(), 0U);
  writer->set_boot(41);
  auto group = sample_group(0, 1);
  ASSERT_TRUE(writer->append(group));
  writer.reset();
  writer = open_or_fail(base / "s");
  EXPECT_EQ(writer->boot(), 41U);
  EXPECT_EQ(writer->reader().get(1)->boot, 41U);
}

TEST(Log, SecondWriterIsRefusedAtOnce) {
  const TemporaryDirectory base;
  auto writer = open_or_fail(base / "s");
  const auto second = Writer::open(base / "s");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUnreachable);
  EXPECT_NE(second.error().message.find("another writer"), std::string::npos);
  Appender other(base / "s", {.records = 1});  // From another process.
  EXPECT_EQ(other.wait(), 1);
  EXPECT_NE(other.complaint().find("another writer"), std::string::npos) << other.complaint();
  auto group = sample_group(0, 1);
  EXPECT_TRUE(writer->append(group));  // Nothing happened to the first.
  ASSERT_TRUE(writer->close());
  EXPECT_TRUE(Writer::open(base / "s"));
}

TEST(Log, MissingStoresAreNamed) {
  const TemporaryDirectory base;
  const auto missing = base / "none";
  for (const auto& error :
       {Reader::open(missing).error(), Writer::open(missing, false).error(), fsck(missing).error(),
        store::copy(missing, base / "copy").error(), Reader::open(base.path()).error(),
        Writer::open(base.path(), false).error()}) {
    EXPECT_EQ(error.code, ErrorCode::kUnreachable) << error.message;
    EXPECT_NE(error.message.find(base.path().string()), std::string::npos) << error.message;
    EXPECT_EQ(error.message.find('\n'), std::string::npos);
  }
  EXPECT_FALSE(std::filesystem::exists(missing));
  EXPECT_FALSE(std::filesystem::exists(base / "copy"));
  write_file(base / "file", "x");
  EXPECT_EQ(Writer::open(base / "file").error().code, ErrorCode::kUnreachable);
  EXPECT_EQ(Reader::open(base / "file").error().code, ErrorCode::kUnreachable);
}

TEST(Log, FilesArePrivateAndTheKeyIsKept) {
  const TemporaryDirectory base;
  const auto directory = base / "deep/er";
  std::string key;
  {
    auto writer = open_or_fail(directory);
    key = std::string(writer->secret_key());
    EXPECT_EQ(key.size(), 32U);
  }
  ASSERT_NO_FATAL_FAILURE(make_store(directory, 20));
  EXPECT_EQ(open_or_fail(directory)->secret_key(), key);
  EXPECT_NE(open_or_fail(base / "other")->secret_key(), key);
  struct stat status {};
  ASSERT_EQ(::stat(directory.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  for (const auto& path : files_ending(directory, "")) {
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 077U, 0U) << path;
  }
}

TEST(Log, AStoreOfALaterFormatIsLeftAlone) {
  const TemporaryDirectory base;
  ASSERT_NO_FATAL_FAILURE(make_store(base / "s", 5));
  {
    auto database = Database::open(base / "s", Access::kWrite);
    ASSERT_TRUE(database);
    std::string two;
    append_little64(two, 2);
    rocksdb::WriteBatch batch;
    ASSERT_TRUE(batch.Put((*database)->family(Family::kMeta), kFormatKey, two).ok());
    ASSERT_TRUE((*database)->write_synced(batch));
  }
  for (const auto& error : {Reader::open(base / "s").error(), Writer::open(base / "s").error()}) {
    EXPECT_EQ(error.code, ErrorCode::kUnreachable);
    EXPECT_NE(error.message.find("format 2"), std::string::npos) << error.message;
  }
}

TEST(Log, AMovedDirectoryIsAWholeStore) {
  const TemporaryDirectory base;
  ASSERT_NO_FATAL_FAILURE(make_store(base / "s", 100));
  copy_files(base / "s", base / "t");
  std::filesystem::remove_all(base / "s");
  ASSERT_NO_FATAL_FAILURE(make_store(base / "t", 100));
  auto reader = Reader::open(base / "t");
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ((*reader)->head().seq, 200U);
  ASSERT_NO_FATAL_FAILURE(expect_samples(**reader));
}

}  // namespace
}  // namespace pawprint::store
