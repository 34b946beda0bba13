// The daemon's log: one line per event, a constant event name and fields, on stderr.
//
// Text: "2026-08-22T10:14:00.123Z info list_end zone=zone-1 kind=Gateway items=3". JSON: one
// object. Values are scrubbed of what looks like a credential (engine/model/scrub.h) and cut at 512
// bytes; control characters are escaped. Nobody passes Secret bytes, tokens or object bodies here.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "engine/result.h"

namespace pawprint::pawprintd {

enum class Level : std::uint8_t { kDebug, kInfo, kWarn, kError };

struct Field {
  Field(std::string_view k, std::string_view v) : key(k), text(v) {}
  Field(std::string_view k, const char* v) : key(k), text(v) {}
  Field(std::string_view k, const std::string& v) : key(k), text(v) {}
  Field(std::string_view k, std::uint64_t v) : key(k), text(std::to_string(v)), number(true) {}
  std::string_view key;
  std::string text;
  bool number = false;
};

/// kInvalid names the value and what is allowed. Call once, before other threads start.
Result<void> start_log(const std::string& format, const std::string& level);
/// No output at all; for the demo and tests.
void silence_log();
/// Thread-safe.
void log(Level level, std::string_view event, std::initializer_list<Field> fields);

}  // namespace pawprint::pawprintd
