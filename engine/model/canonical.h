// Canonical JSON: one text per value, so that equal values have equal bytes and equal digests.
//
// The form: members sorted bytewise by their unescaped name, no white space, shortest escapes
// (`\"`, `\\`, `\b`, `\f`, `\n`, `\r`, `\t`, `\u00xx` for the other control characters), everything
// else as UTF-8. Numbers with a fraction or an exponent keep their source text.
//
// Refused with kInvalid: anything that is not JSON, invalid UTF-8, lone surrogates, a member name
// twice in one object, nesting deeper than kMaxDepth, integers outside 64 bits, and numbers that a
// double does not hold (readers would see another value than the one written). Members with the
// same name are noticed also when they are left out.
//
// Pure functions; safe from any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "engine/result.h"

namespace pawprint::model {

inline constexpr std::size_t kMaxDepth = 512;

/// Defaults of a schema, as far as they matter: a tree over member names. Lists are transparent:
/// the node of a list member describes each of its items. Lives as long as whoever refers to it.
struct DefaultNode {
  std::string_view member;  ///< Name in the parent; empty for the root.
  std::string_view value;   ///< Canonical JSON of the default; empty when there is none.
  std::span<const DefaultNode> children{};  ///< In no particular order.
};

struct CanonicalOptions {
  /// Leave out members whose value is null, {} or [] (after their own members were left out), as
  /// the comparison with stored objects wants. Items of lists always stay.
  bool drop_empty = false;
  /// Top-level members to leave out, and, when not empty, the only ones to keep. The content of a
  /// member that is left out is skipped, not checked.
  std::span<const std::string_view> drop{};
  std::span<const std::string_view> keep{};
  /// Fills in defaults where the parent object is present and the member is absent or null, as an
  /// API server does. Null: none.
  const DefaultNode* defaults = nullptr;
};

/// The canonical form of one JSON document of any type. kInvalid says what is wrong and never
/// quotes the document.
Result<std::string> canonical_json(std::string_view bytes, const CanonicalOptions& options = {});

/// Appends `text` as a JSON string in the canonical form, quotes included. `text` is valid UTF-8.
void append_json_string(std::string& out, std::string_view text);

}  // namespace pawprint::model
