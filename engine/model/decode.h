// Object bytes to facts.
//
// Tolerant by design: a member of the wrong type counts as absent and is named in `problem`, so
// that a malformed object can never stop the fold. Defaults of the CRDs are filled in here.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/model/facts.h"
#include "engine/model/kinds.h"
#include "engine/record/record.h"

namespace pawprint::model {

struct Decoded {
  Fact fact;
  Seen seen;
  std::string problem;  ///< Empty, or one line: the first member that could not be read.
};

/// Decodes Observed bodies (JSON objects, or Secret facts by `record.encoding`). Not thread-safe:
/// holds the parser's buffers between calls.
class Decoder {
 public:
  explicit Decoder(Symbols& symbols);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// `controller` tells our own entries in status.parents from those of others.
  Decoded decode(Kind kind, const record::Record& record, std::string_view controller);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  Symbols& symbols_;
};

}  // namespace pawprint::model
