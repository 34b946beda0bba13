// The request that a person describes: METHOD URL, -H and whom it is sent to.
#pragma once

#include <string>
#include <vector>

#include "engine/result.h"
#include "engine/traffic/request.h"
#include "engine/traffic/world.h"

namespace pawprint::cli {

struct RequestOptions {
  std::vector<std::string> words;    ///< METHOD URL.
  std::vector<std::string> headers;  ///< "K: V".
  std::string gateway, service, from;
};

/// kInvalid says which word is wrong. The parent may still be open: see choose_parent.
Result<traffic::Request> parse_request(const RequestOptions& options);

/// Fills in the gateway or Service when neither was given and just one answers.
Result<void> choose_parent(const traffic::World& world, traffic::Request& request);

}  // namespace pawprint::cli
