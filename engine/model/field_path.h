// The name of a field inside an object: JSONPath without `$`, as answers print it and people type
// it: `.spec.rules[0].name`, `.metadata.annotations['kuma.io/mesh']`.
//
// Names that are not [A-Za-z_][A-Za-z0-9_-]* are quoted with single quotes; inside them `\'` and
// `\\` stand for themselves. The empty path is the whole object.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/result.h"

namespace pawprint::model {

/// One step: the name of a member, or an index into a list.
using FieldStep = std::variant<std::string, std::size_t>;

class FieldPath {
 public:
  FieldPath() = default;
  explicit FieldPath(std::vector<FieldStep> steps) : steps_(std::move(steps)) {}

  /// kInvalid says what is wrong and at which character, counted from 1. A leading `$` is accepted,
  /// and names quoted with double quotes, for they are common; neither is printed.
  static Result<FieldPath> parse(std::string_view text);

  [[nodiscard]] std::string str() const;
  [[nodiscard]] const std::vector<FieldStep>& steps() const& { return steps_; }
  const std::vector<FieldStep>& steps() && = delete;  // It would not outlive the path.
  [[nodiscard]] bool empty() const { return steps_.empty(); }

  /// A longer path.
  [[nodiscard]] FieldPath member(std::string_view name) const;
  [[nodiscard]] FieldPath item(std::size_t index) const;
  /// The path without its last step; the empty path for the empty path.
  [[nodiscard]] FieldPath parent() const;
  /// True for a path below this one and for this path itself.
  [[nodiscard]] bool contains(const FieldPath& other) const;

  /// The value at this path, owned by `root`; null pointer when a step does not exist.
  [[nodiscard]] const nlohmann::json* find(const nlohmann::json& root) const;

  bool operator==(const FieldPath&) const = default;

 private:
  std::vector<FieldStep> steps_;
};

/// Appends one step to a path in text form, for callers that build many paths.
void append_member(std::string& path, std::string_view name);
void append_item(std::string& path, std::size_t index);

}  // namespace pawprint::model
