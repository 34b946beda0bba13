// Numbers as people write them in settings. kInvalid quotes the text and gives an example.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "engine/result.h"

namespace pawprint::pawprintd {

/// Digits only.
Result<std::uint64_t> parse_number(const std::string& text);
/// "8Mi", "8Gi", "512Ki", "1000000".
Result<std::uint64_t> parse_bytes(const std::string& text);
/// "15s", "10m", "2h", "14d".
Result<std::chrono::seconds> parse_duration(const std::string& text);

}  // namespace pawprint::pawprintd
