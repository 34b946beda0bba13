// Manifest files for commands: `-f FILE|DIR|-`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"
#include "tools/manifests/object_reader.h"

namespace pawprint::manifests {

struct Document {
  Origin origin;
  std::string json;  ///< One object; see Item::body.
};

/// Reads every object of the files in the order given. A directory stands for its .yaml, .yml and
/// .json files by name, without sub-directories; "-" for standard input, at most once. Lists are
/// taken apart. kInvalid with file, document number and line at the first thing that is no object
/// (watch events are none), or when a path is missing or a directory has no such file.
Result<std::vector<Document>> read_manifests(const std::vector<std::string>& paths);

/// Opens one file, or standard input for "-", to be read object by object. kInvalid when it cannot
/// be opened.
Result<ObjectReader> open_objects(const std::string& path);

}  // namespace pawprint::manifests
