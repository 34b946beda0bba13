// Finding JSON documents and their parts in a stream of bytes, without building values.
//
// The scan knows JSON's structure, not its details: words, numbers and escapes are left to the
// parser that reads the document afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pawprint::manifests {

/// Follows one JSON object byte by byte and tells where it ends or stops being JSON.
class JsonScan {
 public:
  enum class State : std::uint8_t { kOpen, kComplete, kBroken };

  /// Takes the next byte. After kComplete or kBroken the scan is over; a byte that breaks the
  /// document is not part of it.
  State take(char c);

  /// What was expected where it broke; a short phrase.
  [[nodiscard]] std::string_view fault() const { return fault_; }

 private:
  enum class Want : std::uint8_t {
    kValue,
    kValueOrEnd,  ///< Behind '['.
    kNameOrEnd,   ///< Behind '{'.
    kName,
    kColon,
    kCommaOrEnd,
    kString,
    kWord,  ///< Inside a number, true, false or null.
  };

  State broken(std::string_view fault);
  State take_string(char c);
  State take_value(char c);
  State take_end(char c);
  State open(char c);

  std::vector<char> open_;  ///< '{' and '[' that are not closed yet.
  Want want_ = Want::kValue;
  bool escaped_ = false;
  bool name_ = false;  ///< The string is a member's name.
  std::string_view fault_;
};

struct Member {
  std::string_view name;   ///< As written, without quotes; escapes are not resolved.
  std::string_view value;  ///< As written.
};

/// Members of an object and items of an array, both known to be valid JSON. Empty for other values.
std::vector<Member> members_of(std::string_view object);
std::vector<std::string_view> items_of(std::string_view array);

/// The value of one member, or empty. Names with escapes are not found.
std::string_view member_of(std::string_view object, std::string_view name);

/// The text of a JSON string that needs no unescaping ("ADDED"); empty for anything else.
std::string_view plain_string(std::string_view value);

}  // namespace pawprint::manifests
