// Numbers with a fraction or an exponent, as text.
#pragma once

#include <string_view>
#include <vector>

namespace pawprint::model {

/// The texts of all numbers with a fraction or an exponent, in document order. `json` is valid
/// JSON; the views point into it.
std::vector<std::string_view> fraction_tokens(std::string_view json);

/// True when the double nearest to the JSON number `text`, printed with as many digits, shows the
/// same digits: then every reader sees the value that was written.
bool survives_double(std::string_view text);

}  // namespace pawprint::model
