#include "tests/store/judge.h"

#include <cstdlib>
#include <optional>

#include "store/layout.h"

namespace pawprint::store {
namespace {

bool same_head(const Head& a, const Head& b) {
  return a.seq == b.seq && a.time_ns == b.time_ns && a.hash == b.hash;
}

/// Nothing: as expected. An Error: met. A text: something else without an error.
struct Reading {
  std::optional<Error> met;
  std::string silent;
};

/// Takes what `asked` says into `reading`; true while there is nothing wrong.
template <class T>
bool take(Reading& reading, const Result<T>& asked, const T& expected, const std::string& what) {
  if (!asked && !reading.met) reading.met = asked.error();
  if (asked && *asked != expected) reading.silent = what + " differs, and no error was met";
  return reading.silent.empty();
}

Reading read_everything(Reader& reader, const Content& content) {
  Reading reading;
  if (!same_head(reader.head(), content.head)) {
    reading.silent = "the head is seq " + std::to_string(reader.head().seq);
    return reading;
  }
  if (reader.oldest() != content.oldest) {
    reading.silent = "the oldest seq is " + std::to_string(reader.oldest());
    return reading;
  }
  record::Seq seq = 0;
  auto scanned = reader.scan(1, content.head.seq, [&](const record::Record& record) {
    if (record == content.records[seq]) {
      ++seq;
      return true;
    }
    reading.silent = "record " + std::to_string(seq + 1) + " is another";
    return false;
  });
  if (!scanned) reading.met = scanned.error();
  else if (seq != content.head.seq) reading.silent += ", the scan ends early";
  if (!reading.silent.empty()) return reading;
  if (!take(reading, reader.cursors(), content.cursors, "a cursor")) return reading;
  for (const auto& [key, seqs] : content.histories) {
    if (!take(reading, reader.history(key, ~record::Seq{0}), seqs, "a history")) return reading;
  }
  for (const auto& [kind, seqs] : content.kinds) {
    if (!take(reading, reader.of_kind(kind), seqs, "the list of a kind")) return reading;
  }
  for (const auto& [time, at] : content.times) {
    if (!take(reading, reader.seq_at(time), at, "the seq of a time")) return reading;
  }
  return reading;
}

/// One line that says that it is damaged; anything else would send a person the wrong way.
std::string bad_refusal(const Error& error) {
  if (error.code == ErrorCode::kDamaged && error.message.find('\n') == std::string::npos) return "";
  return "refused with code " + std::to_string(static_cast<int>(error.code)) + ": " + error.message;
}

}  // namespace

bool Content::operator==(const Content& other) const {
  return same_head(head, other.head) && oldest == other.oldest && records == other.records &&
         cursors == other.cursors && histories == other.histories && kinds == other.kinds &&
         times == other.times;
}

Content content_of(Reader& reader) {
  Content content;
  content.head = reader.head();
  content.oldest = reader.oldest();
  auto scanned = reader.scan(1, content.head.seq, [&](const record::Record& record) {
    content.records.push_back(record);
    if (has_history(record)) content.histories[record.object] = {};
    content.kinds[record.kind] = {};
    if (record.seq % 50 == 0) content.times[record.time_ns] = 0;
    return true;
  });
  if (!scanned) std::abort();
  content.cursors = reader.cursors().value();
  for (auto& [key, seqs] : content.histories) seqs = reader.history(key, ~record::Seq{0}).value();
  for (auto& [kind, seqs] : content.kinds) seqs = reader.of_kind(kind).value();
  for (auto& [time, seq] : content.times) seq = reader.seq_at(time).value();
  return content;
}

Facts facts_of(const Writer& writer) {
  return {writer.boot(), writer.closed_cleanly(), std::string(writer.secret_key())};
}

Judgement judge_reading(const std::filesystem::path& directory, const Content& content) {
  std::optional<Error> met;
  {
    auto reader = Reader::open(directory);
    if (!reader) met = reader.error();
    if (reader) {
      const Reading reading = read_everything(**reader, content);
      if (!reading.silent.empty()) return {Verdict::kSilent, reading.silent};
      met = reading.met;
    }
  }
  const auto report = fsck(directory);
  if (!report) return {Verdict::kSilent, "fsck says: " + report.error().message};
  if (met) {
    if (const auto bad = bad_refusal(*met); !bad.empty()) return {Verdict::kSilent, bad};
    if (!report->problems.empty()) return {Verdict::kRefused, ""};
    return {Verdict::kSilent, "fsck finds nothing where a reader met: " + met->message};
  }
  return {report->problems.empty() ? Verdict::kSame : Verdict::kReported, ""};
}

Judgement judge_writing(const std::filesystem::path& directory, const Content& content,
                        const Facts& facts) {
  auto writer = Writer::open(directory, false);
  if (!writer) {
    const auto bad = bad_refusal(writer.error());
    return {bad.empty() ? Verdict::kRefused : Verdict::kSilent, bad};
  }
  if (facts_of(**writer) != facts) return {Verdict::kSilent, "boot, end or key differ"};
  const Reading reading = read_everything((*writer)->reader(), content);
  if (!reading.silent.empty()) return {Verdict::kSilent, "the writer: " + reading.silent};
  return {reading.met ? Verdict::kRefused : Verdict::kSame, ""};
}

}  // namespace pawprint::store
