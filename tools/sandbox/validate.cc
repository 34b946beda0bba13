// Validation of a value against a structural schema, in the words that API servers use, so that a
// program that reads causes reads the same ones here.
#include <fmt/format.h>

#include <cmath>

#include "tools/sandbox/schema.h"

namespace pawprint::sandbox {
namespace {

const char* shape_name(Shape shape) {
  switch (shape) {
    case Shape::kAny:
      return "any";
    case Shape::kObject:
      return "object";
    case Shape::kArray:
      return "array";
    case Shape::kString:
      return "string";
    case Shape::kInteger:
      return "integer";
    case Shape::kNumber:
      return "number";
    case Shape::kBoolean:
      return "boolean";
    case Shape::kIntOrString:
      return "integer,string";
  }
  return "any";
}

std::string value_type(const Json& value) {
  if (value.is_null()) return "null";
  if (value.is_number_float()) return "number";
  if (value.is_number()) return "integer";
  return value.type_name();
}

bool is_integral(const Json& value) {
  if (value.is_number_integer()) return true;
  return value.is_number_float() && std::trunc(value.get<double>()) == value.get<double>();
}

bool has_shape(const Json& value, Shape shape) {
  switch (shape) {
    case Shape::kAny:
      return true;
    case Shape::kObject:
      return value.is_object();
    case Shape::kArray:
      return value.is_array();
    case Shape::kString:
      return value.is_string();
    case Shape::kInteger:
      return is_integral(value);
    case Shape::kNumber:
      return value.is_number();
    case Shape::kBoolean:
      return value.is_boolean();
    case Shape::kIntOrString:
      return value.is_string() || is_integral(value);
  }
  return false;
}

/// Unicode characters, as Go counts them.
std::size_t characters(const std::string& value) {
  std::size_t count = 0;
  for (char byte : value) count += (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U ? 1U : 0U;
  return count;
}

class Validator {
 public:
  std::vector<Cause> causes;

  void check(const Schema& schema, const Json& value, const std::string& path) {
    if (value.is_null() && schema.nullable) return;
    if (!has_shape(value, schema.shape)) {
      std::string got = value_type(value);
      add("FieldValueTypeInvalid", path,
          fmt::format("Invalid value: \"{}\": {} in body must be of type {}: \"{}\"", got, path,
                      shape_name(schema.shape), got));
      return;
    }
    check_enum(schema, value, path);
    if (value.is_string()) check_string(schema, value.get_ref<const std::string&>(), path);
    if (value.is_number()) check_number(schema, value, path);
    if (value.is_array()) check_array(schema, value, path);
    if (value.is_object()) check_object(schema, value, path);
    check_combinations(schema, value, path);
  }

 private:
  void add(const char* reason, const std::string& path, std::string message) {
    causes.push_back({reason, std::move(message), path});
  }

  void invalid(const std::string& path, const Json& value, const std::string& what) {
    add("FieldValueInvalid", path,
        fmt::format("Invalid value: {}: {} in body {}", value.dump(), path, what));
  }

  void check_enum(const Schema& schema, const Json& value, const std::string& path) {
    if (schema.allowed.empty()) return;
    std::string list;
    for (const Json& allowed : schema.allowed) {
      if (allowed == value) return;
      list += (list.empty() ? "" : ", ") + allowed.dump();
    }
    add("FieldValueNotSupported", path,
        fmt::format("Unsupported value: {}: supported values: {}", value.dump(), list));
  }

  void check_string(const Schema& schema, const std::string& value, const std::string& path) {
    std::size_t length = characters(value);
    if (schema.max_length && length > *schema.max_length) {
      add("FieldValueTooLong", path,
          fmt::format("Too long: may not be more than {} bytes", *schema.max_length));
    }
    if (schema.min_length && length < *schema.min_length) {
      invalid(path, value, fmt::format("should be at least {} chars long", *schema.min_length));
    }
    if (schema.regex && !RE2::PartialMatch(value, *schema.regex)) {
      invalid(path, value, fmt::format("should match '{}'", schema.pattern));
    }
    check_format(schema, value, path);
  }

  void check_format(const Schema& schema, const std::string& value, const std::string& path) {
    static const RE2 kIpv4(R"((25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3})");
    static const RE2 kIpv6(R"([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)");
    static const RE2 kTime(
        R"(\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2}))");
    const RE2* format = nullptr;
    if (schema.format == "ipv4") format = &kIpv4;
    if (schema.format == "ipv6") format = &kIpv6;
    if (schema.format == "date-time") format = &kTime;
    if (format != nullptr && !RE2::FullMatch(value, *format)) {
      invalid(path, value, fmt::format("must be of type {}: \"{}\"", schema.format, value));
    }
  }

  void check_number(const Schema& schema, const Json& value, const std::string& path) {
    double number = value.get<double>();
    if (schema.minimum && number < *schema.minimum) {
      invalid(path, value, fmt::format("should be greater than or equal to {}", *schema.minimum));
    }
    if (schema.maximum && number > *schema.maximum) {
      invalid(path, value, fmt::format("should be less than or equal to {}", *schema.maximum));
    }
    if (schema.format == "int32" && (number > 2147483647.0 || number < -2147483648.0)) {
      invalid(path, value, "must be of type int32: \"" + value.dump() + "\"");
    }
  }

  void check_array(const Schema& schema, const Json& value, const std::string& path) {
    if (schema.max_items && value.size() > *schema.max_items) {
      add("FieldValueTooMany", path,
          fmt::format("Too many: {}: must have at most {} items", value.size(), *schema.max_items));
    }
    if (schema.min_items && value.size() < *schema.min_items) {
      invalid(path, Json(value.size()),
              fmt::format("should have at least {} items", *schema.min_items));
    }
    for (std::size_t i = 0; schema.items && i < value.size(); ++i) {
      check(*schema.items, value[i], fmt::format("{}[{}]", path, i));
    }
    if (schema.list_type != ListType::kAtomic) check_unique(schema, value, path);
  }

  void check_unique(const Schema& schema, const Json& value, const std::string& path) {
    std::vector<Json> seen;
    for (std::size_t i = 0; i < value.size(); ++i) {
      Json key = value[i];
      if (schema.list_type == ListType::kMap) {
        key = Json::object();
        for (const std::string& name : schema.list_keys) key[name] = member(value[i], name);
      }
      if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
        add("FieldValueDuplicate", fmt::format("{}[{}]", path, i),
            "Duplicate value: " + key.dump());
      }
      seen.push_back(std::move(key));
    }
  }

  void check_object(const Schema& schema, const Json& value, const std::string& path) {
    if (schema.max_members && value.size() > *schema.max_members) {
      add("FieldValueTooMany", path,
          fmt::format("Too many: {}: must have at most {} items", value.size(),
                      *schema.max_members));
    }
    if (schema.min_members && value.size() < *schema.min_members) {
      invalid(path, Json(value.size()),
              fmt::format("should have at least {} properties", *schema.min_members));
    }
    for (auto entry = value.begin(); entry != value.end(); ++entry) {
      const Schema* child = schema.child(entry.key());
      if (child != nullptr) check(*child, *entry, joined(path, entry.key()));
    }
    for (const std::string& name : schema.required) {
      if (!value.contains(name)) add("FieldValueRequired", joined(path, name), "Required value");
    }
  }

  static std::size_t matching(const std::vector<SchemaPtr>& schemas, const Json& value,
                              const std::string& path) {
    std::size_t count = 0;
    for (const SchemaPtr& schema : schemas) {
      if (validate(*schema, value, path).empty()) ++count;
    }
    return count;
  }

  void check_combinations(const Schema& schema, const Json& value, const std::string& path) {
    for (const SchemaPtr& each : schema.all_of) check(*each, value, path);
    if (!schema.any_of.empty() && matching(schema.any_of, value, path) == 0) {
      add("FieldValueInvalid", path,
          fmt::format("Invalid value: {}: {} in body must validate at least one schema (anyOf)",
                      value.is_string() ? value.dump() : "\"\"", path));
    }
    if (!schema.one_of.empty() && matching(schema.one_of, value, path) != 1) {
      add("FieldValueInvalid", path,
          fmt::format("Invalid value: \"\": \"{}\" must validate one and only one schema (oneOf)",
                      path));
    }
    if (schema.none_of && validate(*schema.none_of, value, path).empty()) {
      add("FieldValueInvalid", path,
          fmt::format("Invalid value: \"\": \"{}\" must not validate the schema (not)", path));
    }
  }

  static std::string joined(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + "." + name;
  }
};

}  // namespace

std::vector<Cause> validate(const Schema& schema, const Json& value, const std::string& path) {
  Validator validator;
  validator.check(schema, value, path);
  return std::move(validator.causes);
}

}  // namespace pawprint::sandbox
