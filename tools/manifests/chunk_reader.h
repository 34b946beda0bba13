// Cuts a stream into documents: JSON objects with any white space between them, or YAML documents
// divided by `---`.
//
// Memory: one document at a time, at most ChunkOptions::limit. A document that cannot be read does
// not end the stream: it comes back as kUndecodable, and reading goes on behind it.
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/result.h"

namespace pawprint::manifests {

enum class Form : std::uint8_t {
  kGuess,  ///< JSON when the first text, or a line at hand, begins with '{', else YAML.
  kJson,   ///< JSON objects; lines with `---` alone between them are passed over.
  kYaml,
};

struct Chunk {
  enum class Kind : std::uint8_t { kJson, kYaml, kUndecodable };
  Kind kind = Kind::kJson;
  std::string text;            ///< Exactly the bytes of the document.
  std::uint64_t document = 0;  ///< Counted from 1.
  std::uint64_t line = 0;      ///< First line of `text`, or the line of the fault; counted from 1.
  std::string fault;           ///< Why it is undecodable; a phrase that quotes nothing.
};

struct ChunkOptions {
  Form form = Form::kGuess;
  std::size_t limit = std::size_t{512}
                      << 20U;  ///< Bytes of one document; what is longer is undecodable.
};

/// Puts up to `size` bytes at `to`, waiting until there is at least one. Returns their number, 0 at
/// the end, a negative number when reading failed (it is not called again then).
using ReadSome = std::function<std::ptrdiff_t(char* to, std::size_t size)>;

class ChunkReader {
 public:
  explicit ChunkReader(ReadSome read, ChunkOptions options = {});

  /// The next document; nothing at the end of the stream. kExhausted when reading fails.
  Result<std::optional<Chunk>> next();

 private:
  bool fill();
  void consume(std::size_t bytes);
  bool skip_blank();
  void choose_form();
  std::optional<Chunk> next_json();
  Chunk broken_json(std::size_t broke_at, std::string_view fault);
  [[nodiscard]] std::size_t end_of_text(std::size_t size) const;
  Chunk garbage_line();
  std::optional<Chunk> next_yaml();
  Chunk too_large(std::size_t bytes);
  Chunk take(Chunk::Kind kind, std::size_t bytes);
  std::size_t end_of_line(std::size_t from);

  ReadSome read_;
  ChunkOptions options_;
  std::string buffer_;  ///< Unread bytes are those from `begin_` on.
  std::size_t begin_ = 0;
  std::uint64_t line_ = 1;  ///< Line of the byte at `begin_`.
  std::uint64_t documents_ = 0;
  bool started_ = false;
  bool ended_ = false;
  bool failed_ = false;
};

}  // namespace pawprint::manifests
