// Manifests as the objects that `translate` and `route -f` reduce.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "engine/reducer.h"
#include "engine/result.h"
#include "tools/manifests/manifests.h"

namespace pawprint::cli {

/// The objects, in an order that no document order can change, and what is to be said of them.
struct Inputs {
  struct Order {
    bool operator()(const record::ObjectKey& a, const record::ObjectKey& b) const {
      return std::tie(a.kind, a.ns, a.name, a.group) < std::tie(b.kind, b.ns, b.name, b.group);
    }
  };
  using Records = std::map<record::ObjectKey, record::Record, Order>;

  Records records;  ///< Those that the reducer has a use for.
  Records others;   ///< The rest; what the schemas say of them is in `faults` too.
  std::map<record::ObjectKey, std::vector<Diagnostic>, Order> faults;
  std::set<Diagnostic> remarks;  ///< Objects that are given more than once.
};

/// One record each, without seq and time, judged by the compiled-in schemas; of an object that is
/// given more than once the last one counts. `now`: RFC 3339, of objects without a creation time.
/// The error names the document.
Result<Inputs> read_inputs(const std::vector<manifests::Document>& documents,
                           const std::string& now, const std::string& zone);

/// Gives `reducer` the settings and then `inputs.records`, all at `time_ns`.
void fold(Reducer& reducer, const record::Config& config, Inputs& inputs, std::int64_t time_ns);

}  // namespace pawprint::cli
