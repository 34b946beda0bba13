// The Gateway API's order of routes, as text that Kuma's order of names reproduces (D-28).
//
// Of two routes with an equal match the older one wins, of two of the same second the one whose
// "<namespace>/<name>" is first in the alphabet. Kuma knows names only: on sidecars the
// alphabetically smaller one wins, on gateways the larger one. So a generated name begins with a
// code of (creation second, namespace, name) that sorts as wanted. It is a function of the route
// alone: no route is ever renamed because another one came or went, as a rank would demand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pawprint::rules {

enum class NameOrder : std::uint8_t {
  kSmallerWins,  ///< Sidecars.
  kLargerWins,   ///< Gateway listeners.
};

/// Digits and lower-case letters only, at most kOrderCode characters. Bytewise comparison of two
/// codes is the order of the routes, as far as the codes were not cut.
inline constexpr std::size_t kOrderCode = 88;
std::string order_code(NameOrder order, std::int64_t created_s, std::string_view ns,
                       std::string_view name);

/// Two characters behind the order code that keep the objects of one route in its order. They have
/// no match in common; of matches that are equally specific the one that Kuma lists first wins, and
/// it lists names upwards on gateways and downwards on sidecars.
std::string run_code(NameOrder order, std::size_t run);

}  // namespace pawprint::rules
