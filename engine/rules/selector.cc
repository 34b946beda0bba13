#include "engine/rules/selector.h"

#include <algorithm>

namespace pawprint::rules {

namespace {

bool requirement_holds(const model::Requirement& requirement, const model::Labels& labels) {
  const model::Sym value = model::find_label(labels, requirement.key.view());
  const auto& values = requirement.values;
  const bool listed = std::find(values.begin(), values.end(), value) != values.end();
  if (requirement.op.is("In")) return value.set() && listed;
  if (requirement.op.is("NotIn")) return !value.set() || !listed;
  if (requirement.op.is("Exists")) return value.set();
  if (requirement.op.is("DoesNotExist")) return !value.set();
  return false;
}

}  // namespace

bool selector_matches(const model::LabelSelector& selector, const model::Labels& labels) {
  for (const model::Label& wanted : selector.match_labels) {
    const model::Sym value = model::find_label(labels, wanted.key.view());
    if (!value.set() || value != wanted.value) return false;
  }
  return std::all_of(selector.requirements.begin(), selector.requirements.end(),
                     [&](const auto& each) { return requirement_holds(each, labels); });
}

}  // namespace pawprint::rules
