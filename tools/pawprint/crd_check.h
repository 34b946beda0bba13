// What an API server would refuse of an input: names, and the schemas of the Gateway API's and
// Kuma's definitions, which are compiled in.
//
// Rules in CEL (x-kubernetes-validations) and those of admission webhooks are not evaluated.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/reducer.h"
#include "engine/result.h"
#include "tools/sandbox/kind.h"

namespace pawprint::cli {

class CrdCheck {
 public:
  /// kInternal when the compiled-in definitions cannot be read.
  static Result<CrdCheck> load();

  /// Everything that is wrong with the object: severity `error` for what is refused, `warning` for
  /// fields that are dropped. Says nothing of kinds that it does not know, and of Secrets, whose
  /// values no message may quote. `json` is one object with apiVersion and kind.
  [[nodiscard]] std::vector<Diagnostic> check(const record::ObjectKey& key,
                                              std::string_view json) const;

 private:
  [[nodiscard]] std::string unknown_version(const std::string& api_version,
                                            const std::string& kind) const;
  sandbox::Catalogue catalogue_;
};

}  // namespace pawprint::cli
