// Since when a field has its value, and who wrote it: one walk back through the history of an
// object.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/explain/history.h"
#include "engine/model/field_path.h"
#include "engine/model/managed_fields.h"
#include "engine/result.h"

namespace pawprint::explain {

/// What a value comes from.
enum class OriginKind : std::uint8_t {
  kWritten,   ///< Somebody wrote the field.
  kDefault,   ///< The API server's default: nobody wrote it.
  kAbsent,    ///< The field, or the object, does not exist.
  kSetting,   ///< A member of the Config record.
  kConstant,  ///< The rule itself.
};
/// "field", "api default", "absent", "setting", "constant".
std::string_view name(OriginKind kind);

struct FieldOrigin {
  OriginKind kind = OriginKind::kAbsent;
  nlohmann::json value;  ///< Null when absent; "present" for the empty path (the object itself).
  record::Seq seq = 0;   ///< Record since which it has this value; 0 when no record tells.
  std::int64_t time_ns = 0;
  std::vector<model::FieldWriter> writers;  ///< Likely one; several candidates when undecidable.
};

/// Origins of several fields of one object as of `upto`, in the order of `fields`. The history is
/// walked once, and only as far back as the last of the changes. An object that was never seen has
/// fields that are absent since the Config record in force, which says what is watched.
Result<std::vector<FieldOrigin>> origins_of(History& history, const record::ObjectKey& object,
                                            const std::vector<model::FieldPath>& fields,
                                            record::Seq upto);

/// Origin of one member of the Config record; kConstant for an empty name (value left null).
Result<FieldOrigin> origin_of_setting(History& history, std::string_view member, record::Seq upto);

}  // namespace pawprint::explain
