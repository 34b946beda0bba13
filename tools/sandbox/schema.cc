#include "tools/sandbox/schema.h"

namespace pawprint::sandbox {
namespace {

class Parser {
 public:
  Result<SchemaPtr> parse(const Json& source, const std::string& place) {
    auto schema = std::make_shared<Schema>();
    if (!source.is_object()) return fail(ErrorCode::kInvalid, place + ": schema is not an object");
    if (auto done = read_shape(source, place, *schema); !done) return tl::unexpected(done.error());
    read_limits(source, *schema);
    if (auto done = read_pattern(source, place, *schema); !done)
      return tl::unexpected(done.error());
    if (auto done = read_children(source, place, *schema); !done)
      return tl::unexpected(done.error());
    return SchemaPtr(schema);
  }

 private:
  static Result<void> read_shape(const Json& source, const std::string& place, Schema& out) {
    static const std::map<std::string, Shape> kShapes = {
        {"object", Shape::kObject},   {"array", Shape::kArray},   {"string", Shape::kString},
        {"integer", Shape::kInteger}, {"number", Shape::kNumber}, {"boolean", Shape::kBoolean}};
    if (std::string type = text(source, "type"); !type.empty()) {
      auto found = kShapes.find(type);
      if (found == kShapes.end())
        return fail(ErrorCode::kInvalid, place + ": unknown type " + type);
      out.shape = found->second;
    }
    if (member(source, "x-kubernetes-int-or-string") == true) out.shape = Shape::kIntOrString;
    out.nullable = member(source, "nullable") == true;
    out.preserve_unknown = member(source, "x-kubernetes-preserve-unknown-fields") == true;
    out.atomic_map = text(source, "x-kubernetes-map-type") == "atomic";
    std::string list_type = text(source, "x-kubernetes-list-type");
    if (list_type == "set") out.list_type = ListType::kSet;
    if (list_type == "map") out.list_type = ListType::kMap;
    for (const Json& key : member(source, "x-kubernetes-list-map-keys"))
      out.list_keys.push_back(key);
    if (source.contains("default")) out.default_value = source["default"];
    return {};
  }

  static void read_limits(const Json& source, Schema& out) {
    auto real = [&](const char* name, std::optional<double>& into) {
      if (const Json& value = member(source, name); value.is_number()) into = value.get<double>();
    };
    auto size = [&](const char* name, std::optional<std::size_t>& into) {
      if (const Json& value = member(source, name); value.is_number())
        into = value.get<std::size_t>();
    };
    real("minimum", out.minimum);
    real("maximum", out.maximum);
    size("minLength", out.min_length);
    size("maxLength", out.max_length);
    size("minItems", out.min_items);
    size("maxItems", out.max_items);
    size("minProperties", out.min_members);
    size("maxProperties", out.max_members);
    out.format = text(source, "format");
    for (const Json& name : member(source, "required")) out.required.push_back(name);
    for (const Json& value : member(source, "enum")) out.allowed.push_back(value);
  }

  static Result<void> read_pattern(const Json& source, const std::string& place, Schema& out) {
    out.pattern = text(source, "pattern");
    if (out.pattern.empty()) return {};
    auto regex = std::make_shared<RE2>(out.pattern, RE2::Quiet);
    if (!regex->ok()) return fail(ErrorCode::kInvalid, place + ": pattern: " + regex->error());
    out.regex = std::move(regex);
    return {};
  }

  Result<void> read_one(const Json& source, const char* name, const std::string& place,
                        SchemaPtr& into) {
    const Json& value = member(source, name);
    if (!value.is_object()) return {};
    auto parsed = parse(value, place + "." + name);
    if (!parsed) return tl::unexpected(parsed.error());
    into = *parsed;
    return {};
  }

  Result<void> read_many(const Json& source, const char* name, const std::string& place,
                         std::vector<SchemaPtr>& into) {
    for (const Json& value : member(source, name)) {
      auto parsed = parse(value, place + "." + name);
      if (!parsed) return tl::unexpected(parsed.error());
      into.push_back(*parsed);
    }
    return {};
  }

  Result<void> read_children(const Json& source, const std::string& place, Schema& out) {
    const Json& properties = member(source, "properties");
    for (auto entry = properties.begin(); entry != properties.end(); ++entry) {
      auto parsed = parse(*entry, place + "." + entry.key());
      if (!parsed) return tl::unexpected(parsed.error());
      out.properties[entry.key()] = *parsed;
    }
    auto done = read_one(source, "items", place, out.items);
    if (done) done = read_one(source, "additionalProperties", place, out.additional);
    if (done) done = read_one(source, "not", place, out.none_of);
    if (done) done = read_many(source, "allOf", place, out.all_of);
    if (done) done = read_many(source, "anyOf", place, out.any_of);
    if (done) done = read_many(source, "oneOf", place, out.one_of);
    if (member(source, "additionalProperties") == true) out.preserve_unknown = true;
    return done;
  }
};

std::string joined(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

void prune_into(const Schema& schema, Json& value, const std::string& path,
                std::vector<std::string>& removed) {
  if (value.is_array()) {
    if (!schema.items) return;
    for (std::size_t i = 0; i < value.size(); ++i) {
      prune_into(*schema.items, value[i], path + "[" + std::to_string(i) + "]", removed);
    }
    return;
  }
  if (!value.is_object()) return;
  for (auto entry = value.begin(); entry != value.end();) {
    const std::string& name = entry.key();
    const Schema* child = schema.child(name);
    if (child == nullptr && !schema.preserve_unknown) {
      removed.push_back(joined(path, name));
      entry = value.erase(entry);
      continue;
    }
    if (child != nullptr) prune_into(*child, *entry, joined(path, name), removed);
    ++entry;
  }
}

}  // namespace

const Schema* Schema::child(const std::string& name) const {
  auto found = properties.find(name);
  if (found != properties.end()) return found->second.get();
  return additional.get();
}

Result<SchemaPtr> parse_schema(const Json& open_api) { return Parser().parse(open_api, "schema"); }

void apply_defaults(const Schema& schema, Json& value) {
  if (value.is_array() && schema.items) {
    for (Json& item : value) apply_defaults(*schema.items, item);
  }
  if (!value.is_object()) return;
  for (const auto& [name, child] : schema.properties) {
    auto found = value.find(name);
    // A null where null is not allowed and a default exists counts as absent.
    bool absent = found == value.end() || (found->is_null() && !child->nullable);
    if (absent && child->default_value) found = value.emplace(name, nullptr).first;
    if (absent && child->default_value) *found = *child->default_value;
    if (found != value.end()) apply_defaults(*child, *found);
  }
  if (!schema.additional) return;
  for (auto entry = value.begin(); entry != value.end(); ++entry) {
    if (!schema.properties.contains(entry.key())) apply_defaults(*schema.additional, *entry);
  }
}

std::vector<std::string> prune(const Schema& schema, Json& value) {
  std::vector<std::string> removed;
  prune_into(schema, value, "", removed);
  return removed;
}

}  // namespace pawprint::sandbox
