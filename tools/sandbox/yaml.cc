#include "tools/sandbox/yaml.h"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>
#include <string>

namespace pawprint::sandbox {
namespace {

constexpr int kMaxDepth = 512;

struct TooDeep {};

Json number_or_text(const std::string& plain) {
  if (plain.empty() || plain == "~" || plain == "null" || plain == "Null" || plain == "NULL") {
    return nullptr;
  }
  if (plain == "true" || plain == "True" || plain == "TRUE") return true;
  if (plain == "false" || plain == "False" || plain == "FALSE") return false;
  const char* begin = plain.data();
  const char* end = begin + plain.size();
  const char* digits = *begin == '+' ? begin + 1 : begin;
  // A leading zero is octal in YAML 1.1; nobody writes that in a manifest, and ports never do.
  std::int64_t integer = 0;
  if (auto [rest, error] = std::from_chars(digits, end, integer);
      error == std::errc() && rest == end) {
    return integer;
  }
  std::uint64_t large = 0;
  if (auto [rest, error] = std::from_chars(digits, end, large);
      error == std::errc() && rest == end) {
    return large;
  }
  bool numeric = plain.find_first_not_of("+-.0123456789eE") == std::string::npos &&
                 plain.find_first_of("0123456789") != std::string::npos;
  double real = 0;
  if (!numeric) return plain;
  auto [rest, error] = std::from_chars(digits, end, real);
  return error == std::errc() && rest == end && std::isfinite(real) ? Json(real) : Json(plain);
}

Json convert(const YAML::Node& node, int depth) {
  if (depth > kMaxDepth) throw TooDeep{};
  switch (node.Type()) {
    case YAML::NodeType::Undefined:
    case YAML::NodeType::Null:
      return nullptr;
    case YAML::NodeType::Scalar:
      // yaml-cpp tags quoted and block scalars "!", plain ones "?".
      return node.Tag() == "?" || node.Tag().empty() ? number_or_text(node.Scalar())
                                                     : Json(node.Scalar());
    case YAML::NodeType::Sequence: {
      Json array = Json::array();
      for (const YAML::Node& item : node) array.push_back(convert(item, depth + 1));
      return array;
    }
    case YAML::NodeType::Map: {
      Json object = Json::object();
      for (const auto& entry : node) {
        object[entry.first.Scalar()] = convert(entry.second, depth + 1);
      }
      return object;
    }
  }
  return nullptr;
}

}  // namespace

Result<std::vector<Json>> yaml_documents(std::string_view yaml) {
  try {
    std::vector<Json> documents;
    for (const YAML::Node& node : YAML::LoadAll(std::string(yaml))) {
      Json document = convert(node, 0);
      if (!document.is_null()) documents.push_back(std::move(document));
    }
    return documents;
  } catch (const YAML::Exception& error) {
    return fail(ErrorCode::kInvalid, "yaml: " + std::string(error.what()));
  } catch (const TooDeep&) {
    return fail(ErrorCode::kInvalid, "yaml: nested deeper than 512 levels");
  }
}

}  // namespace pawprint::sandbox
