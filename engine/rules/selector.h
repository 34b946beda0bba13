// Label selectors, as Kubernetes evaluates them.
#pragma once

#include "engine/model/facts.h"

namespace pawprint::rules {

/// An empty selector matches everything; an unknown operator matches nothing.
bool selector_matches(const model::LabelSelector& selector, const model::Labels& labels);

}  // namespace pawprint::rules
