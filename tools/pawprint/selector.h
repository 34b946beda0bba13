// Label selectors of `-l`, as kubectl reads them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"
#include "tools/pawprint/format.h"

namespace pawprint::cli {

class Selector {
 public:
  /// `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, joined by commas; all must
  /// hold. Empty text selects everything. kInvalid names the part that is wrong.
  static Result<Selector> parse(std::string_view text);

  /// By the object's metadata.labels.
  [[nodiscard]] bool selects(const Json& object) const;

 private:
  struct Term {
    enum class Kind : std::uint8_t { kIn, kNotIn, kExists, kAbsent };
    Kind kind = Kind::kExists;
    std::string label;
    std::vector<std::string> values;
  };
  static Result<Term> parse_term(std::string_view text);
  static Result<Term> parse_set(std::string_view text, std::size_t open);
  std::vector<Term> terms_;
};

}  // namespace pawprint::cli
