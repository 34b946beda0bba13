// What Kuma's schema and admission would refuse in a match, and what its proxies get wrong.
#pragma once

#include <string>

#include "engine/rules/quirks.h"
#include "engine/rules/route_input.h"

namespace pawprint::rules {

/// Empty when the match can be written.
std::string match_fault(const Quirks& quirks, ParentKind parent, const model::Match& match);

/// Whether text is a header name in Kuma's schema, once it is in lower case.
bool header_name(std::string_view text);

/// RE2 takes it. An expression that Envoy refuses stops the configuration of the whole proxy.
bool valid_expression(std::string_view text);

}  // namespace pawprint::rules
