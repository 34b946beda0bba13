// Host name intersection of listeners and routes. Pure text functions.
//
// Source: Gateway API v1.6.1, "hostname intersection": an empty side matches all, `*.x` matches any
// depth of labels below x but not x itself.
#pragma once

#include <string_view>
#include <vector>

#include "engine/model/facts.h"

namespace pawprint::rules {

/// Both non-empty. Equal names, or one covered by the other's wildcard.
bool hostnames_intersect(std::string_view a, std::string_view b);

/// The narrower of two names that intersect.
std::string_view narrower(std::string_view a, std::string_view b);

/// A listener without host name, or a route without any, matches everything.
bool listener_takes_hostnames(model::Sym listener, const std::vector<model::Sym>& route);

/// Whether Kuma takes the name for a listener: labels of at most 63 characters, an optional leading
/// `*.`, 253 characters in all and no IP address.
bool listener_hostname(std::string_view name);

/// Whether every host name that `a` stands for belongs to `b` too, and not the reverse. Empty: all.
bool more_specific(std::string_view a, std::string_view b);

}  // namespace pawprint::rules
