// The bytes that are sent for an operation.
#pragma once

#include <string>
#include <string_view>

#include "engine/plan/operation.h"
#include "engine/result.h"

namespace pawprint::watch::apply {

/// "create", "replace", "delete", "status", "finalizer": as in records.
std::string_view verb_text(plan::Verb verb);

/// DeleteOptions with the operation's uid and resourceVersion as preconditions.
std::string delete_options(const plan::Operation& operation);

/// `live` (as read just now) with spec, mesh, data and type as in `wanted`, and the labels and
/// annotations of `wanted` set over its own; everything else stays. kInvalid when either is no
/// object; the text is not quoted.
Result<std::string> replacement(std::string_view live, std::string_view wanted);

/// `wanted` with data.value set to `bytes` in base64.
Result<std::string> with_secret_value(std::string_view wanted, std::string_view bytes);

/// tls.key followed by tls.crt of a Secret; `joined` puts a line end between them if the key has
/// none. kInvalid when it lacks one of them or they are not base64.
Result<std::string> key_and_certificate(std::string_view secret, bool joined);

}  // namespace pawprint::watch::apply
