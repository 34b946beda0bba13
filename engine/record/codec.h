// Bytes of a record's header, for the hash chain and for the store.
//
// The layout is fixed: little-endian integers, length-prefixed strings, in the order of the struct.
// Changing it is a new format version (store/log_format.md).
#pragma once

#include <string>
#include <string_view>

#include "engine/record/record.h"
#include "engine/result.h"

namespace pawprint::record {

/// Every field but `body`. Equal records give equal bytes.
std::string encode_header(const Record& record);

/// Reads what encode_header wrote; `body` is left empty. kDamaged when the bytes are not a header.
Result<Record> decode_header(std::string_view bytes);

}  // namespace pawprint::record
