// One file of xds/: which requests were sent where, and what came back.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/traffic/request.h"
#include "engine/traffic/world.h"
#include "tests/traffic/xds_world.h"

namespace pawprint::traffic {

/// One request and what was observed; members of `seen` that are absent were not observed.
struct Probe {
  Request request;
  Json seen;
};

struct XdsCase {
  Surroundings around;
  Input input;
  std::vector<Probe> probes;
  bool frozen_known = false, frozen = false;
  std::vector<std::string> refusals;  ///< What admission said.
};

XdsCase read_case(const std::string& path);

}  // namespace pawprint::traffic
