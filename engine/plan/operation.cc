#include "engine/plan/operation.h"

namespace pawprint::plan {

std::string_view name(Verb verb) {
  switch (verb) {
    case Verb::kCreate:
      return "create";
    case Verb::kReplace:
      return "replace";
    case Verb::kDelete:
      return "delete";
    case Verb::kStatus:
      return "status";
    case Verb::kFinalizer:
      return "finalizer";
  }
  return "";
}

}  // namespace pawprint::plan
