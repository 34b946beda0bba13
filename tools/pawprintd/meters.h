// The daemon's metrics by name; each is declared here once.
#pragma once

#include "tools/serve/metrics.h"

namespace pawprint::pawprintd {

void declare_meters(serve::Metrics& metrics);

}  // namespace pawprint::pawprintd
