// The object that a person names: `TYPE/NAME` or `TYPE NAME`, `-n NS`, `--zone Z`.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/kinds.h"
#include "engine/reducer.h"
#include "engine/result.h"
#include "store/log.h"

namespace pawprint::cli {

struct Place {
  std::string ns = "default", zone;

  void add_flags(CLI::App& app);
  /// kInvalid when the namespace is none that can exist.
  [[nodiscard]] Result<void> check() const;
};

/// What was named, before it is known whether it exists.
struct Named {
  model::Kind kind = model::Kind::kNone;
  std::string name;
  std::string field;  ///< Behind `TYPE/NAME:`; empty when there was none.
};

/// `words`: {"TYPE/NAME[:FIELD]"} or {"TYPE","NAME[:FIELD]"}. `what` is the command, for errors.
/// Also accepts `Kind/namespace/name`, as answers print objects; the namespace then goes to
/// `place`. kInvalid also for a namespace or a name that no object can have.
Result<Named> parse_named(const std::vector<std::string>& words, Place& place,
                          std::string_view what);

/// The same without a field: for commands that are about whole objects.
Result<Named> parse_whole(const std::vector<std::string>& words, Place& place,
                          std::string_view what);

/// The key of an object that exists or is desired. kNotFound says where else it is or which name
/// is near; kInvalid when it is in several zones and none was given.
Result<record::ObjectKey> find_object(const Named& named, const Place& place,
                                      const Reducer& reducer);

/// "HTTPRoute default/shop does not exist at @42", with where else it is or the nearest name.
Error not_found(const Named& named, const Place& place, const Reducer& reducer);

/// An error unless some record of the log is about the object. kNotFound says where else there is
/// such a name or which name is near. What is not there now, but was, is no error.
Result<void> check_recorded(const Named& named, const Place& place, store::Reader& log);

/// kNotFound when a zone is named that the log does not know.
Result<void> check_zone(const std::string& zone, const Reducer& reducer);

}  // namespace pawprint::cli
