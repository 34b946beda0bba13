// What an operator may ask of a running daemon.
#pragma once

#include <string>

#include "engine/record/bodies.h"
#include "engine/result.h"
#include "tools/serve/source.h"

namespace pawprint::pawprintd {

/// "TYPE/NAME" (with `ns`) or "TYPE/NAMESPACE/NAME", as kubectl names types ->
/// "Kind/namespace/name"; "deletions" stays. kInvalid names the part that is wrong.
Result<std::string> object_argument(const std::string& text, const std::string& ns);

/// Whether the command makes sense now: a known verb, and for release something that is held.
Result<void> check_command(const record::Operator& command, const serve::View& view);

}  // namespace pawprint::pawprintd
