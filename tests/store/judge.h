// What a store says of itself, and whether a damaged copy of it says so, or the same, or is silent.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "store/log.h"

namespace pawprint::store {

/// Everything that a reader can ask of a small store.
struct Content {
  Head head;
  record::Seq oldest = 0;
  std::vector<record::Record> records;
  std::vector<Cursor> cursors;
  std::map<record::ObjectKey, std::vector<record::Seq>> histories;
  std::map<record::Kind, std::vector<record::Seq>> kinds;
  std::map<std::int64_t, record::Seq> times;  ///< Some moments, and what seq_at() answers.
  bool operator==(const Content& other) const;
};

/// Of a store that is whole; aborts otherwise.
Content content_of(Reader& reader);

/// What only a writer tells.
struct Facts {
  std::uint32_t boot = 0;
  bool closed_cleanly = false;
  std::string key;
  bool operator==(const Facts&) const = default;
};
Facts facts_of(const Writer& writer);

enum class Verdict : std::uint8_t {
  kRefused,   ///< It does not open, or reading met the damage; and fsck names it.
  kReported,  ///< The same is read, and fsck names the damage.
  kSame,      ///< The same is read, and fsck finds nothing: the bytes have no influence.
  kSilent,    ///< Something else is read without an error, or fsck misses what a reader met.
};

struct Judgement {
  Verdict verdict = Verdict::kSame;
  std::string why;  ///< Of kSilent.
};

/// As a reader and fsck see `directory`; changes nothing there.
Judgement judge_reading(const std::filesystem::path& directory, const Content& content);
/// As the next writer sees it: kRefused or kSame, or kSilent. Changes the directory.
Judgement judge_writing(const std::filesystem::path& directory, const Content& content,
                        const Facts& facts);

}  // namespace pawprint::store
