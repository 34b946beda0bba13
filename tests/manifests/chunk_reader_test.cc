#include "tools/manifests/chunk_reader.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/manifests/stream.h"

namespace pawprint::manifests {
namespace {

using Kind = Chunk::Kind;

struct Seen {
  Kind kind;
  std::string text;
  std::uint64_t line;
  bool operator==(const Seen&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  return out << static_cast<int>(seen.kind) << " line " << seen.line << " '" << seen.text << "'";
}

std::vector<Seen> read(const std::string& text, std::size_t piece, ChunkOptions options = {}) {
  ChunkReader reader(pieces_of(text, piece), options);
  std::vector<Seen> seen;
  std::uint64_t number = 0;
  while (true) {
    const auto chunk = reader.next();
    if (!chunk || !*chunk) break;
    EXPECT_EQ((*chunk)->document, ++number);
    EXPECT_EQ((*chunk)->fault.empty(), (*chunk)->kind != Kind::kUndecodable);
    seen.push_back({(*chunk)->kind, (*chunk)->text, (*chunk)->line});
  }
  return seen;
}

/// The same whatever the size of the pieces in which the text arrives.
void expect(const std::string& text, const std::vector<Seen>& chunks, ChunkOptions options = {}) {
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 1000000U}) {
    EXPECT_EQ(read(text, piece, options), chunks) << "pieces of " << piece << ": " << text;
  }
}

ChunkOptions as(Form form) {
  ChunkOptions options;
  options.form = form;
  return options;
}

TEST(ChunkReader, DividesJsonHoweverItIsSpaced) {
  expect("{\"a\":1}{\"b\":2} \n\n{\n  \"c\": {\n  }\n}\n{}",
         {{Kind::kJson, "{\"a\":1}", 1},
          {Kind::kJson, "{\"b\":2}", 1},
          {Kind::kJson, "{\n  \"c\": {\n  }\n}", 3},
          {Kind::kJson, "{}", 7}});
  expect("  \r\n\t{}\r\n", {{Kind::kJson, "{}", 2}});
  expect("\xEF\xBB\xBF{}", {{Kind::kJson, "{}", 1}});
  expect("{}\n---\n{\"a\":1}\n", {{Kind::kJson, "{}", 1}, {Kind::kJson, "{\"a\":1}", 3}});
}

TEST(ChunkReader, NothingIsNoDocument) {
  for (const auto* text :
       {"", " \n\n", "# only\n# comments\n", "---\n---\n...\n---", "\xEF\xBB\xBF"}) {
    expect(text, {});
  }
}

TEST(ChunkReader, GoesOnBehindATruncatedLine) {
  expect("{\"a\":1}\n{\"type\":\"ADDED\",\"obj\n{\"b\":2}\n",
         {{Kind::kJson, "{\"a\":1}", 1},
          {Kind::kUndecodable, "{\"type\":\"ADDED\",\"obj\n", 2},
          {Kind::kJson, "{\"b\":2}", 3}});
  // Cut off where another object could stand: nothing behind it is lost.
  expect("{\"a\":\n{\"b\":2}\n{\"c\":3}\n", {{Kind::kUndecodable, "{\"a\":\n", 3},
                                             {Kind::kJson, "{\"b\":2}", 2},
                                             {Kind::kJson, "{\"c\":3}", 3}});
  expect("{\"a\":{\n{\"b\":2}",
         {{Kind::kUndecodable, "{\"a\":{\n", 2}, {Kind::kJson, "{\"b\":2}", 2}});
  expect("{\"a\":1", {{Kind::kUndecodable, "{\"a\":1", 1}});
}

TEST(ChunkReader, GoesOnBehindBrokenIndentedObjects) {
  expect("{\n  \"a\": [1,\n  \"b\": 2\n}\n{\n  \"c\": 3\n}\n",
         {{Kind::kUndecodable, "{\n  \"a\": [1,\n  \"b\": 2\n}\n", 3},
          {Kind::kJson, "{\n  \"c\": 3\n}", 5}});
}

TEST(ChunkReader, EveryIntactLineSurvivesCutOffOnes) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    std::vector<std::string> intact;
    std::size_t cut = 0;
    for (int line = 0; line < 20; ++line) {
      std::string object = R"({"type":"ADDED","object":{"a":[1,{"b":"\\\"x{"},true],"n":)" +
                           std::to_string(round * 100 + line) + "}}";
      if (random() % 4 == 0) {
        object.resize(1 + random() % (object.size() - 1));
        ++cut;
      } else {
        intact.push_back(object);
      }
      text += object + "\n";
    }
    std::vector<std::string> read_back;
    std::size_t undecodable = 0;
    for (const Seen& each : read(text, 1 + random() % 500)) {
      if (each.kind == Kind::kJson) read_back.push_back(each.text);
      else ++undecodable;
    }
    ASSERT_EQ(read_back, intact) << text;
    ASSERT_EQ(undecodable, cut) << text;
  }
}

TEST(ChunkReader, TakesGarbageLineByLine) {
  expect("{}\nwarning: something\n}\n{\"a\":1}", {{Kind::kJson, "{}", 1},
                                                  {Kind::kUndecodable, "warning: something\n", 2},
                                                  {Kind::kUndecodable, "}\n", 3},
                                                  {Kind::kJson, "{\"a\":1}", 4}});
  expect("not json\n{\"a\":1}",
         {{Kind::kUndecodable, "not json\n", 1}, {Kind::kJson, "{\"a\":1}", 2}}, as(Form::kJson));
}

TEST(ChunkReader, DividesYaml) {
  expect("# head\na: 1\n---\nb: 2\n--- # third\nc: |\n  --- not\n  ...\n...\n---\n",
         {{Kind::kYaml, "# head\na: 1\n", 1},
          {Kind::kYaml, "---\nb: 2\n", 3},
          {Kind::kYaml, "--- # third\nc: |\n  --- not\n  ...\n...\n", 5}});
  expect("---\n# empty\n---\na: 1\n", {{Kind::kYaml, "---\na: 1\n", 3}});
  expect("%YAML 1.2\n---\na: 1\n", {{Kind::kYaml, "%YAML 1.2\n---\na: 1\n", 1}});
  expect("a: 1\n...\nb: 2\n", {{Kind::kYaml, "a: 1\n...\n", 1}, {Kind::kYaml, "b: 2\n", 3}});
  expect("\n  a: 1\n  b: 2", {{Kind::kYaml, "  a: 1\n  b: 2", 2}});
  expect("----\n", {{Kind::kYaml, "----\n", 1}});
  expect("{a: 1}\n", {{Kind::kYaml, "{a: 1}\n", 1}}, as(Form::kYaml));
}

TEST(ChunkReader, LimitsTheSizeOfADocument) {
  ChunkOptions options;
  options.limit = 100000;
  std::string large = "{\"a\":\"" + std::string(300000, 'x') + "\"}\n";
  for (const std::size_t piece : {999U, 1000000U}) {
    const auto seen = read("{}\n" + large + "{\"b\":1}\n", piece, options);
    ASSERT_EQ(seen.size(), 3U);
    EXPECT_EQ(seen[1].kind, Kind::kUndecodable);
    EXPECT_LE(seen[1].text.size(), 300009U);
    EXPECT_EQ(seen[2], (Seen{Kind::kJson, "{\"b\":1}", 3}));
  }
  options.form = Form::kYaml;
  const auto seen = read("a: |\n" + std::string(200000, ' ') + "x\n---\nb: 1\n", 1000, options);
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].kind, Kind::kUndecodable);
  EXPECT_EQ(seen[1].text, "---\nb: 1\n");
}

TEST(ChunkReader, HandsOutAnObjectWithoutWaitingForMore) {
  bool asked_again = false;
  int calls = 0;
  ChunkReader reader(
      [&](char* to, std::size_t) -> std::ptrdiff_t {
        asked_again = calls > 0;
        if (calls++ > 0) return 0;
        *to++ = '{';
        *to = '}';
        return 2;
      },
      as(Form::kJson));
  const auto chunk = reader.next();
  ASSERT_TRUE(chunk && *chunk);
  EXPECT_EQ((*chunk)->text, "{}");
  EXPECT_LE(calls, 2);
}

TEST(ChunkReader, ReportsAFailingStream) {
  ChunkReader reader([](char*, std::size_t) -> std::ptrdiff_t { return -1; });
  const auto chunk = reader.next();
  ASSERT_FALSE(chunk.has_value());
  EXPECT_EQ(chunk.error().code, ErrorCode::kExhausted);
}

TEST(ChunkReader, ManyDocumentsNeedTheMemoryOfOne) {
  // 64 MiB of documents from a source that makes them up; the test fails by its time limit when the
  // buffer is copied once for each document.
  const std::string document = "{\"kind\":\"Service\",\"x\":\"" + std::string(4000, 'y') + "\"}\n";
  std::size_t left = (std::size_t{64} << 20U) / document.size();
  const std::size_t expected = left;
  std::size_t at = 0;
  ChunkReader reader([&](char* to, std::size_t size) -> std::ptrdiff_t {
    if (left == 0) return 0;
    const std::size_t count = std::min(size, document.size() - at);
    std::copy_n(document.data() + at, count, to);
    at = (at + count) % document.size();
    if (at == 0) --left;
    return static_cast<std::ptrdiff_t>(count);
  });
  std::size_t seen = 0;
  for (auto chunk = reader.next(); chunk && *chunk; chunk = reader.next()) ++seen;
  EXPECT_EQ(seen, expected);
}

}  // namespace
}  // namespace pawprint::manifests
