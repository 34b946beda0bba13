// Finds values in JSON text without changing a byte of it.
//
// The log keeps objects exactly as received (ConfigMaps and Secrets apart), so an event's object is
// cut out of the line as it stands. This only follows brackets and strings; whether a value is
// valid JSON is judged by read_head (object_head.h). Works on text that was cut off, for events
// that were too large.
#pragma once

#include <cstddef>
#include <string_view>

namespace pawprint::watch::reflect {

/// Deeper values are refused: later stages walk objects recursively.
inline constexpr std::size_t kMaxDepth = 512;

/// End of the value that starts at text[at] (no leading space); npos when it is cut off, is
/// nested deeper than kMaxDepth or does not start a value.
std::size_t value_end(std::string_view text, std::size_t at);

/// Walks the members of a JSON object, or the elements of an array.
class Members {
 public:
  /// `text` starts with '{' or '[', spaces before it allowed.
  explicit Members(std::string_view text);
  /// Next member; for arrays `key` is empty. `key` is raw (escapes stand). False at the end and
  /// where the text stops making sense. A value that is cut off is returned as what there is of it,
  /// with cut() true, and is the last.
  bool next(std::string_view& key, std::string_view& value);
  /// The closing bracket was reached.
  [[nodiscard]] bool complete() const { return complete_; }
  [[nodiscard]] bool cut() const { return cut_; }
  /// What follows the closing bracket, without spaces; meaningful when complete().
  [[nodiscard]] std::string_view rest() const;

 private:
  void skip_space();
  bool read_key(std::string_view& key);

  std::string_view text_;
  std::size_t at_ = 0;
  char close_ = 0;
  bool first_ = true, complete_ = false, cut_ = false;
};

/// Content of a raw JSON string ("\"abc\"" -> "abc"); empty for anything else or when it has
/// escapes (names and versions have none).
std::string_view plain_string(std::string_view raw);

}  // namespace pawprint::watch::reflect
