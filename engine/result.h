// The one way a function says that it did not do what was asked.
//
// An expected failure is a value (architecture rule: "Failure rules"); a broken invariant aborts
// through CHECK. Nothing here throws, logs or reads the environment.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace pawprint {

/// Why something failed, by what the caller can do about it. The numbers are not stored anywhere.
enum class ErrorCode : std::uint8_t {
  kInvalid,      ///< The input is wrong: bad flag, bad manifest, bad reference. Exit 2.
  kNotFound,     ///< What was named does not exist. Exit 1 for objects.
  kUnreachable,  ///< A store, bundle or server is missing, not reachable or locked. Exit 3.
  kCoverage,     ///< Outside the retained range of the log. Exit 4.
  kDamaged,      ///< Stored bytes are not what was written. Exit 5.
  kConflict,     ///< An optimistic precondition failed; read again and decide anew.
  kExhausted,    ///< Disk full or input/output error; may pass by itself.
  kDenied,       ///< Authentication or authorisation refused.
  kInternal,     ///< A library failed in a way that none of the above describes.
};

/// A failure. `message` is one line for a person: what, where and how to fix it. It never holds
/// bytes of a Secret or a credential.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;

/// Shorthand for the error branch: `return fail(ErrorCode::kInvalid, "...")`.
inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

/// Aborts with file and line. Only for invariants of our own; never for judging external input.
[[noreturn]] void check_failed(const char* expression, const char* file, int line);

}  // namespace pawprint

#define PAWPRINT_CHECK(expression) \
  ((expression) ? static_cast<void>(0) : ::pawprint::check_failed(#expression, __FILE__, __LINE__))
