// Bytes that could not be read as an object: may they be kept as they are?
#pragma once

#include <string_view>

namespace pawprint::model {

/// Whether `text`, in which no object could be read, may be what is left of a Secret or a ConfigMap
/// and so must not be kept. Errs on that side: false only when every "kind" in it is one of the
/// kinds that Pawprint reads, none of them those two, and nothing in it looks like data or a
/// private key. `asked`: the kind that was asked for where the bytes come from; with it a text
/// with "metadata" need not name a kind itself. Empty when nobody knows.
bool may_hold_secret(std::string_view text, std::string_view asked);

}  // namespace pawprint::model
