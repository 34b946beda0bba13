// Who wrote a field, from metadata.managedFields of the object.
//
// Source: the FieldsV1 format of the Kubernetes API. A key of its tree is "f:<member>",
// "k:<JSON of the key members of a list item>", "v:<JSON of an item of a set>", "i:<index>" or ".",
// the node itself. A node without children stands for everything below it: that is how an atomic
// list or map looks, and then its entry covers each field inside.
//
// Malformed entries are passed over: managedFields are hints for people, no rule reads them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "engine/model/field_path.h"

namespace pawprint::model {

struct FieldWriter {
  std::string manager;
  std::string operation;    ///< "Apply" or "Update".
  std::string time;         ///< As written, RFC 3339; empty when absent.
  std::string subresource;  ///< "status", or empty.
  bool operator==(const FieldWriter&) const = default;
};

/// Entries that cover `path`, latest first, then by manager. At the node that the path names, an
/// entry that holds only fields below it counts, too: it wrote part of the value. Empty when the
/// object has no managedFields or the path does not exist in it.
std::vector<FieldWriter> writers_of(const nlohmann::json& object, const FieldPath& path);

/// Those of writers_of(after, path) whose entry is not the same in `before`: the ones that may have
/// made the change. All of them when none differs (entries have a resolution of one second) or when
/// `before` is null.
std::vector<FieldWriter> writers_of_change(const nlohmann::json* before,
                                           const nlohmann::json& after, const FieldPath& path);

}  // namespace pawprint::model
