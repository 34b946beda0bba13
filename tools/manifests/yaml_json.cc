#include "tools/manifests/yaml_json.h"

#include <simdjson.h>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/yaml.h>

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "engine/model/canonical.h"
#include "tools/manifests/yaml_scalar.h"

namespace pawprint::manifests {
namespace {

using Pairs = std::vector<std::pair<std::string, YAML::Node>>;

class Converter {
 public:
  explicit Converter(std::size_t limit) : limit_(limit) {}

  bool write(const YAML::Node& node, std::size_t depth);

  std::string out;
  YamlFault fault;

 private:
  bool write_scalar(const YAML::Node& node);
  bool write_list(const YAML::Node& node, std::size_t depth);
  bool write_map(const YAML::Node& node, std::size_t depth);
  bool collect(const YAML::Node& map, Pairs& pairs, std::set<std::string>& seen, std::size_t depth);
  bool merge(const YAML::Node& source, Pairs& pairs, std::set<std::string>& seen,
             std::size_t depth);
  bool refuse(const YAML::Node& node, std::string message);

  std::size_t limit_;
};

bool Converter::refuse(const YAML::Node& node, std::string message) {
  fault.line = static_cast<std::size_t>(std::max(node.Mark().line, 0)) + 1;
  fault.message = std::move(message);
  return false;
}

bool Converter::write(const YAML::Node& node, std::size_t depth) {
  if (depth > model::kMaxDepth) return refuse(node, "nested too deeply, or an alias within itself");
  if (out.size() > limit_)
    return refuse(node, "the document is too large once aliases are resolved");
  switch (node.Type()) {
    case YAML::NodeType::Scalar:
      return write_scalar(node);
    case YAML::NodeType::Sequence:
      return write_list(node, depth);
    case YAML::NodeType::Map:
      return write_map(node, depth);
    case YAML::NodeType::Null:
    case YAML::NodeType::Undefined:
      break;
  }
  out += "null";
  return true;
}

bool Converter::write_scalar(const YAML::Node& node) {
  auto value = scalar_to_json(node.Scalar(), node.Tag());
  if (!value) return refuse(node, std::move(value.error().message));
  out += *value;
  return true;
}

bool Converter::write_list(const YAML::Node& node, std::size_t depth) {
  out += '[';
  bool first = true;
  for (const YAML::Node& item : node) {
    if (!first) out += ',';
    first = false;
    if (!write(item, depth + 1)) return false;
  }
  out += ']';
  return true;
}

bool Converter::write_map(const YAML::Node& node, std::size_t depth) {
  Pairs pairs;
  std::set<std::string> seen;
  if (!collect(node, pairs, seen, depth)) return false;
  out += '{';
  bool first = true;
  for (const auto& [name, value] : pairs) {
    if (!first) out += ',';
    first = false;
    model::append_json_string(out, name);
    out += ':';
    if (!write(value, depth + 1)) return false;
  }
  out += '}';
  return true;
}

/// The map's own members, then those merged with `<<`, which never replace others.
bool Converter::collect(const YAML::Node& map, Pairs& pairs, std::set<std::string>& seen,
                        std::size_t depth) {
  if (depth > model::kMaxDepth) return refuse(map, "nested too deeply, or an alias within itself");
  std::vector<YAML::Node> merged;
  for (const auto& entry : map) {
    if (!entry.first.IsScalar() && !entry.first.IsNull()) {
      return refuse(entry.first, "a member name must be a scalar");
    }
    if (entry.first.IsNull()) return refuse(map, "null is not a member name");
    if (entry.first.Tag() == "?" && entry.first.Scalar() == "<<") {
      merged.push_back(entry.second);
      continue;
    }
    auto name = scalar_to_name(entry.first.Scalar(), entry.first.Tag());
    if (!name) return refuse(entry.first, std::move(name.error().message));
    if (!seen.insert(*name).second) return refuse(entry.first, "key '" + *name + "' appears twice");
    pairs.emplace_back(std::move(*name), entry.second);
  }
  for (const YAML::Node& source : merged) {
    if (!merge(source, pairs, seen, depth)) return false;
  }
  return true;
}

bool Converter::merge(const YAML::Node& source, Pairs& pairs, std::set<std::string>& seen,
                      std::size_t depth) {
  if (source.IsSequence()) {
    for (const YAML::Node& each : source) {
      if (!each.IsMap()) return refuse(each, "'<<' takes maps only");
      if (!merge(each, pairs, seen, depth)) return false;
    }
    return true;
  }
  if (!source.IsMap()) return refuse(source, "'<<' takes a map or a list of maps");
  Pairs more;
  std::set<std::string> own;
  if (!collect(source, more, own, depth + 1)) return false;
  for (auto& [name, value] : more) {
    if (seen.insert(name).second) pairs.emplace_back(name, value);
  }
  return true;
}

/// Bytes that no YAML may have; nothing when there are none.
std::optional<YamlFault> fault_of_bytes(std::string_view yaml) {
  const bool zero = yaml.find('\0') != std::string_view::npos;
  if (!zero && simdjson::validate_utf8(yaml.data(), yaml.size())) return std::nullopt;
  std::size_t line = 1;
  for (std::string_view rest = yaml;; ++line) {
    const std::string_view here = rest.substr(0, rest.find('\n'));
    if (here.find('\0') != std::string_view::npos) {
      return YamlFault{line, "a byte 0: this is no text"};
    }
    if (!simdjson::validate_utf8(here.data(), here.size()))
      return YamlFault{line, "not valid UTF-8"};
    if (here.size() == rest.size()) return YamlFault{line, "not valid UTF-8"};
    rest.remove_prefix(here.size() + 1);
  }
}

}  // namespace

tl::expected<std::string, YamlFault> yaml_to_json(std::string_view yaml, std::size_t limit) {
  if (auto fault = fault_of_bytes(yaml)) return tl::unexpected<YamlFault>(std::move(*fault));
  Converter converter(limit);
  try {
    const YAML::Node root = YAML::Load(std::string(yaml));
    if (converter.write(root, 1)) return std::move(converter.out);
  } catch (const YAML::DeepRecursion& error) {
    converter.fault.line = static_cast<std::size_t>(std::max(error.mark.line, 0)) + 1;
    converter.fault.message = "nested too deeply";
  } catch (const YAML::Exception& error) {
    converter.fault.line = static_cast<std::size_t>(std::max(error.mark.line, 0)) + 1;
    converter.fault.message = error.msg;
  }
  return tl::unexpected<YamlFault>(std::move(converter.fault));
}

}  // namespace pawprint::manifests
