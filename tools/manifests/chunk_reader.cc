#include "tools/manifests/chunk_reader.h"

#include <algorithm>

#include "tools/manifests/json_scan.h"

namespace pawprint::manifests {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 16U;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// `---` alone or followed by white space: the start of a YAML document.
bool is_divider(std::string_view line) {
  return line.starts_with("---") && (line.size() == 3 || is_space(line[3]));
}

/// `...` alone: the end of a YAML document.
bool is_end_mark(std::string_view line) {
  return line.starts_with("...") && line.find_first_not_of(" \t\r\n", 3) == std::string_view::npos;
}

/// Blank, or a comment.
bool is_silent(std::string_view line) {
  const std::size_t at = line.find_first_not_of(" \t\r\n");
  return at == std::string_view::npos || line[at] == '#';
}

}  // namespace

ChunkReader::ChunkReader(ReadSome read, ChunkOptions options)
    : read_(std::move(read)), options_(options) {}

/// Appends what can be read at once; false at the end of the stream.
bool ChunkReader::fill() {
  if (ended_) return false;
  const std::size_t size = buffer_.size();
  buffer_.resize(size + kBlock);
  const std::ptrdiff_t got = read_(buffer_.data() + size, kBlock);
  failed_ = got < 0;
  ended_ = got <= 0;
  buffer_.resize(size + static_cast<std::size_t>(std::max<std::ptrdiff_t>(got, 0)));
  return !ended_;
}

void ChunkReader::consume(std::size_t bytes) {
  const auto first = buffer_.begin() + static_cast<std::ptrdiff_t>(begin_);
  line_ += static_cast<std::uint64_t>(
      std::count(first, first + static_cast<std::ptrdiff_t>(bytes), '\n'));
  begin_ += bytes;
  if (begin_ > kBlock && begin_ * 2 > buffer_.size()) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
}

/// Position behind the end of the line that holds `from`; the end of the stream ends a line, too.
std::size_t ChunkReader::end_of_line(std::size_t from) {
  while (true) {
    const std::size_t end = buffer_.find('\n', from);
    if (end != std::string::npos) return end + 1;
    from = buffer_.size();
    if (!fill()) return buffer_.size();
  }
}

/// False at the end of the stream.
bool ChunkReader::skip_blank() {
  while (true) {
    std::size_t at = begin_;
    while (at < buffer_.size() && is_space(buffer_[at])) ++at;
    consume(at - begin_);
    if (begin_ < buffer_.size()) return true;
    if (!fill()) return false;
  }
}

void ChunkReader::choose_form() {
  started_ = true;
  while (buffer_.size() < 3 && fill()) {
  }
  if (buffer_.starts_with("\xEF\xBB\xBF")) consume(3);
  if (options_.form != Form::kGuess || !skip_blank()) return;
  const std::string_view text = std::string_view(buffer_).substr(begin_);
  const bool yaml_mark = text.starts_with("---") || text[0] == '#' || text[0] == '%';
  const bool objects_follow = text.find("\n{") != std::string_view::npos;
  const bool json = text[0] == '{' || text[0] == '[' || (objects_follow && !yaml_mark);
  options_.form = json ? Form::kJson : Form::kYaml;
  if (!json) {  // Indentation matters there: the first line counts whole.
    while (begin_ > 0 && (buffer_[begin_ - 1] == ' ' || buffer_[begin_ - 1] == '\t')) --begin_;
  }
}

Chunk ChunkReader::take(Chunk::Kind kind, std::size_t bytes) {
  Chunk chunk;
  chunk.kind = kind;
  chunk.text = buffer_.substr(begin_, bytes);
  chunk.document = ++documents_;
  chunk.line = line_;
  consume(bytes);
  return chunk;
}

Result<std::optional<Chunk>> ChunkReader::next() {
  if (!started_) choose_form();
  auto chunk = options_.form == Form::kYaml ? next_yaml() : next_json();
  if (failed_) return fail(ErrorCode::kExhausted, "reading failed");
  return chunk;
}

std::optional<Chunk> ChunkReader::next_json() {
  while (true) {
    if (!skip_blank()) return std::nullopt;
    if (buffer_[begin_] != '-') break;
    const std::size_t end = end_of_line(begin_);
    if (!is_divider(std::string_view(buffer_).substr(begin_, end - begin_))) break;
    consume(3);
  }
  if (buffer_[begin_] != '{' && buffer_[begin_] != '[') return garbage_line();
  JsonScan scan;
  for (std::size_t size = 0;; ++size) {
    if (size > options_.limit) return broken_json(size, "the document is too large");
    if (begin_ + size == buffer_.size() && !fill()) {
      return broken_json(end_of_text(size), "the text ends inside a document");
    }
    const auto state = scan.take(buffer_[begin_ + size]);
    if (state == JsonScan::State::kComplete) return take(Chunk::Kind::kJson, size + 1);
    if (state == JsonScan::State::kBroken) return broken_json(size, scan.fault());
  }
}

/// Where the first `size` unread bytes end but for white space: the last line that says something.
std::size_t ChunkReader::end_of_text(std::size_t size) const {
  while (size > 0 && is_space(buffer_[begin_ + size - 1])) --size;
  return size;
}

Chunk ChunkReader::garbage_line() {
  const std::size_t end = end_of_line(begin_);
  Chunk chunk = take(Chunk::Kind::kUndecodable, end - begin_);
  chunk.fault = "expected a JSON object";
  return chunk;
}

/// The undecodable text goes up to the next line that begins with '{': a writer that was cut off is
/// followed by one that starts anew there, whether it writes one object a line or indents.
Chunk ChunkReader::broken_json(std::size_t broke_at, std::string_view fault) {
  const auto first = buffer_.begin() + static_cast<std::ptrdiff_t>(begin_);
  const auto line = line_ + static_cast<std::uint64_t>(std::count(
                                first, first + static_cast<std::ptrdiff_t>(broke_at), '\n'));
  std::string kept;
  std::size_t end = end_of_line(begin_);
  while (end < buffer_.size() || fill()) {
    if (end < buffer_.size() && buffer_[end] == '{') break;
    if (end - begin_ > options_.limit) {  // Skip the rest, keep the beginning.
      if (kept.empty()) kept = buffer_.substr(begin_, options_.limit);
      consume(end - begin_);
      end = begin_;
    }
    end = end_of_line(end);
  }
  Chunk chunk = take(Chunk::Kind::kUndecodable, end - begin_);
  if (!kept.empty()) chunk.text = std::move(kept);
  chunk.fault = std::string(fault);
  chunk.line = line;
  return chunk;
}

/// A document goes from its divider, or the start, to the next divider. Documents without content
/// are passed over; a document of directives alone belongs to the one that follows.
std::optional<Chunk> ChunkReader::next_yaml() {
  std::size_t at = begin_;
  bool content = false;
  bool directives_only = true;
  while (at < buffer_.size() || fill()) {
    const std::size_t size = end_of_line(at) - at;
    const bool divider = is_divider(std::string_view(buffer_).substr(at, size));
    if (divider && content && !directives_only) break;
    if (divider && !content) {
      consume(at - begin_);
      at = begin_;
    }
    const std::string_view line = std::string_view(buffer_).substr(at, size);
    at += size;
    if (is_end_mark(line)) {
      if (content) break;
    } else if (!is_silent(divider ? line.substr(3) : line)) {
      content = true;
      directives_only = directives_only && line.starts_with('%');
    }
    if (at - begin_ > options_.limit) return too_large(at - begin_);
  }
  if (content) return take(Chunk::Kind::kYaml, at - begin_);
  consume(at - begin_);
  return std::nullopt;
}

Chunk ChunkReader::too_large(std::size_t bytes) {
  Chunk chunk = take(Chunk::Kind::kUndecodable, bytes);
  chunk.fault = "the document is too large";
  return chunk;
}

}  // namespace pawprint::manifests
